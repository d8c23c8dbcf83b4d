import assert from "node:assert/strict";
import { test } from "node:test";
import { RowHeights } from "../../src/shared/row_heights.ts";

test("rows of unequal heights are found, also after one was measured", () => {
  const heights = new RowHeights();
  heights.reset([10, 20, 30]);
  assert.deepEqual([heights.total, heights.top(2), heights.at(9), heights.at(10), heights.at(1000)], [60, 30, 0, 1, 2]);
  assert.equal(heights.set(0, 25), 15);
  assert.deepEqual([heights.top(1), heights.total, heights.at(20)], [25, 75, 0]);
  heights.reset([]);
  assert.deepEqual([heights.total, heights.at(5)], [0, 0]);
});

test("one row is found at every position", () => {
  const heights = new RowHeights();
  heights.reset([10]);
  assert.deepEqual([-5, 0, 9, 10, 99].map((y) => heights.at(y)), [0, 0, 0, 0, 0]);
  assert.deepEqual([heights.count, heights.height(0), heights.height(1), heights.top(0)], [1, 10, 0, 0]);
});

test("measuring a row moves only the rows after it, and measuring it again changes nothing", () => {
  const heights = new RowHeights();
  heights.reset([10, 10, 10, 10]);
  assert.equal(heights.total, 40);
  assert.deepEqual([heights.set(2, 4), heights.set(2, 4)], [-6, 0]);
  assert.deepEqual([0, 1, 2, 3].map((row) => heights.top(row)), [0, 10, 20, 24]);
  assert.equal(heights.set(0, 11), 1);
  assert.deepEqual([heights.top(3), heights.total], [25, 35]);
});

test("new estimates replace what was measured", () => {
  const heights = new RowHeights();
  heights.reset([10, 10]);
  heights.set(0, 99);
  heights.reset([5, 5, 5]);
  assert.deepEqual([heights.count, heights.total, heights.top(1)], [3, 15, 5]);
});

test("every row of a long list is found at its top and at its last pixel", () => {
  const heights = new RowHeights();
  heights.reset(Array.from({ length: 100_000 }, (_, row) => 15 + 21 * (row % 7)));
  for (let row = 0; row < 100_000; row += 997) heights.set(row, 36);
  for (const row of [0, 1, 997, 50_000, 99_999]) {
    assert.deepEqual([heights.at(heights.top(row)), heights.at(heights.top(row) + heights.height(row) - 1)], [row, row]);
  }
  assert.equal(heights.at(heights.total), 99_999);
});
