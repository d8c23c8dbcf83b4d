import assert from "node:assert/strict";
import { test } from "node:test";
import { below, brushedRange, uncertaintyLevel, barHeights, type Histogram } from "../../src/confidence/thresholds.ts";

const flat: Histogram = { words: Array(100).fill(2), ms: Array(100).fill(600), errors: Array.from({ length: 100 }, (_, bin) => (bin < 50 ? 1 : 0)) };

test("what lies below a threshold is summed over the bins below it", () => {
  assert.deepEqual(below(flat, 0.25, { low: 0, high: 100 }), { words: 50, ms: 15000, errors: 25, wordShare: 0.25, errorShare: 0.5 });
  assert.equal(below(flat, 0.29, { low: 0, high: 100 }).words, 58);
  assert.equal(below(flat, 1, { low: 0, high: 100 }).wordShare, 1);
});

test("a brushedRange range bounds what lies below, and may leave nothing", () => {
  assert.equal(below(flat, 0.5, { low: 40, high: 60 }).words, 20);
  assert.equal(below(flat, 0.5, { low: 40, high: 60 }).wordShare, 0.5);
  assert.deepEqual(below(flat, 0.3, { low: 40, high: 60 }), { words: 0, ms: 0, errors: 0, wordShare: 0, errorShare: 0 });
});

test("uncertaintyLevel grows as confidence falls, and a word without confidence has none", () => {
  assert.deepEqual([null, 0.95, 0.9, 0.8, 0.5, 0.1].map((confidence) => uncertaintyLevel(confidence, 0.9)), [0, 0, 0, 1, 2, 3]);
});

test("a brush covers the bins that it touches, in either direction, and a click none", () => {
  assert.deepEqual(brushedRange(0.301, 0.599), { low: 30, high: 60 });
  assert.deepEqual(brushedRange(0.599, 0.301), { low: 30, high: 60 });
  assert.deepEqual(brushedRange(-1, 2), { low: 0, high: 100 });
  assert.equal(brushedRange(0.3, 0.303), null);
});

test("barHeights reach from nothing to one on either scale", () => {
  assert.deepEqual(barHeights([0, 9, 99], true), [0, 0.5, 1]);
  assert.deepEqual(barHeights([0, 1, 4], false), [0, 0.25, 1]);
  assert.deepEqual(barHeights([0, 0], false), [0, 0]);
});
