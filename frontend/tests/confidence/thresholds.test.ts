import assert from "node:assert/strict";
import { test } from "node:test";
import { below, binLabel, brushedRange, uncertaintyLevel, barHeights, type Histogram } from "../../src/confidence/thresholds.ts";

const flat: Histogram = { words: Array(100).fill(2), ms: Array(100).fill(600), errors: Array.from({ length: 100 }, (_, bin) => (bin < 50 ? 1 : 0)) };

test("words below a threshold are summed over the bins below it", () => {
  assert.deepEqual(below(flat, 0.25, { low: 0, high: 100 }), { words: 50, ms: 15000, errors: 25, wordShare: 0.25, errorShare: 0.5 });
  assert.equal(below(flat, 0.29, { low: 0, high: 100 }).words, 58);
  assert.equal(below(flat, 1, { low: 0, high: 100 }).wordShare, 1);
});

test("a chosen range bounds what is summed, and may leave nothing", () => {
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

test("without words every share is zero", () => {
  const empty = { words: Array(100).fill(0), ms: Array(100).fill(0), errors: Array(100).fill(0) };
  assert.deepEqual(below(empty, 0.9, { low: 0, high: 100 }), { words: 0, ms: 0, errors: 0, wordShare: 0, errorShare: 0 });
  assert.deepEqual(below({ words: [], ms: [], errors: [] }, 0.9, { low: 0, high: 100 }).wordShare, 0);
});

test("nothing is below zero, and a threshold above the range takes all of the range", () => {
  assert.equal(below(flat, 0, { low: 0, high: 100 }).words, 0);
  assert.equal(below(flat, 1, { low: 98, high: 99 }).words, 2);
  assert.equal(below(flat, 0.99, { low: 99, high: 100 }).words, 0);
});

test("a level of uncertainty begins just below its third of the threshold", () => {
  assert.deepEqual([0.9, 0.8999, 0.6, 0.5999, 0.3, 0.2999, 0].map((confidence) => uncertaintyLevel(confidence, 0.9)), [0, 1, 1, 2, 2, 3, 3]);
  assert.deepEqual([0, 1].map((confidence) => uncertaintyLevel(confidence, 0)), [0, 0]);
});

test("a brush at either edge covers the outermost bin, and one beyond the edge none", () => {
  assert.deepEqual(brushedRange(0, 0.0051), { low: 0, high: 1 });
  assert.deepEqual(brushedRange(0.9949, 1), { low: 99, high: 100 });
  assert.deepEqual([brushedRange(1.5, 2), brushedRange(-1, 0), brushedRange(0.5, 0.5)], [null, null, null]);
});

test("bars of any counts are finite and at most one high", () => {
  assert.deepEqual([barHeights([], true), barHeights([], false), barHeights([7], true)], [[], [], [1]]);
  for (const isLogarithmic of [true, false]) {
    const bars = barHeights([0, 1, 1e12], isLogarithmic);
    assert.ok(bars[0] === 0 && bars[1]! > 0 && bars[2] === 1, `${bars}`);
  }
  assert.ok(barHeights([1, 1e6], true)[1]! < 25 * barHeights([1, 1e6], true)[0]!); // a single word is visible
});

test("bins are named by their lower edge", () => {
  assert.deepEqual([0, 37, 100].map(binLabel), ["0.00", "0.37", "1.00"]);
});
