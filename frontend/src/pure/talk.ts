/** A transcript as the kernel packs it: turns with their words, kept as arrays. Pure. */

export const EDITED = 1;
export const RETIMED = 2;
export const SETTLED = 4;
/** From this doubt on, a turn is called uncertain. */
export const UNCERTAIN = 0.3;
const NO_CONFIDENCE = 255;

/** What comes as JSON; the same names as in scribekit/widgets/diarization_data.py. */
export interface Packed {
  recording_id: string;
  version: number;
  speakers: string[];
  turn_speakers: number[];
  turn_sizes: number[];
  utterances: (number | null)[];
  doubt: number[];
  reasons: string[][];
}

export interface Turn {
  /** Its number in order of time. */
  number: number;
  /** The place of its speaker in `Talk.speakers`; -1 where nobody is named. */
  speaker: number;
  /** Its words, as places in the arrays of words: from `first` up to, but without, `end`. */
  first: number;
  end: number;
  startMs: number;
  endMs: number;
  utterance: number | null;
  doubt: number;
  reasons: string[];
}

export interface Stretch {
  startMs: number;
  endMs: number;
}

export class Talk {
  readonly version: number;
  readonly recordingId: string;
  readonly speakers: string[];
  readonly turns: Turn[] = [];
  readonly texts: string[];
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly positions: Uint32Array;
  readonly #confidence: Uint8Array;
  readonly #flags: Uint8Array;
  /** The greatest end of all turns up to each: ends need not be in order where people talk at once. */
  readonly #latest: number[] = [];

  constructor(packed: Packed, buffers: readonly DataView[]) {
    const [starts, ends, positions, confidence, flags, texts] = buffers;
    this.version = packed.version;
    this.recordingId = packed.recording_id;
    this.speakers = packed.speakers;
    this.starts = integers(starts);
    this.ends = integers(ends);
    this.positions = integers(positions);
    this.#confidence = bytes(confidence);
    this.#flags = bytes(flags);
    this.texts = this.starts.length ? new TextDecoder().decode(bytes(texts)).split("\0") : [];
    let first = 0;
    packed.turn_sizes.forEach((size, number) => {
      this.turns.push(this.#turn(packed, number, first, first + size));
      first += size;
      this.#latest.push(Math.max(this.#latest.at(-1) ?? 0, this.turns[number]!.endMs));
    });
  }

  /** How sure the service was of a word, 0 to 1; null where it does not say. */
  confidence(word: number): number | null {
    const value = this.#confidence[word] ?? NO_CONFIDENCE;
    return value === NO_CONFIDENCE ? null : value / 200;
  }

  has(word: number, flag: number): boolean {
    return ((this.#flags[word] ?? 0) & flag) !== 0;
  }

  /** The text from one word to another, the last one included. */
  text(first: number, end: number): string {
    return this.texts.slice(first, end).join(" ");
  }

  nameOf(turn: Turn): string | undefined {
    return this.speakers[turn.speaker];
  }

  /** Whether a person has judged all of a turn. */
  isSettled(turn: Turn): boolean {
    for (let word = turn.first; word < turn.end; word += 1) if (!this.has(word, SETTLED)) return false;
    return true;
  }

  isEdited(turn: Turn): boolean {
    for (let word = turn.first; word < turn.end; word += 1) if (this.has(word, EDITED)) return true;
    return false;
  }

  /** The turn at a moment: the one that began last and is not over, else the last one before, else the first. */
  turnAt(ms: number): number {
    const last = upperBound(this.turns, ms) - 1;
    for (let number = last; number >= 0 && (this.#latest[number] ?? 0) > ms; number -= 1) {
      if (this.turns[number]!.endMs > ms) return number;
    }
    return Math.max(last, 0);
  }

  /** The word of a turn that is being said at a moment: the last one that has begun; null before the first. */
  wordAt(turn: Turn, ms: number): number | null {
    let found: number | null = null;
    for (let word = turn.first; word < turn.end && (this.starts[word] ?? 0) <= ms; word += 1) found = word;
    return found;
  }

  /** The turns that can be seen between two moments. */
  between(fromMs: number, toMs: number): Turn[] {
    const end = upperBound(this.turns, toMs);
    let first = end;
    while (first > 0 && (this.#latest[first - 1] ?? 0) >= fromMs) first -= 1;
    return this.turns.slice(first, end);
  }

  /** Where at least two people talk at once. */
  overlaps(): Stretch[] {
    const found: Stretch[] = [];
    let [latest, speaker] = [-1, -1];
    for (const turn of this.turns) {
      if (turn.startMs < latest && turn.speaker !== speaker) found.push({ startMs: turn.startMs, endMs: Math.min(turn.endMs, latest) });
      if (turn.endMs > latest) [latest, speaker] = [turn.endMs, turn.speaker];
    }
    return found;
  }

  /** Where nobody has said a word for a while. */
  pauses(leastMs: number, totalMs: number): Stretch[] {
    const found: Stretch[] = [];
    const order = Array.from(this.starts.keys()).sort((a, b) => (this.starts[a] ?? 0) - (this.starts[b] ?? 0));
    let until = 0;
    for (const word of order) {
      const start = this.starts[word] ?? 0;
      if (start - until >= leastMs) found.push({ startMs: until, endMs: start });
      until = Math.max(until, this.ends[word] ?? 0);
    }
    if (totalMs - until >= leastMs) found.push({ startMs: until, endMs: totalMs });
    return found;
  }

  /** Numbers of turns: in order of time, or the most doubtful first. */
  order(by: "time" | "doubt", speaker: number | null): number[] {
    const chosen = this.turns.filter((turn) => speaker === null || turn.speaker === speaker);
    if (by === "doubt") chosen.sort((a, b) => b.doubt - a.doubt || a.number - b.number);
    return chosen.map((turn) => turn.number);
  }

  #turn(packed: Packed, number: number, first: number, end: number): Turn {
    let [startMs, endMs] = [this.starts[first] ?? 0, 0];
    for (let word = first; word < end; word += 1) {
      startMs = Math.min(startMs, this.starts[word] ?? 0);
      endMs = Math.max(endMs, this.ends[word] ?? 0);
    }
    const { turn_speakers, utterances, doubt, reasons } = packed;
    return { number, speaker: turn_speakers[number] ?? -1, first, end, startMs, endMs, utterance: utterances[number] ?? null, doubt: doubt[number] ?? 0, reasons: reasons[number] ?? [] };
  }
}

/** How many turns begin at or before a moment. */
function upperBound(turns: readonly Turn[], ms: number): number {
  let [low, high] = [0, turns.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (turns[middle]!.startMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bytes of their own: what arrives may begin anywhere in a message. */
function bytes(view: DataView | undefined): Uint8Array<ArrayBuffer> {
  return view ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice() : new Uint8Array();
}

function integers(view: DataView | undefined): Uint32Array {
  return new Uint32Array(bytes(view).buffer);
}
