import assert from "node:assert/strict";
import { test } from "node:test";
import { clipEnd, skipTo } from "../../src/diarization/clips.ts";

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

test("without pauses a clip has its full length, or ends with the recording", () => {
  assert.deepEqual([clipEnd(0, 5000, [], 60_000), clipEnd(0, 5000, [], 5000), clipEnd(0, 5000, [], 5001), clipEnd(60_000, 5000, [], 60_000)], [5000, 5000, 5000, 60_000]);
});

test("a clip that reaches the end of the recording does not end in a pause before it", () => {
  assert.equal(clipEnd(0, 5000, [{ startMs: 4000, endMs: 4200 }], 5000), 5000);
});

test("a pause counts from the middle of the clip to its end, both included", () => {
  const pause = (middle: number) => [{ startMs: middle - 100, endMs: middle + 100 }];
  assert.deepEqual([4999, 5000, 10_000, 10_001].map((middle) => clipEnd(0, 10_000, pause(middle), 60_000)), [10_000, 5000, 10_000, 10_000]);
});

test("a pause is skipped up to a little before its end, however many pauses there are", () => {
  const pauses = Array.from({ length: 100_000 }, (_, at) => ({ startMs: at * 10_000, endMs: at * 10_000 + 5000 }));
  assert.equal(skipTo(999_990_000 + 200, pauses, 700), 999_990_000 + 4850);
  assert.equal(skipTo(999_990_000 + 149, pauses, 700), null); // the words before it fade out
  assert.equal(skipTo(999_990_000 + 4700, pauses, 700), null); // not worth a jump
  assert.equal(skipTo(999_990_000 + 6000, pauses, 700), null);
  assert.equal(skipTo(0, [], 700), null);
  assert.equal(clipEnd(500_000_000, 12_000, pauses, 2e9), 500_012_000);
});

test("a pause of exactly the shortest length is skipped, a shorter one is played", () => {
  assert.equal(skipTo(200, [{ startMs: 0, endMs: 700 }], 700), 550);
  assert.equal(skipTo(200, [{ startMs: 0, endMs: 699 }], 700), null);
  assert.deepEqual([149, 150].map((ms) => skipTo(ms, [{ startMs: 0, endMs: 700 }], 700)), [null, 550]);
});
