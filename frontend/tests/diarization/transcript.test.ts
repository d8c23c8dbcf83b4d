import assert from "node:assert/strict";
import { test } from "node:test";

import { clipEnd, skipTo } from "../../src/diarization/clips.ts";
import { RowHeights } from "../../src/shared/row_heights.ts";
import { SETTLED, Transcript } from "../../src/diarization/transcript.ts";
import { clamped, levelFor, panned, revealing, tickStep, zoomed } from "../../src/diarization/time_axis.ts";

const view = (data: ArrayBufferView) => new DataView(data.buffer, data.byteOffset, data.byteLength);

/** What the kernel sends of turns of [speaker, [start, end] of each word]; `from` up to `to` are the words that travel. */
function sent(turns: [number, ...[number, number][]][], from = 0, to = Infinity): { buffers: DataView[]; count: number } {
  const all = turns.flatMap(([, ...spans]) => spans);
  const words = all.slice(from, to);
  const texts = new TextEncoder().encode(words.map((_, at) => `w${from + at}`).join("\0"));
  const misplaced = new Uint8Array(texts.length + 3); // as in a message, where bytes begin anywhere
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
    new Uint8Array(words.map((_, at) => (from + at < 2 ? SETTLED : 0))),
    misplaced.subarray(3),
  ];
  return { buffers: arrays.map(view), count: all.length };
}

const PACKED = { recording_id: "r", version: 1, since: null, speakers: ["A", "B", "C"], kept_first: 0, kept_last: 0, reasons: ["stray turn", "talk at once"] };

function transcript(...turns: [number, ...[number, number][]][]): Transcript {
  return new Transcript(PACKED, sent(turns).buffers);
}

const TRANSCRIPT = transcript([0, [0, 400], [500, 900]], [1, [1000, 1400], [1500, 5000]], [2, [2000, 2400]], [0, [6000, 7000]]);

test("turns hold their words, times and what is known of them", () => {
  assert.deepEqual(TRANSCRIPT.turns.map((turn) => [turn.startMs, turn.endMs]), [[0, 900], [1000, 5000], [2000, 2400], [6000, 7000]]);
  assert.equal(TRANSCRIPT.text(2, 4), "w2 w3");
  assert.equal(TRANSCRIPT.textLength(2, 4), TRANSCRIPT.text(2, 4).length);
  assert.deepEqual(TRANSCRIPT.turns.map((turn) => [turn.utterance, turn.reasons.length]), [[0, 0], [1, 2], [null, 0], [3, 0]]);
  assert.deepEqual([TRANSCRIPT.confidence(0), TRANSCRIPT.confidence(1)], [null, 0.5]);
  assert.deepEqual(TRANSCRIPT.turns.map((turn) => TRANSCRIPT.isSettled(turn)), [true, false, false, false]);
});

test("a change in the middle gives what all of it would have given", () => {
  const after: [number, ...[number, number][]][] = [[0, [0, 400]], [1, [500, 900], [1000, 1400], [1410, 1450], [1500, 5000]], [2, [2000, 2400]], [0, [6000, 7000]]];
  const { buffers, count } = sent(after, 1, 4);
  const changed = new Transcript({ ...PACKED, version: 2, since: 1, kept_first: 1, kept_last: count - 4 }, buffers, TRANSCRIPT);
  const whole = transcript(...after);
  assert.deepEqual(changed.turns, whole.turns);
  for (const name of ["starts", "ends", "positions"] as const) assert.deepEqual(changed[name], whole[name]);
  assert.deepEqual(changed.texts, ["w0", "w1", "w2", "w3", "w3", "w4", "w5"]);
  assert.deepEqual(whole.turns.map((turn) => whole.isSettled(turn)), changed.turns.map((turn) => changed.isSettled(turn)));
  assert.equal(TRANSCRIPT.texts.length, count - 1);
});

test("a change of nothing but the speakers' names brings no word", () => {
  const turns: [number, ...[number, number][]][] = [[0, [0, 400], [500, 900]], [1, [1000, 1400]]];
  const before = transcript(...turns);
  const changed = new Transcript({ ...PACKED, since: 1, speakers: ["Ada", "B", "C"], kept_first: 3, kept_last: 0 }, sent(turns, 3).buffers, before);
  assert.deepEqual([changed.texts, changed.starts, changed.speakerOf(changed.turns[0]!)], [before.texts, before.starts, "Ada"]);
});

test("a moment belongs to the turn that began last and is not over, also where people talk at once", () => {
  assert.deepEqual([0, 950, 2200, 3000, 5500, 9999].map((ms) => TRANSCRIPT.turnAt(ms)), [0, 0, 2, 1, 2, 3]);
  assert.deepEqual([900, 1000, 1450, 4000].map((ms) => TRANSCRIPT.wordAt(TRANSCRIPT.turns[1]!, ms)), [null, 2, 2, 3]);
});

test("what is in sight is found, though an early turn may reach into it", () => {
  assert.deepEqual(TRANSCRIPT.turnsBetween(3000, 4000).map((turn) => turn.number), [1, 2]);
  assert.deepEqual(TRANSCRIPT.turnsBetween(5500, 5600).map((turn) => turn.number), []);
});

test("talk at once, pauses and order", () => {
  assert.deepEqual(TRANSCRIPT.overlaps(), [{ startMs: 2000, endMs: 2400 }]);
  assert.deepEqual(TRANSCRIPT.pauses(500, 8000), [{ startMs: 5000, endMs: 6000 }, { startMs: 7000, endMs: 8000 }]);
  assert.deepEqual(TRANSCRIPT.order("uncertainty", null), [1, 3, 0, 2]);
  assert.deepEqual(TRANSCRIPT.order("time", 0), [0, 3]);
});

test("a transcript without a word has no turn", () => {
  assert.deepEqual([transcript().turns, transcript().texts, transcript().turnAt(5)], [[], [], 0]);
});

test("zooming keeps the moment under the pointer, and everything stays within the recording", () => {
  const range = { fromMs: 10_000, toMs: 50_000 };
  assert.deepEqual(zoomed(range, 2, 20_000, 100_000), { fromMs: 15_000, toMs: 35_000 });
  assert.deepEqual(zoomed(range, 0.01, 20_000, 100_000), { fromMs: 0, toMs: 100_000 });
  assert.deepEqual(zoomed(range, 1000, 20_000, 100_000), { fromMs: 19_750, toMs: 20_750 });
  assert.deepEqual(panned(range, -20_000, 100_000), { fromMs: 0, toMs: 40_000 });
  assert.deepEqual(clamped({ fromMs: -5, toMs: 3 }, 500), { fromMs: 0, toMs: 500 });
  assert.equal(revealing(range, 20_000, 30_000, 100_000), range);
  assert.deepEqual(revealing(range, 70_000, 75_000, 100_000), { fromMs: 60_000, toMs: 100_000 });
});

test("marks are far enough apart, and values not wider than a pixel where there are finer ones", () => {
  assert.deepEqual([tickStep(1), tickStep(10), tickStep(7500)], [100, 1000, 600_000]);
  assert.deepEqual([1, 10, 39, 40, 640, 1e9].map((ms) => levelFor(ms, 10, 4, 8)), [0, 0, 0, 1, 3, 7]);
});

test("a clip ends in the last pause of its second half, or at full length, or with the recording", () => {
  const pauses = [{ startMs: 2000, endMs: 2400 }, { startMs: 6000, endMs: 6400 }, { startMs: 9000, endMs: 9200 }, { startMs: 15_000, endMs: 16_000 }];
  assert.equal(clipEnd(0, 10_000, pauses, 60_000), 9100);
  assert.equal(clipEnd(0, 3900, pauses, 60_000), 2200);
  assert.equal(clipEnd(20_000, 10_000, pauses, 60_000), 30_000);
  assert.equal(clipEnd(55_000, 10_000, pauses, 60_000), 60_000);
});

test("silence is skipped from within it, and only where something is gained", () => {
  const pauses = [{ startMs: 1000, endMs: 5000 }, { startMs: 8000, endMs: 8500 }];
  assert.deepEqual([900, 1100, 1200, 4800, 6000, 8200].map((ms) => skipTo(ms, pauses, 700)), [null, null, 4850, null, null, null]);
});

test("rows of unequal heights are found, also after one was measured", () => {
  const heights = new RowHeights();
  heights.reset([10, 20, 30]);
  assert.deepEqual([heights.total, heights.top(2), heights.at(9), heights.at(10), heights.at(1000)], [60, 30, 0, 1, 2]);
  assert.equal(heights.set(0, 25), 15);
  assert.deepEqual([heights.top(1), heights.total, heights.at(20)], [25, 75, 0]);
  heights.reset([]);
  assert.deepEqual([heights.total, heights.at(5)], [0, 0]);
});
