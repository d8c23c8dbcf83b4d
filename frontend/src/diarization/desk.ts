/** Where a person works on one recording: header, sound, timeline, turns, and what can be done to the turn that is chosen. */

import { clock, percent, timecode } from "../pure/format.ts";
import { Talk, UNCERTAIN, type Packed, type Turn } from "../pure/talk.ts";
import { el, keepFocus, replace, setAttribute } from "../ui/dom.ts";
import type { Face } from "../ui/face.ts";
import { Player } from "./player.ts";
import { Question } from "./question.ts";
import { Timeline } from "./timeline.ts";
import { TurnList, type Words } from "./turns.ts";
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

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const STATES = ["new", "in review", "done"];
const MEASURES: [string, string][] = [
  ["der", "DER"],
  ["cpwer", "cpWER"],
  ["wer", "WER"],
];
const PAUSE_MS = 120;

export class Desk {
  readonly element: HTMLElement;
  readonly head = el("div", { class: "sk-row" });
  readonly player: Player;
  readonly timeline: Timeline;
  readonly #face: Face;
  readonly #waveform: Waveform;
  readonly #list: TurnList;
  readonly #question = new Question();
  readonly #title = el("div", { class: "sk-row" });
  readonly #figures = el("div", { class: "sk-row sk-muted sk-talk-figures" });
  readonly #sound = el("div", { class: "sk-row" });
  readonly #actions = el("div", { class: "sk-row" });
  readonly #filter = el("div", { class: "sk-row" });
  readonly #clock = el("output", { class: "sk-talk-clock", attrs: { "aria-label": "Position" } });
  #recording: Recording | null = null;
  #progress: Progress | null = null;
  #talk: Talk | null = null;
  #selected = 0;
  #words: Words | null = null;
  #anchor = 0;
  #orderBy: "time" | "doubt" = "time";
  #speaker: string | null = null;
  #order: number[] = [];
  #isBusy = false;
  #fetching = Promise.resolve();
  #doing: Promise<unknown> = Promise.resolve();

  constructor(face: Face) {
    this.#face = face;
    this.#waveform = new Waveform(face, () => this.timeline?.redraw());
    this.player = new Player(face, { onTime: (ms) => this.#showTime(ms), onPlaying: () => this.#drawSound() });
    this.timeline = new Timeline({
      waveform: this.#waveform,
      onSeek: (ms) => this.seek(ms),
      onSpeaker: (speaker) => void this.#askAboutSpeaker(speaker),
    });
    this.#list = new TurnList({ onChoose: (turn, word, extend) => this.#choose(turn, word, extend) });
    this.head.append(this.#title);
    this.element = el("div", { class: "sk-stack" }, this.head, this.#figures, this.timeline.element, this.#sound, this.#filter, this.#question.element, this.#list.element, this.#actions);
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
    this.#question.cancel();
    this.#waveform.forget();
    this.player.open(recording.duration_ms);
    this.timeline.open(recording.duration_ms);
    [this.#selected, this.#words, this.#speaker, this.#talk] = [0, null, null, null];
    this.#showTime(0);
    if (recording.no_sound) this.#face.say(recording.no_sound);
  }

  peaks(peaks: KnownPeaks): void {
    this.#waveform.update(peaks);
    if (peaks.problem) this.#face.say(peaks.problem);
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
    this.#drawSound();
    this.#fetching = this.#fetch();
  }

  async #fetch(): Promise<void> {
    const asked = this.#progress?.version;
    const answer = await this.#face.askWithBuffers("transcript");
    if (!answer || asked !== this.#progress?.version) return;
    this.#talk = new Talk(answer.value as Packed, answer.buffers);
    const talk = this.#talk;
    this.player.pauses = talk.pauses(PAUSE_MS, this.#recording?.duration_ms ?? 0);
    if (this.#speaker !== null && !talk.speakers.includes(this.#speaker)) this.#speaker = null;
    this.#arrange();
    this.timeline.show(talk);
    this.#select(Math.min(this.#selected, talk.turns.length - 1), this.#words, { seeks: false });
    this.#drawFilter();
    if (!this.#question.isOpen && document.activeElement === document.body && this.#isBusy) this.#list.element.focus({ preventScroll: true });
    this.#isBusy = false;
  }

  // -- where the reader is

  seek(ms: number): void {
    if (!this.#recording?.no_sound) void this.player.seek(ms);
    else this.#showTime(ms);
    const turn = this.#talk?.turns[this.#talk.turnAt(ms)];
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
    if (!this.player.isPlaying) this.#moveTo(this.#talk?.starts[word] ?? 0);
  }

  chooseWords(words: Words | null): void {
    this.#words = words;
    this.#list.select(this.#selected, words);
    this.#drawActions();
    const text = words && this.#talk ? this.#talk.text(words.first, words.end) : "";
    if (words) this.#face.say(`“${text}”, ${timecode(this.#talk?.starts[words.first] ?? 0)}`);
  }

  nextUncertain(): void {
    const talk = this.#talk;
    if (!talk) return;
    const later = talk.turns.filter((turn) => turn.doubt >= UNCERTAIN && turn.number > this.#selected);
    const turn = later[0] ?? talk.turns.find((other) => other.doubt >= UNCERTAIN);
    if (!turn) return this.#face.say("No turn is uncertain any more.");
    this.#speaker = null;
    this.#arrange();
    this.#drawFilter();
    this.#select(turn.number, null);
  }

  toggleOrder(): void {
    this.#orderBy = this.#orderBy === "time" ? "doubt" : "time";
    this.#arrange();
    this.#drawFilter();
    if (this.#orderBy === "doubt") this.#select(this.#order[0] ?? 0, null);
    else this.#select(this.#selected, null, { seeks: false });
    this.#face.say(this.#orderBy === "doubt" ? "Most uncertain turns first" : "Turns in order of time");
  }

  async go(where: "next" | "previous"): Promise<void> {
    const target = this.#recording?.[where];
    if (target) await this.#face.ask("open", { recording_id: target });
    else this.#face.say(where === "next" ? "This is the last recording." : "This is the first recording.");
  }

  // -- sound

  playTurn(): void {
    const turn = this.#turn();
    if (!turn || this.#isMute()) return;
    const startMs = this.#words ? (this.#talk?.starts[this.#words.first] ?? turn.startMs) : turn.startMs;
    if (this.player.loop) this.player.loop = { startMs: turn.startMs, endMs: turn.endMs };
    void this.player.seek(startMs).then(() => this.player.isPlaying || this.player.play());
  }

  toggleLoop(): void {
    const turn = this.#turn();
    if (!turn || this.#isMute()) return;
    this.player.loop = this.player.loop ? null : { startMs: turn.startMs, endMs: turn.endMs };
    this.#drawSound();
    if (this.player.loop) this.playTurn();
    this.#face.say(this.player.loop ? "The turn is played again and again" : "On to the next turns");
  }

  toggleSkip(): void {
    this.player.skipsSilence = !this.player.skipsSilence;
    this.#drawSound();
    this.#face.say(this.player.skipsSilence ? "Silence is skipped" : "Silence is played");
  }

  faster(by: number): void {
    const place = SPEEDS.indexOf(this.player.rate) + by;
    this.#setSpeed(SPEEDS[Math.min(Math.max(place, 0), SPEEDS.length - 1)] ?? 1);
  }

  #setSpeed(rate: number): void {
    this.player.rate = rate;
    this.#drawSound();
    this.#face.say(`${rate}× speed`);
  }

  #isMute(): boolean {
    const why = this.#recording?.no_sound;
    if (why) this.#face.say(why);
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
      const name = this.#talk?.speakers[speaker];
      if (name === undefined) this.#face.say(`There is no speaker ${speaker + 1}.`);
      else await this.#edit("reassign", { ...this.#what(), to: name }, `Said by ${name}`);
    });
  }

  async reassignByName(): Promise<void> {
    const what = this.#what();
    const name = await this.#question.ask({ label: "Who said this?", action: "Assign", kind: "name", options: this.#talk?.speakers ?? [] });
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
    if (!words || !this.#talk) return;
    const text = this.#talk.text(words.first, words.end);
    const label = this.#words ? "Text of the words" : "Text of the turn";
    const value = await this.#question.ask({ label, action: "Save", kind: "text", value: text });
    if (value !== null && value.trim() !== text) await this.#inTurn(() => this.#edit("correct", { ...what, text: value }, "Corrected"));
  }

  async reject(): Promise<void> {
    await this.#inTurn(() => this.#edit("reject", this.#what(), "Left out"));
  }

  async note(): Promise<void> {
    const what = this.#what();
    const value = await this.#question.ask({ label: "Remark", action: "Save", kind: "text" });
    if (value?.trim()) await this.#inTurn(() => this.#edit("note", { ...what, text: value }, "Noted"));
  }

  async rename(speaker = this.#name()): Promise<void> {
    if (speaker === undefined) return;
    const to = await this.#question.ask({ label: `New name of ${speaker}`, action: "Rename", kind: "name", value: speaker });
    if (to?.trim() && to.trim() !== speaker) await this.#inTurn(() => this.#edit("rename", { speaker, to }, `${speaker} is ${to} now`));
  }

  async merge(speaker = this.#name()): Promise<void> {
    const others = this.#talk?.speakers.filter((name) => name !== speaker) ?? [];
    if (speaker === undefined || !others.length) return this.#face.say("There is nobody to merge with.");
    const into = await this.#question.ask({ label: `${speaker} is the same person as`, action: "Merge", kind: "choice", options: others });
    if (into !== null) await this.#inTurn(() => this.#edit("merge", { speaker, into }, `${speaker} is merged with ${into}`));
  }

  async split(): Promise<void> {
    const [speaker, words, version] = [this.#name(), this.#chosen(), this.#talk?.version];
    if (speaker === undefined || !words || !this.#talk) return;
    const from = this.#talk.positions[words.first];
    const at = clock((this.#talk.starts[words.first] ?? 0) / 1000);
    const into = await this.#question.ask({ label: `From ${at} on, ${speaker} is`, action: "Split", kind: "name" });
    const args = { version, speaker, from_word: from, into };
    if (into?.trim()) await this.#inTurn(() => this.#edit("split", args, `From ${at} on, ${speaker} is ${into}`));
  }

  async undo(): Promise<void> {
    await this.#turnBack("undo", this.#progress?.can_undo, "Undone");
  }

  async redo(): Promise<void> {
    await this.#turnBack("redo", this.#progress?.can_redo, "Done again");
  }

  async toggleDone(): Promise<void> {
    await this.#mark(this.#progress?.state === "done" ? "in review" : "done");
  }

  async #turnBack(intent: "undo" | "redo", isPossible: boolean | undefined, said: string): Promise<void> {
    if (!isPossible) return this.#face.say(`There is nothing to ${intent}.`);
    await this.#inTurn(() => this.#edit(intent, {}, said));
  }

  async #mark(state: string): Promise<void> {
    const said = `The review is ${state === "in review" ? "under way" : state}`;
    await this.#inTurn(() => this.#edit("mark", { state }, said));
  }

  async #askAboutSpeaker(speaker: string): Promise<void> {
    const others = (this.#talk?.speakers ?? []).filter((name) => name !== speaker);
    const asked = { label: `${speaker} is`, action: "Rename or merge", kind: "name" as const, value: speaker, options: others };
    const name = (await this.#question.ask(asked))?.trim();
    if (!name || name === speaker) return;
    const isKnown = others.includes(name);
    if (isKnown) await this.#inTurn(() => this.#edit("merge", { speaker, into: name }, `${speaker} is merged with ${name}`));
    else await this.#inTurn(() => this.#edit("rename", { speaker, to: name }, `${speaker} is ${name} now`));
  }

  async #moveBoundary(after: 0 | 1, by: 1 | -1): Promise<void> {
    await this.#inTurn(async () => {
      const utterance = this.#turn()?.utterance ?? null;
      if (utterance === null) this.#face.say("The service told no turns apart here: assign words to somebody first.");
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
    if (!this.#talk) return false;
    this.#isBusy = true;
    const at = this.#place();
    const answer = await this.#face.askWithBuffers(intent, { version: this.#talk.version, ...args });
    await this.#fetching; // began when the new state of the review came, which is before the answer
    if (!answer) return false;
    if (intent !== "mark" && intent !== "note") this.#words = null;
    if (at !== null) this.#select(this.#talk.turnAt(at), null, { seeks: false });
    this.#face.say(said);
    return true;
  }

  /** A moment in the middle of what is chosen, by which the turn is found again when turns are joined, parted or moved. */
  #place(): number | null {
    const words = this.#chosen();
    if (!words || !this.#talk) return null;
    const middle = (words.first + words.end - 1) >> 1;
    return ((this.#talk.starts[middle] ?? 0) + (this.#talk.ends[middle] ?? 0)) / 2;
  }

  // -- what is chosen

  #turn(): Turn | undefined {
    return this.#talk?.turns[this.#selected];
  }

  #name(): string | undefined {
    const turn = this.#turn();
    return turn && this.#talk?.nameOf(turn);
  }

  #chosen(): Words | null {
    return this.#words ?? this.#turn() ?? null;
  }

  /** The chosen words, by their positions in the version that is shown. */
  #what(): { version: number | undefined; words: number[] } {
    const words = this.#chosen();
    return { version: this.#talk?.version, words: words && this.#talk ? Array.from(this.#talk.positions.slice(words.first, words.end)) : [] };
  }

  #choose(turn: Turn, word: number | null, extend: boolean): void {
    if (extend && word !== null && turn.number === this.#selected && this.#words) {
      this.chooseWords({ first: Math.min(word, this.#anchor), end: Math.max(word, this.#anchor) + 1 });
      return;
    }
    this.#anchor = word ?? turn.first;
    this.#select(turn.number, word === null ? null : { first: word, end: word + 1 }, { seeks: false });
    this.#moveTo(word === null ? turn.startMs : (this.#talk?.starts[word] ?? 0));
  }

  #select(number: number, words: Words | null, { seeks = true } = {}): void {
    const turn = this.#talk?.turns[number];
    this.#selected = turn ? number : 0;
    this.#words = words && turn && words.first >= turn.first && words.end <= turn.end ? words : null;
    this.#list.select(this.#selected, this.#words);
    this.timeline.select(turn ?? null);
    if (turn && this.player.loop) this.player.loop = { startMs: turn.startMs, endMs: turn.endMs };
    if (turn && seeks) this.#moveTo(turn.startMs);
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
    const talk = this.#talk;
    const number = talk?.turnAt(ms);
    const turn = number === undefined ? undefined : talk?.turns[number];
    if (!talk || !turn || number === undefined) return;
    this.#list.say(number, talk.wordAt(turn, ms));
    const follows = this.player.isPlaying && this.#orderBy === "time" && !this.player.loop && !this.#question.isOpen;
    if (follows && number !== this.#selected) this.#select(number, null, { seeks: false });
  }

  #arrange(): void {
    const talk = this.#talk;
    if (!talk) return;
    this.#order = talk.order(this.#orderBy, this.#speaker === null ? null : talk.speakers.indexOf(this.#speaker));
    this.#list.show(talk, this.#order);
  }

  // -- controls

  #drawTitle(): void {
    const [recording, progress] = [this.#recording, this.#progress];
    if (!recording || !progress) return;
    const edits = `${progress.edits} ${progress.edits === 1 ? "edit" : "edits"}`;
    const state = el(
      "select",
      { attrs: { "aria-label": "State of the review", "data-key": "state" }, on: { change: (event) => void this.#mark(event.currentTarget.value) } },
      ...STATES.map((name) => el("option", { attrs: { value: name, selected: name === progress.state } }, name)),
    );
    keepFocus(this.head, () =>
      replace(
        this.#title,
        button("◀", "previous", () => void this.go("previous"), { label: "Previous recording", disabled: !recording.previous }),
        el("h3", { class: "sk-talk-title" }, recording.recording_id),
        button("▶", "next", () => void this.go("next"), { label: "Next recording", disabled: !recording.next }),
        el("span", { class: "sk-muted" }, `${recording.number} of ${recording.total}`),
        state,
        el("span", { class: "sk-muted" }, edits),
        button("↶ Undo", "undo", () => void this.undo(), { disabled: !progress.can_undo }),
        button("↷ Redo", "redo", () => void this.redo(), { disabled: !progress.can_redo }),
      ),
    );
  }

  #drawSound(): void {
    const { player } = this;
    const mute = Boolean(this.#recording?.no_sound);
    const speed = el(
      "select",
      { attrs: { "aria-label": "Speed", "data-key": "speed", disabled: mute }, on: { change: (event) => this.#setSpeed(Number(event.currentTarget.value)) } },
      ...SPEEDS.map((rate) => el("option", { attrs: { value: rate, selected: rate === player.rate } }, `${rate}×`)),
    );
    keepFocus(this.#sound, () =>
      replace(
        this.#sound,
        button(player.isPlaying ? "❚❚ Pause" : "▶ Play", "play", () => player.toggle(), { main: true, disabled: mute, wide: true }),
        this.#clock,
        speed,
        button("Loop turn", "loop", () => this.toggleLoop(), { pressed: player.loop !== null, disabled: mute }),
        button("Skip silence", "skip", () => this.toggleSkip(), { pressed: player.skipsSilence, disabled: mute }),
        mute ? el("span", { class: "sk-muted" }, "No sound: see below") : null,
        el("span", { class: "sk-spread" }),
        button("−", "zoom-out", () => this.timeline.zoom(0.5), { label: "Zoom out" }),
        button("+", "zoom-in", () => this.timeline.zoom(2), { label: "Zoom in" }),
        button("Whole", "fit", () => this.timeline.fit(), { label: "Show the whole recording" }),
        button("‹", "pan-left", () => this.timeline.pan(-0.5), { label: "Show what is before" }),
        button("›", "pan-right", () => this.timeline.pan(0.5), { label: "Show what comes after" }),
      ),
    );
  }

  #drawFilter(): void {
    const talk = this.#talk;
    if (!talk) return;
    const uncertain = talk.turns.filter((turn) => turn.doubt >= UNCERTAIN).length;
    const who = el(
      "select",
      {
        attrs: { "aria-label": "Turns of", "data-key": "who" },
        on: {
          change: (event) => {
            this.#speaker = event.currentTarget.value || null;
            this.#arrange();
            this.#select(this.#order[0] ?? 0, null);
          },
        },
      },
      el("option", { attrs: { value: "", selected: this.#speaker === null } }, "everybody"),
      ...talk.speakers.map((name) => el("option", { attrs: { value: name, selected: name === this.#speaker } }, name)),
    );
    keepFocus(this.#filter, () =>
      replace(
        this.#filter,
        button("Uncertain first", "order", () => this.toggleOrder(), { pressed: this.#orderBy === "doubt" }),
        el("label", {}, "Turns of", who),
        el("span", { class: "sk-muted" }, `${talk.turns.length} turns, ${uncertain} uncertain`),
      ),
    );
  }

  #drawActions(): void {
    const turn = this.#turn();
    const what = this.#words ? (this.#words.end - this.#words.first === 1 ? "Word" : "Words") : "Turn";
    const speakers = this.#talk?.speakers ?? [];
    const name = this.#name() ?? "";
    const to = el(
      "select",
      {
        attrs: { "aria-label": `${what} said by`, "data-key": "said-by", disabled: !turn },
        on: {
          change: (event) => {
            const place = speakers.indexOf(event.currentTarget.value);
            void (place >= 0 ? this.reassign(place) : this.reassignByName());
          },
        },
      },
      ...(name ? [] : [el("option", { attrs: { value: "", selected: true } }, "nobody yet")]),
      ...speakers.map((other) => el("option", { attrs: { value: other, selected: other === name } }, other)),
      el("option", { attrs: { value: "\0" } }, "somebody else …"),
    );
    const off = { disabled: !turn };
    keepFocus(this.#actions, () =>
      replace(
        this.#actions,
        button("✓ Accept", "accept", () => void this.accept(), { ...off, main: true }),
        el("label", {}, `${what} said by`, to),
        button("Correct text", "correct", () => void this.correct(), off),
        el("span", { class: "sk-row", attrs: { role: "group", "aria-label": "Boundaries of the turn" } },
          button("Start ◂", "start-earlier", () => void this.moveStart(-1), { ...off, label: "Begins a word earlier" }),
          button("Start ▸", "start-later", () => void this.moveStart(1), { ...off, label: "Begins a word later" }),
          button("End ◂", "end-earlier", () => void this.moveEnd(-1), { ...off, label: "Ends a word earlier" }),
          button("End ▸", "end-later", () => void this.moveEnd(1), { ...off, label: "Ends a word later" }),
        ),
        button("Split speaker", "split", () => void this.split(), off),
        button("Leave out", "reject", () => void this.reject(), off),
        button("Remark", "note", () => void this.note(), off),
      ),
    );
    setAttribute(this.#actions, "aria-label", "What can be done");
  }
}

interface ButtonLook {
  label?: string;
  disabled?: boolean;
  pressed?: boolean;
  main?: boolean;
  wide?: boolean;
}

function button(text: string, key: string, press: () => void, look: ButtonLook = {}): HTMLButtonElement {
  const attrs = {
    type: "button",
    "data-key": key,
    disabled: look.disabled ?? false,
    "aria-label": look.label,
    title: look.label,
    "aria-pressed": look.pressed === undefined ? null : String(look.pressed),
  };
  return el("button", { class: [look.main && "sk-main", look.wide && "sk-talk-play"].filter(Boolean).join(" "), attrs, on: { click: press } }, text);
}
