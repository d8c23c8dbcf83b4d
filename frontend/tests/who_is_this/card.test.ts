import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asking, heading, isAsking, next, said } from "../../src/who_is_this/card.ts";

const card: Asking = {
  stage: "asking", place: 2, left: 14, named: 0, recording: "a.mp3", title: "", speaker: "B", n_turns: 3, speaking_s: 60,
  lines: [{ start_ms: 0, end_ms: 4000, text: "Good morning." }], no_sound: "",
};

test("the heading counts those without a name", () => {
  assert.equal(heading(card), "Who is this? 2 of 14 without a name");
  assert.equal(heading({ ...card, named: 1200 }), "Who is this? 2 of 14 without a name, 1,200 named");
  assert.equal(heading({ stage: "reading" }), "Who is this? Reading the corpus …");
  assert.equal(heading({ stage: "done", named: 3 }), "Every speaker has a name.");
  assert.equal(heading({ stage: "done", named: 0 }), "No speaker is without a name.");
});

test("a screen reader hears who is meant and the line", () => {
  assert.equal(said(card), "B in a.mp3: Good morning.");
  assert.equal(said({ ...card, title: "Morning", lines: [] }), "B in Morning: ");
  assert.equal(said({ stage: "done", named: 3 }), "Every speaker has a name.");
  assert.ok(isAsking(card) && !isAsking({ stage: "reading" }));
});

test("after the last line comes the first", () => {
  assert.deepEqual([next(0, 2), next(1, 2), next(0, 1), next(0, 0)], [1, 0, 0, 0]);
});
