/** The chosen turn and words of a transcript, and the order of the listed turns. Pure. */

import { UNCERTAIN, type Order, type Transcript, type Turn, type WordSpan } from "./transcript.ts";

export class Selection {
  #transcript: Transcript | null = null;
  #number = 0;
  #words: WordSpan | null = null;
  /** The word from which the chosen words are extended. */
  #anchor = 0;
  #orderBy: Order = "time";
  #listedSpeaker: string | null = null;
  #order: number[] = [];

  get transcript(): Transcript | null {
    return this.#transcript;
  }

  /** The number of the chosen turn. */
  get number(): number {
    return this.#number;
  }

  get turn(): Turn | undefined {
    return this.#transcript?.turns[this.#number];
  }

  /** The name of the turn's speaker. */
  get speaker(): string | undefined {
    return this.turn && this.#transcript?.speakerOf(this.turn);
  }

  /** The chosen words; null when the whole turn is chosen. */
  get words(): WordSpan | null {
    return this.#words;
  }

  /** The chosen words, or else all words of the turn. */
  get span(): WordSpan | null {
    return this.#words ?? this.turn ?? null;
  }

  get text(): string {
    return this.span && this.#transcript ? this.#transcript.text(this.span.first, this.span.end) : "";
  }

  /** The positions of the chosen words in this version of the transcript. */
  get positions(): number[] {
    return this.span && this.#transcript ? Array.from(this.#transcript.positions.slice(this.span.first, this.span.end)) : [];
  }

  get startMs(): number {
    return (this.#words ? this.#transcript?.starts[this.#words.first] : this.turn?.startMs) ?? 0;
  }

  /** A moment in the middle of what is chosen: it finds the turn again after turns were joined, split or moved. */
  get middleMs(): number | null {
    if (!this.span || !this.#transcript) return null;
    const middle = (this.span.first + this.span.end - 1) >> 1;
    return ((this.#transcript.starts[middle] ?? 0) + (this.#transcript.ends[middle] ?? 0)) / 2;
  }

  get orderBy(): Order {
    return this.#orderBy;
  }

  /** The speaker whose turns are listed; null for all. */
  get listedSpeaker(): string | null {
    return this.#listedSpeaker;
  }

  /** The numbers of the listed turns, in order. */
  get order(): readonly number[] {
    return this.#order;
  }

  /** The place of the chosen turn in the list; -1 when it is not listed. */
  get place(): number {
    return this.#order.indexOf(this.#number);
  }

  /** Forget the transcript: another recording is opened. The order of the list stays. */
  reset(): void {
    [this.#transcript, this.#number, this.#words, this.#listedSpeaker, this.#order] = [null, 0, null, null, []];
  }

  /** Take a transcript; choose the turn at a moment. Without one, keep the chosen turn and words, or choose the turn at their time if they have changed. */
  show(transcript: Transcript, atMs: number | null): void {
    const ms = atMs ?? (this.#isUnchangedIn(transcript) ? null : this.middleMs);
    this.#transcript = transcript;
    if (this.#listedSpeaker !== null && !transcript.speakers.includes(this.#listedSpeaker)) this.#listedSpeaker = null;
    if (ms !== null) {
      this.#number = transcript.turnAt(ms);
      this.#words = null;
    }
    this.#arrange();
  }

  /** Choose a whole turn; the first one if it does not exist. */
  select(number: number): void {
    this.#number = this.#transcript?.turns[number] ? number : 0;
    this.#words = null;
  }

  /** Choose a word of a turn, or with null the whole turn. */
  choose(turn: Turn, word: number | null): void {
    this.select(turn.number);
    this.#anchor = word ?? turn.first;
    if (word !== null) this.#words = { first: word, end: word + 1 };
  }

  /** Extend the chosen words to a word of a turn; false when no word of that turn is chosen. */
  extendTo(turn: Turn, word: number): boolean {
    if (turn.number !== this.#number || !this.#words) return false;
    this.#words = { first: Math.min(word, this.#anchor), end: Math.max(word, this.#anchor) + 1 };
    return true;
  }

  chooseWholeTurn(): void {
    this.#words = null;
  }

  /** Choose the next or the previous word of the turn, or extend the chosen words by one; false without a turn. */
  stepWord(by: number, extend: boolean): boolean {
    const turn = this.turn;
    if (!turn) return false;
    const words = this.#words;
    const within = (word: number) => Math.min(Math.max(word, turn.first), turn.end - 1);
    if (!words) {
      this.choose(turn, by > 0 ? turn.first : turn.end - 1);
    } else if (extend) {
      const head = words.first < this.#anchor ? words.first : words.end - 1;
      this.extendTo(turn, within(head + by));
    } else {
      this.choose(turn, within((by > 0 ? words.end - 1 : words.first) + by));
    }
    return true;
  }

  /** Return the turn `by` places further in the list, or the last one in that direction; undefined when none is listed. */
  neighbour(by: number): number | undefined {
    return this.#order[Math.min(Math.max(this.place + by, 0), this.#order.length - 1)];
  }

  /** Return the turn to continue with after the one at a place of the list was accepted. */
  afterAccepted(place: number): number | undefined {
    if (this.#orderBy === "time") return this.neighbour(1);
    return this.#order[Math.min(place, this.#order.length - 1)] ?? 0; // the accepted turn has moved down the list
  }

  /** Return the next uncertain turn in order of time, from the start again after the last; undefined when there is none. */
  nextUncertain(): number | undefined {
    const uncertain = (this.#transcript?.turns ?? []).filter((turn) => turn.uncertainty >= UNCERTAIN);
    return (uncertain.find((turn) => turn.number > this.#number) ?? uncertain[0])?.number;
  }

  /** List the turns of one speaker, or of all. */
  list(speaker: string | null): void {
    this.#listedSpeaker = speaker;
    this.#arrange();
  }

  toggleOrder(): void {
    this.#orderBy = this.#orderBy === "time" ? "uncertainty" : "time";
    this.#arrange();
  }

  /** Tell whether the turn with the same number has the same words in another version: somebody else may have added or removed some. */
  #isUnchangedIn(other: Transcript): boolean {
    const [transcript, turn, same] = [this.#transcript, this.turn, other.turns[this.#number]];
    if (!transcript || !turn || turn.first !== same?.first || turn.end !== same.end) return false;
    for (let word = turn.first; word < turn.end; word += 1) {
      if (transcript.starts[word] !== other.starts[word] || transcript.texts[word] !== other.texts[word]) return false;
    }
    return true;
  }

  #arrange(): void {
    const transcript = this.#transcript;
    if (!transcript) return;
    this.#order = transcript.order(this.#orderBy, this.#listedSpeaker === null ? null : transcript.speakers.indexOf(this.#listedSpeaker));
  }
}
