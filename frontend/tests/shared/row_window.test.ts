import assert from "node:assert/strict";
import { test } from "node:test";
import { contains, isMove, rowAfterKey, scrollTopFor, visibleRows } from "../../src/shared/row_window.ts";

test("all rows in sight are drawn, and no row that is not there", () => {
  for (const total of [0, 1, 5, 100, 100_000]) {
    for (const top of [0, 13, 28, 280, total * 28]) {
      const span = visibleRows(top, 336, 28, total, 8);
      assert.ok(span.first >= 0 && span.count >= 0 && span.first + span.count <= total);
      const inSight = { first: Math.min(Math.floor(top / 28), total), count: 0 };
      inSight.count = Math.max(Math.min(Math.ceil((top + 336) / 28), total) - inSight.first, 0);
      assert.ok(contains(span, inSight) || inSight.count === 0, `${total} ${top}`);
      assert.ok(span.count <= 12 + 1 + 16);
    }
  }
});

test("a row is brought into sight with the least movement", () => {
  assert.equal(scrollTopFor(3, 0, 280, 28), 0);
  assert.equal(scrollTopFor(10, 0, 280, 28), 28);
  assert.equal(scrollTopFor(2, 280, 280, 28), 56);
});

test("keys move within the table and never out of it", () => {
  assert.equal(rowAfterKey("ArrowDown", 9, 10, 5), 9);
  assert.equal(rowAfterKey("ArrowUp", 0, 10, 5), 0);
  assert.equal(rowAfterKey("PageDown", 2, 10, 5), 7);
  assert.equal(rowAfterKey("End", 2, 10, 5), 9);
  assert.equal(rowAfterKey("Home", 7, 10, 5), 0);
  assert.equal(rowAfterKey("x", 7, 10, 5), null);
  assert.equal(rowAfterKey("ArrowDown", 0, 0, 5), null);
});

test("a key that moves is known before there are rows", () => {
  assert.deepEqual(["End", "ArrowUp", "PageDown", "Enter", " ", "x"].map(isMove), [true, true, true, false, false, false]);
});

test("a span contains itself and what is inside, and an empty one at its end", () => {
  const outer = { first: 10, count: 5 };
  assert.deepEqual([[10, 5], [11, 3], [15, 0], [9, 2], [14, 2], [16, 0]].map(([first, count]) => contains(outer, { first: first!, count: count! })), [true, true, true, false, false, false]);
});

test("without spare rows exactly the visible ones are drawn", () => {
  assert.deepEqual(visibleRows(0, 280, 28, 1000, 0), { first: 0, count: 10 });
  assert.deepEqual(visibleRows(27, 280, 28, 1000, 0), { first: 0, count: 11 });
  assert.deepEqual(visibleRows(28, 280, 28, 1000, 0), { first: 1, count: 10 });
  assert.deepEqual(visibleRows(28_000_000 - 280, 280, 28, 1_000_000, 2), { first: 999_988, count: 12 });
  assert.deepEqual(visibleRows(9999, 280, 28, 3, 2), { first: 3, count: 0 }); // the list has become shorter
});

test("a row that is visible does not scroll, one beyond either edge does", () => {
  assert.deepEqual([1, 10, 0, 11].map((row) => scrollTopFor(row, 28, 280, 28)), [28, 28, 0, 56]);
});

test("in a table of one row every key stays there, and in others it moves by a row or a page", () => {
  for (const key of ["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"]) assert.equal(rowAfterKey(key, 0, 1, 5), 0);
  assert.deepEqual([rowAfterKey("ArrowDown", 3, 10, 5), rowAfterKey("ArrowUp", 3, 10, 5)], [4, 2]);
  assert.deepEqual([rowAfterKey("PageUp", 3, 10, 5), rowAfterKey("PageDown", 7, 10, 5)], [0, 9]);
});
