import assert from "node:assert/strict";
import { test } from "node:test";
import { EDITED, Transcript } from "../../src/diarization/transcript.ts";
import { PACKED, sent, transcript, type PackedTurn } from "./packed.ts";

const TRANSCRIPT = transcript([0, [0, 400], [500, 900]], [1, [1000, 1400], [1500, 5000]], [2, [2000, 2400]], [0, [6000, 7000]]);

test("turns have their words, times, reasons and flags", () => {
  assert.deepEqual(TRANSCRIPT.turns.map((turn) => [turn.startMs, turn.endMs]), [[0, 900], [1000, 5000], [2000, 2400], [6000, 7000]]);
  assert.equal(TRANSCRIPT.text(2, 4), "w2 w3");
  assert.equal(TRANSCRIPT.textLength(2, 4), TRANSCRIPT.text(2, 4).length);
  assert.deepEqual(TRANSCRIPT.turns.map((turn) => [turn.utterance, turn.reasons.length]), [[0, 0], [1, 2], [null, 0], [3, 0]]);
  assert.deepEqual([TRANSCRIPT.confidence(0), TRANSCRIPT.confidence(1)], [null, 0.5]);
  assert.deepEqual(TRANSCRIPT.turns.map((turn) => TRANSCRIPT.isSettled(turn)), [true, false, false, false]);
  assert.deepEqual(TRANSCRIPT.turns.map((turn) => TRANSCRIPT.isEdited(turn)), [false, true, false, false]);
});

test("a change in the middle gives the same as the whole transcript", () => {
  const after: PackedTurn[] = [[0, [0, 400]], [1, [500, 900], [1000, 1400], [1410, 1450], [1500, 5000]], [2, [2000, 2400]], [0, [6000, 7000]]];
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
  const turns: PackedTurn[] = [[0, [0, 400], [500, 900]], [1, [1000, 1400]]];
  const before = transcript(...turns);
  const changed = new Transcript({ ...PACKED, since: 1, speakers: ["Ada", "B", "C"], kept_first: 3, kept_last: 0 }, sent(turns, 3).buffers, before);
  assert.deepEqual([changed.texts, changed.starts, changed.speakerOf(changed.turns[0]!)], [before.texts, before.starts, "Ada"]);
});

test("a moment belongs to the turn that began last and is not over, also where people talk at once", () => {
  assert.deepEqual([0, 950, 999, 1000, 2200, 2399, 2400, 3000, 5500, 9999].map((ms) => TRANSCRIPT.turnAt(ms)), [0, 0, 0, 1, 2, 2, 1, 1, 2, 3]);
  assert.deepEqual([900, 1000, 1450, 4000].map((ms) => TRANSCRIPT.wordAt(TRANSCRIPT.turns[1]!, ms)), [null, 2, 2, 3]);
});

test("the turns of a range are found, also an early turn that reaches into it", () => {
  assert.deepEqual(TRANSCRIPT.turnsBetween(3000, 4000).map((turn) => turn.number), [1, 2]);
  assert.deepEqual(TRANSCRIPT.turnsBetween(5500, 5600).map((turn) => turn.number), []);
  assert.deepEqual(TRANSCRIPT.turnsBetween(900, 1000).map((turn) => turn.number), [0, 1]);
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

test("a change can remove every word", () => {
  const empty = new Transcript({ ...PACKED, version: 2, since: 1 }, sent([]).buffers, TRANSCRIPT);
  assert.deepEqual([empty.version, empty.turns, empty.texts, empty.starts.length, empty.positions.length], [2, [], [], 0, 0]);
});

test("words after a change move by the difference", () => {
  const after: PackedTurn[] = [[0, [0, 400]], [1, [1000, 1400], [1500, 5000]], [2, [2000, 2400]], [0, [6000, 7000]]];
  const changed = new Transcript({ ...PACKED, version: 2, since: 1, kept_first: 1, kept_last: 4 }, sent(after, 1, 1).buffers, TRANSCRIPT);
  assert.deepEqual(Array.from(changed.positions), [0, 1, 2, 3, 4]);
  assert.deepEqual(changed.texts, ["w0", "w2", "w3", "w4", "w5"]);
  assert.deepEqual(changed.turns.map((turn) => turn.startMs), [0, 1000, 2000, 6000]);
});

test("one word makes a turn; before it there is no word, and after its end it is still the last one", () => {
  const single = transcript([-1, [500, 900]]);
  const turn = single.turns[0]!;
  assert.deepEqual([single.turnAt(0), single.turnAt(99_999)], [0, 0]);
  assert.deepEqual([0, 499, 500, 9999].map((ms) => single.wordAt(turn, ms)), [null, null, 0, 0]);
  assert.equal(single.speakerOf(turn), undefined);
  assert.deepEqual([single.isEdited(turn), single.has(0, EDITED), single.has(7, EDITED), single.confidence(7)], [false, false, false, null]);
  assert.deepEqual([single.textLength(0, 0), single.text(0, 0), single.textLength(0, 1)], [0, "", 2]);
});

test("pauses of a transcript without words are the whole recording, and a short rest is not a pause", () => {
  assert.deepEqual(transcript().pauses(120, 3000), [{ startMs: 0, endMs: 3000 }]);
  assert.deepEqual(transcript().pauses(120, 100), []);
  assert.deepEqual(transcript([0, [120, 1000]]).pauses(120, 1119), [{ startMs: 0, endMs: 120 }]);
  assert.deepEqual(transcript([0, [119, 1000]]).pauses(120, 1120), [{ startMs: 1000, endMs: 1120 }]);
});

test("turns of one speaker do not overlap, and a turn inside another counts only as long as it lasts", () => {
  assert.deepEqual(transcript([0, [0, 1000]], [0, [500, 1500]]).overlaps(), []);
  assert.deepEqual(transcript([0, [0, 9000]], [1, [1000, 2000]], [2, [3000, 9500]]).overlaps(), [{ startMs: 1000, endMs: 2000 }, { startMs: 3000, endMs: 9000 }]);
  assert.deepEqual(transcript([0, [0, 1000]], [1, [1000, 2000]]).overlaps(), []);
});

test("a speaker without turns has none in either order", () => {
  assert.deepEqual([TRANSCRIPT.order("time", 9), TRANSCRIPT.order("uncertainty", 9)], [[], []]);
});

test("moments are found in many turns", () => {
  const many = transcript(...Array.from({ length: 60_000 }, (_, number): PackedTurn => [number % 3, [number * 100, number * 100 + 90]]));
  for (const number of [0, 1, 31_234, 59_999]) assert.equal(many.turnAt(number * 100 + 45), number);
  assert.deepEqual(many.turnsBetween(1_000_000, 1_000_250).map((turn) => turn.number), [10_000, 10_001, 10_002]);
});
