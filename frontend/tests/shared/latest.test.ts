import assert from "node:assert/strict";
import { test } from "node:test";
import { Latest } from "../../src/shared/latest.ts";

test("only the newest question of a kind is answered", () => {
  const latest = new Latest();
  const first = latest.next("rows");
  const other = latest.next("search");
  const second = latest.next("rows");
  assert.equal(latest.isNewest("rows", first), false);
  assert.equal(latest.isNewest("rows", second), true);
  assert.equal(latest.isNewest("search", other), true);
});

test("before the first question of a kind no answer is the newest", () => {
  const latest = new Latest();
  assert.deepEqual([latest.current("rows"), latest.isNewest("rows", 0)], [0, false]);
});

test("questions of all kinds have different numbers", () => {
  const latest = new Latest();
  const numbers = ["rows", "search", "rows", "queue"].map((kind) => latest.next(kind));
  assert.equal(new Set(numbers).size, 4);
  assert.deepEqual([latest.current("rows"), latest.current("search")], [numbers[2], numbers[1]]);
});
