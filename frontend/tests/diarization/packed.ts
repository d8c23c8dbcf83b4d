/** Transcripts as the kernel packs them, for the tests. */

import { EDITED, SETTLED, Transcript } from "../../src/diarization/transcript.ts";

const view = (data: ArrayBufferView) => new DataView(data.buffer, data.byteOffset, data.byteLength);

/** A turn: the index of its speaker, then the start and end of each word. */
export type PackedTurn = [number, ...[number, number][]];

/** Pack turns as the kernel does; only the words from `from` to `to` are sent. Odd turns are uncertain, turn 2 has no utterance; words 0 and 1 are settled, word 2 is edited. */
export function sent(turns: PackedTurn[], from = 0, to = Infinity): { buffers: DataView[]; count: number } {
  const all = turns.flatMap(([, ...spans]) => spans);
  const words = all.slice(from, to);
  const texts = new TextEncoder().encode(words.map((_, at) => `w${from + at}`).join("\0"));
  const misplaced = new Uint8Array(texts.length + 3); // in a message, bytes can begin anywhere
  misplaced.set(texts, 3);
  const arrays = [
    new Uint32Array(turns.map(([, ...spans]) => spans.length)),
    new Int32Array(turns.map((_, number) => (number === 2 ? -1 : number))),
    new Int16Array(turns.map(([speaker]) => speaker)),
    new Uint16Array(turns.map((_, number) => (number % 2 ? 500 : 100))),
    new Uint8Array(turns.map((_, number) => (number === 1 ? 3 : 0))),
    new Uint32Array(words.map(([start]) => start)),
    new Uint32Array(words.map(([, end]) => end)),
    new Uint32Array(words.map((_, at) => from + at)),
    new Uint8Array(words.map((_, at) => (from + at ? 100 : 255))),
    new Uint8Array(words.map((_, at) => (from + at < 2 ? SETTLED : from + at === 2 ? EDITED : 0))),
    misplaced.subarray(3),
  ];
  return { buffers: arrays.map(view), count: all.length };
}

export const PACKED = { recording_id: "r", version: 1, since: null, speakers: ["A", "B", "C"], kept_first: 0, kept_last: 0, reasons: ["stray turn", "talk at once"] };

export function transcript(...turns: PackedTurn[]): Transcript {
  return new Transcript(PACKED, sent(turns).buffers);
}
