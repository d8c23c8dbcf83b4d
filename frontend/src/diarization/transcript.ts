/** A transcript as the kernel packs it: turns with their words, kept as arrays. Pure. */

export const EDITED = 1;
export const RETIMED = 2;
export const SETTLED = 4;
/** From this doubt on, a turn is called uncertain. */
export const UNCERTAIN = 0.3;
const NO_CONFIDENCE = 255;
const NONE = -1;

/** What comes as JSON; the same names as in scribekit/widgets/diarization_packing.py, which says what the buffers are. */
export interface Packed {
  recording_id: string;
  version: number;
  /** The version that this is a change of; null for all of a transcript. */
  since: number | null;
  speakers: string[];
  /** How many words at the beginning and at the end are as they were. */
  kept_first: number;
  kept_last: number;
  /** The names of the reasons for doubt, by their bits. */
  reasons: string[];
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

  /** A transcript, from all of it, or from what differs from the one before. */
  constructor(packed: Packed, buffers: readonly DataView[], before: Talk | null = null) {
    const [sizes, utterances, speakers, doubt, reasons, starts, ends, positions, confidence, flags, texts] = buffers;
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
    this.#addTurns(new Uint32Array(copied(sizes)), new Int32Array(copied(utterances)), new Int16Array(copied(speakers)), new Uint16Array(copied(doubt)), reasonsOf(packed.reasons, new Uint8Array(copied(reasons))));
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

  /** How long that text is. */
  letters(first: number, end: number): number {
    let count = Math.max(end - first - 1, 0);
    for (let word = first; word < end; word += 1) count += this.texts[word]?.length ?? 0;
    return count;
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

  #addTurns(sizes: Uint32Array, utterances: Int32Array, speakers: Int16Array, doubt: Uint16Array, reasons: string[][]): void {
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
        doubt: (doubt[number] ?? 0) / 1000,
        reasons: reasons[number] ?? [],
      });
      latest = Math.max(latest, endMs);
      this.#latest.push(latest);
      first = end;
    });
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

/** The names of the bits that are set, for each value; equal ones share a list. */
function reasonsOf(names: readonly string[], values: Uint8Array): string[][] {
  const known = Array.from({ length: 1 << names.length }, (_, bits) => names.filter((_name, bit) => bits & (1 << bit)));
  return Array.from(values, (bits) => known[bits] ?? []);
}

/** Bytes of their own: what arrives may begin anywhere in a message. */
function copied(view: DataView | undefined): ArrayBuffer {
  return view ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer : new ArrayBuffer(0);
}

/** The first and the last values of an array, and others in between. */
function spliced<T extends Uint32Array | Uint8Array>(old: T | undefined, first: number, middle: T, last: number): T {
  if (!old || (!first && !last)) return middle;
  const joined = new (middle.constructor as new (length: number) => T)(first + middle.length + last);
  joined.set(old.subarray(0, first));
  joined.set(middle, first);
  joined.set(old.subarray(old.length - last), first + middle.length);
  return joined;
}
