/** Where a person works on one recording: header, sound, timeline, turns, and what can be done to the turn that is chosen. */

import type { Answer, Bridge } from "../shared/bridge.ts";
import { el, replace } from "../shared/dom.ts";
import { clock, percent, timecode } from "../shared/format.ts";
import { fillRow, listControls, soundControls, SPEEDS, titleControls, turnControls } from "./controls.ts";
import { Player } from "./player.ts";
import { Prompt } from "./prompt.ts";
import { Timeline } from "./timeline.ts";
import { Transcript, UNCERTAIN, type Packed, type Interval, type Turn } from "./transcript.ts";
import { TurnList, type WordSpan } from "./turn_list.ts";
import { Waveform, type KnownPeaks } from "./waveform.ts";

export interface Recording {
  recording_id: string;
  number: number;
  total: number;
  previous: string | null;
  next: string | null;
  duration_ms: number;
  no_sound: string | null;
}

export interface Progress {
  version: number;
  state: string;
  edits: number;
  can_undo: boolean;
  can_redo: boolean;
}

type Rates = Record<string, number | null>;

export interface Figures {
  before?: Rates;
  after?: Rates;
}

const MEASURES: [string, string][] = [
  ["der", "DER"],
  ["cpwer", "cpWER"],
  ["wer", "WER"],
];
const PAUSE_MS = 120;

export class Editor {
  readonly element: HTMLElement;
  readonly head = el("div", { class: "sk-row" });
  readonly player: Player;
  readonly timeline: Timeline;
  readonly #bridge: Bridge;
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
  #transcript: Transcript | null = null;
  #selected = 0;
  #words: WordSpan | null = null;
  #anchor = 0;
  #orderBy: "time" | "uncertainty" = "time";
  #speaker: string | null = null;
  #order: number[] = [];
  #pauses: Interval[] | null = null;
  #isEditing = false;
  #doing: Promise<unknown> = Promise.resolve();

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.#waveform = new Waveform(bridge, () => this.timeline?.refresh());
    this.player = new Player(bridge, { onTime: (ms) => this.#showTime(ms), onPlaying: () => this.#drawSound(), pauses: () => this.#pausesNow() });
    this.timeline = new Timeline({
      waveform: this.#waveform,
      onSeek: (ms) => this.seek(ms),
      onSpeaker: (speaker) => void this.#askAboutSpeaker(speaker),
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
    [this.#selected, this.#words, this.#speaker, this.#transcript] = [0, null, null, null];
    this.#showTime(0);
    if (recording.no_sound) this.#bridge.announce(recording.no_sound);
  }

  peaks(peaks: KnownPeaks): void {
    this.#waveform.update(peaks);
    if (peaks.problem) this.#bridge.announce(peaks.problem);
  }

  figures({ before, after }: Figures): void {
    const rate = (name: string, label: string) => {
      const [was, is] = [before?.[name], after?.[name]];
      return was === null || was === undefined ? null : el("span", {}, `${label} ${percent(was, 1)} → `, el("strong", {}, percent(is, 1)));
    };
    const shown = before && after ? MEASURES.map(([name, label]) => rate(name, label)) : [];
    replace(this.#figures, ...(shown.length ? [el("span", {}, "Against the reference, as received → as corrected:"), ...shown] : []));
  }

  progress(progress: Progress): void {
    this.#progress = progress;
    this.#drawTitle();
    if (!this.#isEditing) void this.#fetch(); // the answer to an edit says itself what has changed
  }

  async #fetch(): Promise<void> {
    const answer = await this.#bridge.askWithBuffers("transcript", { since: this.#transcript?.version ?? null });
    if (answer) await this.#take(answer);
  }

  /** Show what came: a transcript, or what has changed since the one that is shown. */
  async #take(answer: Answer, at: number | null = null): Promise<void> {
    const packed = answer.value as Packed;
    if (packed.version < (this.#progress?.version ?? 0)) return; // a newer one is on its way
    if (packed.since !== null && packed.since !== this.#transcript?.version) {
      if (packed.version !== this.#transcript?.version) await this.#fetch();
      return;
    }
    const transcript = new Transcript(packed, answer.buffers, packed.since === null ? null : this.#transcript);
    this.#transcript = transcript;
    this.#pauses = null;
    if (this.#speaker !== null && !transcript.speakers.includes(this.#speaker)) this.#speaker = null;
    this.#selected = at === null ? Math.max(Math.min(this.#selected, transcript.turns.length - 1), 0) : transcript.turnAt(at);
    this.#words = at === null ? this.#words : null;
    this.#arrange();
    this.timeline.show(transcript);
    this.#mark();
    this.#drawFilter();
  }

  /** Where nobody speaks, found when it is first asked for. */
  #pausesNow(): readonly Interval[] {
    this.#pauses ??= this.#transcript?.pauses(PAUSE_MS, this.#recording?.duration_ms ?? 0) ?? null;
    return this.#pauses ?? [];
  }

  // -- where the reader is

  seek(ms: number): void {
    if (!this.#recording?.no_sound) void this.player.seek(ms);
    else this.#showTime(ms);
    const turn = this.#transcript?.turns[this.#transcript.turnAt(ms)];
    if (turn && turn.number !== this.#selected) this.#select(turn.number, null, { seeks: false });
  }

  jump(ms: number): void {
    this.seek(this.player.nowMs + ms);
  }

  /** Go to another turn of the list. */
  step(by: number): void {
    const place = this.#order.indexOf(this.#selected);
    const to = this.#order[Math.min(Math.max(place + by, 0), this.#order.length - 1)];
    if (to !== undefined) this.#select(to, null);
  }

  /** Go to another word of the turn, or make the run of chosen words longer or shorter. */
  stepWord(by: number, extend: boolean): void {
    const turn = this.#turn();
    if (!turn) return;
    const inside = (word: number) => Math.min(Math.max(word, turn.first), turn.end - 1);
    if (!this.#words) {
      this.#anchor = by > 0 ? turn.first : turn.end - 1;
      this.chooseWords({ first: this.#anchor, end: this.#anchor + 1 });
    } else if (extend) {
      const head = this.#words.first < this.#anchor ? this.#words.first : this.#words.end - 1;
      const to = inside(head + by);
      this.chooseWords({ first: Math.min(to, this.#anchor), end: Math.max(to, this.#anchor) + 1 });
    } else {
      this.#anchor = inside((by > 0 ? this.#words.end - 1 : this.#words.first) + by);
      this.chooseWords({ first: this.#anchor, end: this.#anchor + 1 });
    }
    const word = this.#words?.first ?? turn.first;
    if (!this.player.isPlaying) this.#moveTo(this.#transcript?.starts[word] ?? 0);
  }

  chooseWords(words: WordSpan | null): void {
    this.#words = words;
    this.#list.select(this.#selected, words);
    this.#drawActions();
    const text = words && this.#transcript ? this.#transcript.text(words.first, words.end) : "";
    if (words) this.#bridge.announce(`“${text}”, ${timecode(this.#transcript?.starts[words.first] ?? 0)}`);
  }

  nextUncertain(): void {
    const transcript = this.#transcript;
    if (!transcript) return;
    const later = transcript.turns.filter((turn) => turn.uncertainty >= UNCERTAIN && turn.number > this.#selected);
    const turn = later[0] ?? transcript.turns.find((other) => other.uncertainty >= UNCERTAIN);
    if (!turn) return this.#bridge.announce("No turn is uncertain any more.");
    this.#speaker = null;
    this.#arrange();
    this.#drawFilter();
    this.#select(turn.number, null);
  }

  toggleOrder(): void {
    this.#orderBy = this.#orderBy === "time" ? "uncertainty" : "time";
    this.#arrange();
    this.#drawFilter();
    if (this.#orderBy === "uncertainty") this.#select(this.#order[0] ?? 0, null);
    else this.#select(this.#selected, null, { seeks: false });
    this.#bridge.announce(this.#orderBy === "uncertainty" ? "Most uncertain turns first" : "Turns in order of time");
  }

  async go(where: "next" | "previous"): Promise<void> {
    const target = this.#recording?.[where];
    if (target) await this.#bridge.ask("open", { recording_id: target });
    else this.#bridge.announce(where === "next" ? "This is the last recording." : "This is the first recording.");
  }

  // -- sound

  playTurn(): void {
    const turn = this.#turn();
    if (!turn || this.#isMute()) return;
    const startMs = this.#words ? (this.#transcript?.starts[this.#words.first] ?? turn.startMs) : turn.startMs;
    if (this.player.loop) this.player.loop = { startMs: turn.startMs, endMs: turn.endMs };
    void this.player.seek(startMs).then(() => this.player.isPlaying || this.player.play());
  }

  toggleLoop(): void {
    const turn = this.#turn();
    if (!turn || this.#isMute()) return;
    this.player.loop = this.player.loop ? null : { startMs: turn.startMs, endMs: turn.endMs };
    this.#drawSound();
    if (this.player.loop) this.playTurn();
    this.#bridge.announce(this.player.loop ? "The turn is played again and again" : "On to the next turns");
  }

  toggleSkip(): void {
    this.player.skipsSilence = !this.player.skipsSilence;
    this.#drawSound();
    this.#bridge.announce(this.player.skipsSilence ? "Silence is skipped" : "Silence is played");
  }

  faster(by: number): void {
    const place = SPEEDS.indexOf(this.player.rate) + by;
    this.setSpeed(SPEEDS[Math.min(Math.max(place, 0), SPEEDS.length - 1)] ?? 1);
  }

  setSpeed(rate: number): void {
    this.player.rate = rate;
    this.#drawSound();
    this.#bridge.announce(`${rate}× speed`);
  }

  #isMute(): boolean {
    const why = this.#recording?.no_sound;
    if (why) this.#bridge.announce(why);
    return Boolean(why);
  }

  // -- what can be done

  async accept(): Promise<void> {
    await this.#inTurn(async () => {
      const isWhole = !this.#words;
      const place = this.#order.indexOf(this.#selected);
      if (!(await this.#edit("accept", this.#what(), "Accepted"))) return;
      if (isWhole && this.#orderBy === "time") this.step(1);
      else if (isWhole) this.#select(this.#order[Math.min(place, this.#order.length - 1)] ?? 0, null);
    });
  }

  async reassign(speaker: number): Promise<void> {
    await this.#inTurn(async () => {
      const name = this.#transcript?.speakers[speaker];
      if (name === undefined) this.#bridge.announce(`There is no speaker ${speaker + 1}.`);
      else await this.#edit("reassign", { ...this.#what(), to: name }, `Said by ${name}`);
    });
  }

  async reassignByName(): Promise<void> {
    const what = this.#what();
    const name = await this.#prompt.ask({ label: "Who said this?", action: "Assign", kind: "name", options: this.#transcript?.speakers ?? [] });
    if (name?.trim()) await this.#inTurn(() => this.#edit("reassign", { ...what, to: name }, `Said by ${name}`));
    else this.#drawActions();
  }

  /** Move the beginning of the turn by a word. */
  async moveStart(by: 1 | -1): Promise<void> {
    await this.#moveBoundary(0, by);
  }

  /** Move the end of the turn by a word. */
  async moveEnd(by: 1 | -1): Promise<void> {
    await this.#moveBoundary(1, by);
  }

  async correct(): Promise<void> {
    const [words, what] = [this.#chosen(), this.#what()];
    if (!words || !this.#transcript) return;
    const text = this.#transcript.text(words.first, words.end);
    const label = this.#words ? "Text of the words" : "Text of the turn";
    const value = await this.#prompt.ask({ label, action: "Save", kind: "text", value: text });
    if (value !== null && value.trim() !== text) await this.#inTurn(() => this.#edit("correct", { ...what, text: value }, "Corrected"));
  }

  async reject(): Promise<void> {
    await this.#inTurn(() => this.#edit("reject", this.#what(), "Left out"));
  }

  async note(): Promise<void> {
    const what = this.#what();
    const value = await this.#prompt.ask({ label: "Note", action: "Save", kind: "text" });
    if (value?.trim()) await this.#inTurn(() => this.#edit("note", { ...what, text: value }, "Noted"));
  }

  async rename(speaker = this.#name()): Promise<void> {
    if (speaker === undefined) return;
    const to = await this.#prompt.ask({ label: `New name of ${speaker}`, action: "Rename", kind: "name", value: speaker });
    if (to?.trim() && to.trim() !== speaker) await this.#inTurn(() => this.#edit("rename", { speaker, to }, `${speaker} is ${to} now`));
  }

  async merge(speaker = this.#name()): Promise<void> {
    const others = this.#transcript?.speakers.filter((name) => name !== speaker) ?? [];
    if (speaker === undefined || !others.length) return this.#bridge.announce("There is nobody to merge with.");
    const into = await this.#prompt.ask({ label: `${speaker} is the same person as`, action: "Merge", kind: "choice", options: others });
    if (into !== null) await this.#inTurn(() => this.#edit("merge", { speaker, into }, `${speaker} is merged with ${into}`));
  }

  async split(): Promise<void> {
    const [speaker, words, version] = [this.#name(), this.#chosen(), this.#transcript?.version];
    if (speaker === undefined || !words || !this.#transcript) return;
    const from = this.#transcript.positions[words.first];
    const at = clock((this.#transcript.starts[words.first] ?? 0) / 1000);
    const into = await this.#prompt.ask({ label: `From ${at} on, ${speaker} is`, action: "Split", kind: "name" });
    const args = { version, speaker, from_word: from, into };
    if (into?.trim()) await this.#inTurn(() => this.#edit("split", args, `From ${at} on, ${speaker} is ${into}`));
  }

  async undo(): Promise<void> {
    await this.#turnBack("undo", "Undone");
  }

  async redo(): Promise<void> {
    await this.#turnBack("redo", "Done again");
  }

  async toggleDone(): Promise<void> {
    await this.mark(this.#progress?.state === "done" ? "in review" : "done");
  }

  async #turnBack(intent: "undo" | "redo", said: string): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#progress?.[`can_${intent}`]) await this.#edit(intent, {}, said);
      else this.#bridge.announce(`There is nothing to ${intent}.`);
    });
  }

  /** Set where the review stands. */
  async mark(state: string): Promise<void> {
    const said = `The review is ${state === "in review" ? "under way" : state}`;
    await this.#inTurn(() => this.#edit("mark", { state }, said));
  }

  async #askAboutSpeaker(speaker: string): Promise<void> {
    const others = (this.#transcript?.speakers ?? []).filter((name) => name !== speaker);
    const asked = { label: `${speaker} is`, action: "Rename or merge", kind: "name" as const, value: speaker, options: others };
    const name = (await this.#prompt.ask(asked))?.trim();
    if (!name || name === speaker) return;
    const isKnown = others.includes(name);
    if (isKnown) await this.#inTurn(() => this.#edit("merge", { speaker, into: name }, `${speaker} is merged with ${name}`));
    else await this.#inTurn(() => this.#edit("rename", { speaker, to: name }, `${speaker} is ${name} now`));
  }

  async #moveBoundary(after: 0 | 1, by: 1 | -1): Promise<void> {
    await this.#inTurn(async () => {
      const utterance = this.#turn()?.utterance ?? null;
      if (utterance === null) this.#bridge.announce("The service did not separate turns here: assign words to somebody first.");
      else await this.#edit("boundary", { utterance: utterance + after, words: by }, "The boundary is moved by a word");
    });
  }

  /** One edit after the other, however fast the keys are pressed: each is of what the one before has left. */
  async #inTurn(act: () => Promise<unknown>): Promise<void> {
    const before = this.#doing;
    const done = (async () => {
      await before;
      await act();
    })();
    this.#doing = done.catch(() => undefined);
    await done;
  }

  /** Have an edit made; gives whether it was. Positions of words are those of a version of the transcript. */
  async #edit(intent: string, args: Record<string, unknown>, said: string): Promise<boolean> {
    if (!this.#transcript) return false;
    const at = this.#place();
    const isOfWords = intent !== "mark" && intent !== "note";
    this.#isEditing = true;
    const answer = await this.#bridge.askWithBuffers(intent, { version: this.#transcript.version, ...args });
    this.#isEditing = false;
    if (!answer) await this.#fetch(); // others may have changed it
    else await this.#take(answer, isOfWords ? at : null);
    if (!this.#prompt.isOpen && document.activeElement === document.body) this.#list.element.focus({ preventScroll: true });
    if (answer) this.#bridge.announce(said);
    return Boolean(answer);
  }

  /** A moment in the middle of what is chosen, by which the turn is found again when turns are joined, parted or moved. */
  #place(): number | null {
    const words = this.#chosen();
    if (!words || !this.#transcript) return null;
    const middle = (words.first + words.end - 1) >> 1;
    return ((this.#transcript.starts[middle] ?? 0) + (this.#transcript.ends[middle] ?? 0)) / 2;
  }

  // -- what is chosen

  #turn(): Turn | undefined {
    return this.#transcript?.turns[this.#selected];
  }

  #name(): string | undefined {
    const turn = this.#turn();
    return turn && this.#transcript?.speakerOf(turn);
  }

  #chosen(): WordSpan | null {
    return this.#words ?? this.#turn() ?? null;
  }

  /** The chosen words, by their positions in the version that is shown. */
  #what(): { version: number | undefined; words: number[] } {
    const words = this.#chosen();
    return { version: this.#transcript?.version, words: words && this.#transcript ? Array.from(this.#transcript.positions.slice(words.first, words.end)) : [] };
  }

  #choose(turn: Turn, word: number | null, extend: boolean): void {
    if (extend && word !== null && turn.number === this.#selected && this.#words) {
      this.chooseWords({ first: Math.min(word, this.#anchor), end: Math.max(word, this.#anchor) + 1 });
      return;
    }
    this.#anchor = word ?? turn.first;
    this.#select(turn.number, word === null ? null : { first: word, end: word + 1 }, { seeks: false });
    this.#moveTo(word === null ? turn.startMs : (this.#transcript?.starts[word] ?? 0));
  }

  #select(number: number, words: WordSpan | null, { seeks = true } = {}): void {
    const turn = this.#transcript?.turns[number];
    this.#selected = turn ? number : 0;
    this.#words = words && turn && words.first >= turn.first && words.end <= turn.end ? words : null;
    this.#list.select(this.#selected, this.#words);
    this.#mark();
    if (turn && seeks) this.#moveTo(turn.startMs);
  }

  /** Whatever else follows the turn that is chosen. */
  #mark(): void {
    const turn = this.#turn();
    this.timeline.select(turn ?? null);
    if (turn && this.player.loop) this.player.loop = { startMs: turn.startMs, endMs: turn.endMs };
    this.#drawActions();
  }

  #moveTo(ms: number): void {
    if (this.#recording?.no_sound) this.#showTime(ms);
    else void this.player.seek(ms);
  }

  #showTime(ms: number): void {
    this.timeline.now(ms, this.player.isPlaying);
    const shown = `${clock(ms / 1000)} / ${clock((this.#recording?.duration_ms ?? 0) / 1000)}`;
    if (this.#clock.textContent !== shown) this.#clock.textContent = shown;
    const transcript = this.#transcript;
    const number = transcript?.turnAt(ms);
    const turn = number === undefined ? undefined : transcript?.turns[number];
    if (!transcript || !turn || number === undefined) return;
    this.#list.markSpoken(number, transcript.wordAt(turn, ms));
    const follows = this.player.isPlaying && this.#orderBy === "time" && !this.player.loop && !this.#prompt.isOpen;
    if (follows && number !== this.#selected) this.#select(number, null, { seeks: false });
  }

  #arrange(): void {
    const transcript = this.#transcript;
    if (!transcript) return;
    this.#order = transcript.order(this.#orderBy, this.#speaker === null ? null : transcript.speakers.indexOf(this.#speaker));
    this.#list.show(transcript, this.#order, this.#selected, this.#words);
  }

  // -- controls

  /** List the turns of one speaker, or of everybody. */
  showOnly(speaker: string | null): void {
    this.#speaker = speaker;
    this.#arrange();
    this.#select(this.#order[0] ?? 0, null);
  }

  #drawTitle(): void {
    if (this.#recording && this.#progress) fillRow(this.#title, ...titleControls(this, this.#recording, this.#progress));
  }

  #drawSound(): void {
    fillRow(this.#sound, ...soundControls(this, this.#clock, Boolean(this.#recording?.no_sound)));
  }

  #drawFilter(): void {
    if (this.#transcript) fillRow(this.#filter, ...listControls(this, this.#transcript, this.#orderBy === "uncertainty", this.#speaker));
  }

  #drawActions(): void {
    const count = this.#words ? this.#words.end - this.#words.first : 0;
    const what = count === 0 ? "Turn" : count === 1 ? "Word" : "Words";
    if (this.#transcript && this.#turn()) fillRow(this.#actions, ...turnControls(this, what, this.#transcript.speakers, this.#name()));
    else replace(this.#actions);
  }
}
