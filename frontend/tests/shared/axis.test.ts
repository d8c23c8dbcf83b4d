import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, ticks, timeUnit } from "../../src/shared/axis.ts";

test("ticks are round, begin at zero and never pass the end", () => {
  assert.deepEqual(ticks(7), [0, 2, 4, 6]);
  assert.deepEqual(ticks(0.35), [0, 0.1, 0.2, 0.3]);
  for (const most of [0.003, 1, 19, 250, 99_999]) {
    const found = ticks(most);
    assert.ok(found.length >= 2 && found.length <= 6 && (found.at(-1) ?? 0) <= most, `${most}: ${found}`);
  }
});

test("an axis without a length has one tick", () => {
  for (const most of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) assert.deepEqual(ticks(most), [0]);
});

test("times are read in the unit that suits them", () => {
  assert.deepEqual([42, 5400, 400_000].map(duration), ["42 s", "90 min", "4.6 days"]);
  assert.deepEqual(timeUnit(0), [1, "s"]);
  assert.equal(duration(null), "–");
});
