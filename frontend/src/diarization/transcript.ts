/** A transcript as the kernel packs it: turns and words as arrays. Pure. */

export const EDITED = 1;
export const RETIMED = 2;
export const SETTLED = 4;
/** A turn is uncertain from this value on. */
export const UNCERTAIN = 0.3;
const NO_CONFIDENCE = 255;
const NONE = -1;

/** The JSON part of a transcript. scribekit/widgets/diarization/packing.py makes it, and describes the buffers. */
export interface Packed {
  recording_id: string;
  version: number;
  /** The version that this changes; null for a whole transcript. */
  since: number | null;
  speakers: string[];
  /** The numbers of unchanged words at the beginning and at the end. */
  kept_first: number;
  kept_last: number;
  /** The names of the reasons for uncertainty; a reason's index is its bit. */
  reasons: string[];
}

export interface Turn {
  /** Its index in order of time. */
  number: number;
  /** The index of its speaker in `Transcript.speakers`; -1 without a speaker. */
  speaker: number;
  /** Its words, as indices into the arrays of words: from `first` to `end`, exclusive. */
  first: number;
  end: number;
  startMs: number;
  endMs: number;
  utterance: number | null;
  uncertainty: number;
  reasons: string[];
}

/** Consecutive words: from `first` to `end`, exclusive. */
export interface WordSpan {
  first: number;
  end: number;
}

export type Order = "time" | "uncertainty";

export interface Interval {
  startMs: number;
  endMs: number;
}

export class Transcript {
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
  /** For each turn the latest end of all turns up to it: where people talk at once, ends are not in order. */
  readonly #latest: number[] = [];

  /** Unpack a whole transcript, or a change of the transcript `before`. */
  constructor(packed: Packed, buffers: readonly DataView[], before: Transcript | null = null) {
    const [sizes, utterances, speakers, uncertainty, reasons, starts, ends, positions, confidence, flags, texts] = buffers;
    this.version = packed.version;
    this.recordingId = packed.recording_id;
    this.speakers = packed.speakers;
    const { kept_first: first, kept_last: last } = packed;
    this.starts = spliced(before?.starts, first, new Uint32Array(copied(starts)), last);
    this.ends = spliced(before?.ends, first, new Uint32Array(copied(ends)), last);
    this.positions = spliced(before?.positions, first, new Uint32Array(copied(positions)), last);
    this.#confidence = spliced(before ? before.#confidence : undefined, first, new Uint8Array(copied(confidence)), last);
    this.#flags = spliced(before ? before.#flags : undefined, first, new Uint8Array(copied(flags)), last);
    const moved = this.starts.length - (before?.starts.length ?? 0);
    if (moved) for (let word = this.starts.length - last; word < this.starts.length; word += 1) this.positions[word]! += moved;
    const known = before?.texts ?? [];
    const fresh = this.starts.length > first + last ? new TextDecoder().decode(copied(texts)).split("\0") : [];
    this.texts = first || last ? [...known.slice(0, first), ...fresh, ...known.slice(known.length - last)] : fresh;
    this.#addTurns(new Uint32Array(copied(sizes)), new Int32Array(copied(utterances)), new Int16Array(copied(speakers)), new Uint16Array(copied(uncertainty)), reasonsOf(packed.reasons, new Uint8Array(copied(reasons))));
  }

  /** Return the confidence of a word, 0 to 1; null where the service gives none. */
  confidence(word: number): number | null {
    const value = this.#confidence[word] ?? NO_CONFIDENCE;
    return value === NO_CONFIDENCE ? null : value / 200;
  }

  has(word: number, flag: number): boolean {
    return ((this.#flags[word] ?? 0) & flag) !== 0;
  }

  /** Return the text of the words from `first` to `end`, exclusive. */
  text(first: number, end: number): string {
    return this.texts.slice(first, end).join(" ");
  }

  /** Return the length of that text. */
  textLength(first: number, end: number): number {
    let count = Math.max(end - first - 1, 0);
    for (let word = first; word < end; word += 1) count += this.texts[word]?.length ?? 0;
    return count;
  }

  speakerOf(turn: Turn): string | undefined {
    return this.speakers[turn.speaker];
  }

  /** Tell whether a person has judged every word of a turn. */
  isSettled(turn: Turn): boolean {
    for (let word = turn.first; word < turn.end; word += 1) if (!this.has(word, SETTLED)) return false;
    return true;
  }

  isEdited(turn: Turn): boolean {
    for (let word = turn.first; word < turn.end; word += 1) if (this.has(word, EDITED)) return true;
    return false;
  }

  /** Return the turn at a moment: the latest to begin of those not over, else the last one before, else the first. */
  turnAt(ms: number): number {
    const last = upperBound(this.turns, ms) - 1;
    for (let number = last; number >= 0 && (this.#latest[number] ?? 0) > ms; number -= 1) {
      if (this.turns[number]!.endMs > ms) return number;
    }
    return Math.max(last, 0);
  }

  /** Return the last word of a turn that has begun at a moment; null before the first. */
  wordAt(turn: Turn, ms: number): number | null {
    let found: number | null = null;
    for (let word = turn.first; word < turn.end && (this.starts[word] ?? 0) <= ms; word += 1) found = word;
    return found;
  }

  /** Return a run of turns that contains every turn overlapping a range of time. */
  turnsBetween(fromMs: number, toMs: number): Turn[] {
    const end = upperBound(this.turns, toMs);
    let first = end;
    while (first > 0 && (this.#latest[first - 1] ?? 0) >= fromMs) first -= 1;
    return this.turns.slice(first, end);
  }

  /** Return where at least two people talk at once. */
  overlaps(): Interval[] {
    const found: Interval[] = [];
    let [latest, speaker] = [-1, -1];
    for (const turn of this.turns) {
      if (turn.startMs < latest && turn.speaker !== speaker) found.push({ startMs: turn.startMs, endMs: Math.min(turn.endMs, latest) });
      if (turn.endMs > latest) [latest, speaker] = [turn.endMs, turn.speaker];
    }
    return found;
  }

  /** Return the intervals of at least `leastMs` without a word. */
  pauses(leastMs: number, totalMs: number): Interval[] {
    const found: Interval[] = [];
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

  /** Return the numbers of the turns of one speaker, or of all: in order of time, or the most uncertain first. */
  order(by: Order, speaker: number | null): number[] {
    const chosen = this.turns.filter((turn) => speaker === null || turn.speaker === speaker);
    if (by === "uncertainty") chosen.sort((a, b) => b.uncertainty - a.uncertainty || a.number - b.number);
    return chosen.map((turn) => turn.number);
  }

  #addTurns(sizes: Uint32Array, utterances: Int32Array, speakers: Int16Array, uncertainty: Uint16Array, reasons: string[][]): void {
    let [first, latest] = [0, 0];
    sizes.forEach((size, number) => {
      const end = first + size;
      let [startMs, endMs] = [this.starts[first] ?? 0, 0];
      for (let word = first; word < end; word += 1) {
        startMs = Math.min(startMs, this.starts[word] ?? 0);
        endMs = Math.max(endMs, this.ends[word] ?? 0);
      }
      const utterance = utterances[number] ?? NONE;
      this.turns.push({
        number,
        speaker: speakers[number] ?? NONE,
        first,
        end,
        startMs,
        endMs,
        utterance: utterance === NONE ? null : utterance,
        uncertainty: (uncertainty[number] ?? 0) / 1000,
        reasons: reasons[number] ?? [],
      });
      latest = Math.max(latest, endMs);
      this.#latest.push(latest);
      first = end;
    });
  }
}

/** Return how many turns begin at or before a moment. */
function upperBound(turns: readonly Turn[], ms: number): number {
  let [low, high] = [0, turns.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (turns[middle]!.startMs <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return the names of the bits set in each value; equal values share a list. */
function reasonsOf(names: readonly string[], values: Uint8Array): string[][] {
  const known = Array.from({ length: 1 << names.length }, (_, bits) => names.filter((_name, bit) => bits & (1 << bit)));
  return Array.from(values, (bits) => known[bits] ?? []);
}

/** Copy a buffer: it can begin at any byte of a message, but typed arrays need alignment. */
function copied(view: DataView | undefined): ArrayBuffer {
  return view ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer : new ArrayBuffer(0);
}

/** Join the first values of an array, new values, and the last values of the array. */
function spliced<T extends Uint32Array | Uint8Array>(old: T | undefined, first: number, middle: T, last: number): T {
  if (!old || (!first && !last)) return middle;
  const joined = new (middle.constructor as new (length: number) => T)(first + middle.length + last);
  joined.set(old.subarray(0, first));
  joined.set(middle, first);
  joined.set(old.subarray(old.length - last), first + middle.length);
  return joined;
}
