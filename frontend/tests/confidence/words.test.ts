import assert from "node:assert/strict";
import { test } from "node:test";
import type { Word } from "../../src/confidence/types.ts";
import { areSameWords } from "../../src/confidence/words.ts";

const word = (index: number, text: string): Word => ({ word_index: index, start_ms: 500 * index, end_ms: 500 * index + 400, text, confidence: 0.5, edited: false });

const WORDS = [word(3, "a"), word(4, "brige"), word(5, "of")];

test("words are the same after another judgement, and after an edit before them has moved them", () => {
  assert.equal(areSameWords(WORDS, WORDS.map((one) => ({ ...one, confidence: null, edited: true }))), true);
  assert.equal(areSameWords(WORDS, WORDS.map((one) => ({ ...one, word_index: one.word_index - 1 }))), true);
});

test("words are others when one is added, removed or replaced", () => {
  assert.equal(areSameWords(WORDS, WORDS.slice(1)), false);
  assert.equal(areSameWords(WORDS.slice(1), WORDS), false);
  assert.equal(areSameWords(WORDS, [word(3, "a"), word(4, "bridge"), word(5, "of")]), false);
  assert.equal(areSameWords(WORDS, [word(4, "a"), word(5, "brige"), word(6, "of")]), false);
});
