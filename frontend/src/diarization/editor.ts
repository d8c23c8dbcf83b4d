/** The editor of one recording: it composes selection, edits, playback, timeline, list of turns and controls. */

import type { Answer, Bridge } from "../shared/bridge.ts";
import { el, replace } from "../shared/dom.ts";
import { clock, timecode } from "../shared/format.ts";
import { errorRates, fillRow, listControls, soundControls, titleControls, turnControls } from "./controls.ts";
import { Edits } from "./edits.ts";
import { Playback } from "./playback.ts";
import { Player } from "./player.ts";
import { Prompt } from "./prompt.ts";
import { Selection } from "./selection.ts";
import { Timeline } from "./timeline.ts";
import { Transcript, type Interval, type Packed, type Turn } from "./transcript.ts";
import { TurnList } from "./turn_list.ts";
import type { Actions, Figures, Progress, Recording } from "./types.ts";
import { Waveform, type KnownPeaks } from "./waveform.ts";

const PAUSE_MS = 120;

export class Editor implements Actions {
  readonly element: HTMLElement;
  readonly head = el("div", { class: "sk-row" });
  readonly edits: Edits;
  readonly player: Player;
  readonly playback: Playback;
  readonly timeline: Timeline;
  readonly #bridge: Bridge;
  readonly #selection = new Selection();
  readonly #waveform: Waveform;
  readonly #list: TurnList;
  readonly #prompt = new Prompt();
  readonly #title = el("div", { class: "sk-row" });
  readonly #figures = el("div", { class: "sk-row sk-muted sk-talk-figures" });
  readonly #sound = el("div", { class: "sk-row" });
  readonly #actions = el("div", { class: "sk-row" });
  readonly #filter = el("div", { class: "sk-row" });
  readonly #clock = el("output", { class: "sk-talk-clock", attrs: { "aria-label": "Position" } });
  #recording: Recording | null = null;
  #progress: Progress | null = null;
  #pauses: Interval[] | null = null;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.#waveform = new Waveform(bridge, () => this.timeline?.refresh());
    this.player = new Player(bridge, { onTime: (ms) => this.#showTime(ms), onPlaying: () => this.#drawSound(), pauses: () => this.#pausesNow() });
    this.playback = new Playback({
      player: this.player,
      selection: this.#selection,
      noSound: () => this.#recording?.no_sound ?? null,
      announce: (text) => bridge.announce(text),
      onChange: () => this.#drawSound(),
    });
    this.edits = new Edits({
      selection: this.#selection,
      progress: () => this.#progress,
      send: (intent, args) => bridge.askWithBuffers(intent, args),
      ask: (question) => this.#prompt.ask(question),
      announce: (text) => bridge.announce(text),
      show: (answer, atMs) => this.#showEdit(answer, atMs),
      onAccepted: (place) => this.#select(this.#selection.afterAccepted(place)),
      onNameCancelled: () => this.#drawActions(),
    });
    this.timeline = new Timeline({
      waveform: this.#waveform,
      onSeek: (ms) => this.#seek(ms),
      onSpeaker: (speaker) => void this.edits.renameOrMerge(speaker),
    });
    this.#list = new TurnList({ onChoose: (turn, word, extend) => this.#choose(turn, word, extend) });
    this.head.append(this.#title);
    this.element = el("div", { class: "sk-stack" }, this.head, this.#figures, this.timeline.element, this.#sound, this.#filter, this.#prompt.element, this.#list.element, this.#actions);
  }

  close(): void {
    this.player.close();
    this.timeline.close();
    this.#list.close();
  }

  // -- what comes from the kernel

  open(recording: Recording): void {
    const isOther = this.#recording?.recording_id !== recording.recording_id;
    this.#recording = recording;
    this.#drawTitle(); // this trait and the progress of the review arrive in any order
    this.#drawSound();
    if (!isOther) return;
    this.#prompt.cancel();
    this.#waveform.reset();
    this.player.open(recording.duration_ms);
    this.timeline.open(recording.duration_ms);
    this.#selection.reset();
    this.#showTime(0);
    if (recording.no_sound) this.#bridge.announce(recording.no_sound);
  }

  peaks(peaks: KnownPeaks): void {
    this.#waveform.update(peaks);
    if (peaks.problem) this.#bridge.announce(peaks.problem);
  }

  figures(figures: Figures): void {
    replace(this.#figures, ...errorRates(figures));
  }

  progress(progress: Progress): void {
    this.#progress = progress;
    this.#drawTitle();
    if (!this.edits.isRunning) void this.#fetch(); // the answer to an edit brings its change
  }

  async #fetch(): Promise<void> {
    const answer = await this.#bridge.askWithBuffers("transcript", { since: this.#selection.transcript?.version ?? null });
    if (answer) await this.#show(answer, null);
  }

  /** Show a transcript, or a change of the one that is shown; choose the turn at a moment, if one is given. */
  async #show(answer: Answer, atMs: number | null): Promise<void> {
    const packed = answer.value as Packed;
    const shown = this.#selection.transcript;
    if (packed.version < (this.#progress?.version ?? 0)) return; // a newer one is on its way
    if (packed.since !== null && packed.since !== shown?.version) {
      if (packed.version !== shown?.version) await this.#fetch();
      return;
    }
    const transcript = new Transcript(packed, answer.buffers, packed.since === null ? null : shown);
    this.#pauses = null;
    this.#selection.show(transcript, atMs);
    this.#showList();
    this.timeline.show(transcript);
    this.#followTurn();
    this.#drawFilter();
  }

  async #showEdit(answer: Answer | undefined, atMs: number | null): Promise<void> {
    if (answer) await this.#show(answer, atMs);
    else await this.#fetch(); // somebody else may have changed it
    if (!this.#prompt.isOpen && document.activeElement === document.body) this.#list.element.focus({ preventScroll: true });
  }

  /** Return the pauses; they are computed on first use. */
  #pausesNow(): readonly Interval[] {
    this.#pauses ??= this.#selection.transcript?.pauses(PAUSE_MS, this.#recording?.duration_ms ?? 0) ?? null;
    return this.#pauses ?? [];
  }

  // -- navigation

  async go(where: "next" | "previous"): Promise<void> {
    const target = this.#recording?.[where];
    if (target) await this.#bridge.ask("open", { recording_id: target });
    else this.#bridge.announce(where === "next" ? "This is the last recording." : "This is the first recording.");
  }

  jump(ms: number): void {
    this.#seek(this.player.nowMs + ms);
  }

  step(by: number): void {
    this.#select(this.#selection.neighbour(by));
  }

  stepWord(by: number, extend: boolean): void {
    if (!this.#selection.stepWord(by, extend)) return;
    this.#showWords();
    if (!this.player.isPlaying) this.#moveTo(this.#selection.startMs);
  }

  chooseWholeTurn(): void {
    this.#selection.chooseWholeTurn();
    this.#showWords();
  }

  nextUncertain(): void {
    const turn = this.#selection.nextUncertain();
    if (turn === undefined) {
      if (this.#selection.transcript) this.#bridge.announce("No turn is uncertain any more.");
      return;
    }
    this.#selection.list(null);
    this.#showList();
    this.#drawFilter();
    this.#select(turn);
  }

  toggleOrder(): void {
    const selection = this.#selection;
    selection.toggleOrder();
    this.#showList();
    this.#drawFilter();
    const isByUncertainty = selection.orderBy === "uncertainty";
    if (isByUncertainty) this.#select(selection.order[0] ?? 0);
    else this.#select(selection.number, { seeks: false });
    this.#bridge.announce(isByUncertainty ? "Most uncertain turns first" : "Turns in order of time");
  }

  showOnly(speaker: string | null): void {
    this.#selection.list(speaker);
    this.#showList();
    this.#select(this.#selection.order[0] ?? 0);
  }

  #seek(ms: number): void {
    this.#moveTo(ms);
    const number = this.#selection.transcript?.turnAt(ms);
    if (number !== undefined && number !== this.#selection.number) this.#select(number, { seeks: false });
  }

  #moveTo(ms: number): void {
    if (this.#recording?.no_sound) this.#showTime(ms);
    else void this.player.seek(ms);
  }

  // -- what is chosen

  #choose(turn: Turn, word: number | null, extend: boolean): void {
    if (extend && word !== null && this.#selection.extendTo(turn, word)) return this.#showWords();
    this.#selection.choose(turn, word);
    this.#showSelection();
    this.#moveTo(this.#selection.startMs);
  }

  #select(number: number | undefined, { seeks = true } = {}): void {
    if (number === undefined) return;
    this.#selection.select(number);
    this.#showSelection();
    if (this.#selection.turn && seeks) this.#moveTo(this.#selection.startMs);
  }

  #showSelection(): void {
    this.#list.select(this.#selection.number, this.#selection.words);
    this.#followTurn();
  }

  #showWords(): void {
    const { number, words, text, startMs } = this.#selection;
    this.#list.select(number, words);
    this.#drawActions();
    if (words) this.#bridge.announce(`“${text}”, ${timecode(startMs)}`);
  }

  #showList(): void {
    const { transcript, order, number, words } = this.#selection;
    if (transcript) this.#list.show(transcript, order, number, words);
  }

  /** Show the chosen turn outside the list. */
  #followTurn(): void {
    this.timeline.select(this.#selection.turn ?? null);
    this.playback.followTurn();
    this.#drawActions();
  }

  #showTime(ms: number): void {
    this.timeline.now(ms, this.player.isPlaying);
    const shown = `${clock(ms / 1000)} / ${clock((this.#recording?.duration_ms ?? 0) / 1000)}`;
    if (this.#clock.textContent !== shown) this.#clock.textContent = shown;
    const { transcript, number, orderBy } = this.#selection;
    const turn = transcript?.turns[transcript.turnAt(ms)];
    if (!transcript || !turn) return;
    this.#list.markSpoken(turn.number, transcript.wordAt(turn, ms));
    const follows = this.player.isPlaying && orderBy === "time" && !this.player.loop && !this.#prompt.isOpen;
    if (follows && turn.number !== number) this.#select(turn.number, { seeks: false });
  }

  // -- controls

  #drawTitle(): void {
    if (this.#recording && this.#progress) fillRow(this.#title, ...titleControls(this, this.#recording, this.#progress));
  }

  #drawSound(): void {
    fillRow(this.#sound, ...soundControls(this, this.#clock, Boolean(this.#recording?.no_sound)));
  }

  #drawFilter(): void {
    const { transcript, orderBy, listedSpeaker } = this.#selection;
    if (transcript) fillRow(this.#filter, ...listControls(this, transcript, orderBy, listedSpeaker));
  }

  #drawActions(): void {
    const { transcript, turn, speaker, words } = this.#selection;
    if (transcript && turn) fillRow(this.#actions, ...turnControls(this.edits, words, transcript.speakers, speaker));
    else replace(this.#actions);
  }
}
