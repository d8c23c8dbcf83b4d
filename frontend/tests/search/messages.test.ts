import assert from "node:assert/strict";
import { test } from "node:test";
import { ORDERS, nearestMark, nextOrder, plural, summary } from "../../src/search/messages.ts";

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

test("a search that runs, fails or finds nothing is said too", () => {
  assert.match(summary({ state: "searching" }, false), /^Searching …/);
  for (const state of ["failed", undefined] as const) assert.equal(summary({ ...(state && { state }), of_recordings: 2 }, false), "2 transcripts can be searched.");
  assert.equal(summary({ ...done, shown: 0, lines: 0, recordings: 0, of_recordings: 1, ms: 0 }, false), "0 lines in 0 of 1 recording · 0 ms");
  assert.equal(summary({ ...done, shown: 5, is_cut: true }, true), "5 of the first 1,200 lines in 1 of 340 recordings; there are more: narrow the query · 38 ms");
});

test("what to know about the query follows what it found", () => {
  assert.equal(summary({ ...done, hint: "'near' is looked for as a word." }, false), "1,200 lines in 1 of 340 recordings · 38 ms. 'near' is looked for as a word.");
});

test("one is singular, and large numbers have separators", () => {
  assert.deepEqual([plural(1, "line"), plural(2, "line"), plural(1_000_000, "word")], ["1 line", "2 lines", "1,000,000 words"]);
});

test("every order that the keys lead to is in the list, once", () => {
  const names = ORDERS.map(([name]) => name);
  assert.equal(new Set(names).size, names.length);
  for (const side of ["left", "right"] as const) {
    const reached = names.map((name) => nextOrder(name, side));
    assert.deepEqual(reached.filter((name) => !names.includes(name)), []);
    assert.deepEqual([...new Set(reached)].sort(), [`${side}1`, `${side}2`, `${side}3`]);
  }
});

test("the reach of a click includes its edge; between two marks the nearer one counts, and the first of equals", () => {
  const marks = [[10, 1, 4], [20, 2, 7]] as const;
  assert.deepEqual([4, 3.9, 14.9, 15, 15.1].map((place) => nearestMark(marks, place, 6)), [4, null, 4, 4, 7]);
  assert.equal(nearestMark([], 0, 100), null);
  assert.equal(nearestMark([[0, 1, 0]], 0, 0), 0);
});
