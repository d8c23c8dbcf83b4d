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

test("the end of an axis is a tick when it is round, however it is stored", () => {
  assert.deepEqual([ticks(10), ticks(0.3), ticks(1), ticks(40)], [[0, 5, 10], [0, 0.1, 0.2, 0.3], [0, 0.5, 1], [0, 10, 20, 30, 40]]);
  assert.deepEqual(ticks(7, 1), [0]);
  assert.deepEqual(ticks(2e12), [0, 5e11, 1e12, 1.5e12, 2e12]);
});

test("a unit begins at two of it", () => {
  assert.deepEqual([119, 120, 7199, 7200, 172_799, 172_800].map((seconds) => timeUnit(seconds)[1]), ["s", "min", "min", "h", "h", "days"]);
});

test("tenths are shown below ten of a unit, but never of a second", () => {
  assert.deepEqual([0, 1.4, 120, 150, 599, 600, 1e9].map(duration), ["0 s", "1 s", "2.0 min", "2.5 min", "10.0 min", "10 min", "11,574 days"]);
  assert.deepEqual([undefined, Number.NaN].map(duration), ["–", "–"]);
});
