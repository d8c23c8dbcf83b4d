import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestMark, nextOrder, plural, summary } from "../../src/search/messages.ts";

const done = { state: "done", shown: 1, lines: 1200, recordings: 1, of_recordings: 340, ms: 38, is_cut: false } as const;

test("what was found is said in a sentence", () => {
  assert.equal(summary({ ...done, shown: 1200, recordings: 12 }, false), "1,200 lines in 12 of 340 recordings · 38 ms");
  assert.equal(summary(done, true), "1 of 1,200 lines in 1 of 340 recordings · 38 ms");
  assert.equal(summary({ ...done, is_cut: true }, false), "The first 1,200 lines in 1 of 340 recordings; there are more: narrow the query · 38 ms");
  assert.equal(summary({ ...done, state: "first", shown: 100 }, false), "The first 100 lines in 38 ms; counting the others …");
  assert.equal(summary({ state: "idle", of_recordings: 1 }, false), "1 transcript can be searched.");
  assert.equal(plural(0, "line"), "0 lines");
});

test("an order key goes outwards and comes back", () => {
  assert.equal(nextOrder("time", "left"), "left1");
  assert.equal(nextOrder("left1", "left"), "left2");
  assert.equal(nextOrder("left3", "left"), "left1");
  assert.equal(nextOrder("left2", "right"), "right1");
});

test("a click finds the nearest mark, if one is near", () => {
  const marks = [[10, 1, 4], [20, 2, 7]] as const;
  assert.equal(nearestMark(marks, 13, 6), 4);
  assert.equal(nearestMark(marks, 17.5, 6), 7);
  assert.equal(nearestMark(marks, 40, 6), null);
});
