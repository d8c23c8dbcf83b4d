import assert from "node:assert/strict";
import { test } from "node:test";
import { Selection } from "../../src/diarization/selection.ts";
import { PACKED, sent, transcript, type PackedTurn } from "./packed.ts";
import { Transcript } from "../../src/diarization/transcript.ts";

/** Four turns with the words 0–2, 3, 4–5 and 6; turns 1 and 3 are uncertain. */
const TURNS: PackedTurn[] = [[0, [0, 400], [500, 900], [1000, 1400]], [1, [2000, 2400]], [0, [3000, 3400], [3500, 3900]], [2, [5000, 5400]]];

function selection(turns = TURNS): Selection {
  const made = new Selection();
  made.show(transcript(...turns), null);
  return made;
}

const chosen = ({ number, words }: Selection) => [number, words?.first, words?.end];

test("without a transcript nothing is chosen and nothing moves", () => {
  const empty = new Selection();
  assert.deepEqual([empty.turn, empty.speaker, empty.span, empty.words, empty.middleMs, empty.startMs, empty.text, empty.positions], [undefined, undefined, null, null, null, 0, "", []]);
  assert.deepEqual([empty.neighbour(1), empty.neighbour(-1), empty.nextUncertain(), empty.stepWord(1, false), empty.place], [undefined, undefined, undefined, false, -1]);
  empty.select(3);
  empty.toggleOrder();
  empty.list("A");
  assert.deepEqual([empty.number, empty.order], [0, []]);
});

test("a transcript without words has no turn to choose", () => {
  const empty = selection([]);
  assert.deepEqual([empty.number, empty.turn, empty.span, empty.neighbour(1), empty.stepWord(1, true), empty.nextUncertain()], [0, undefined, null, undefined, false, undefined]);
});

test("a turn is chosen with all its words", () => {
  const made = selection();
  made.select(2);
  assert.deepEqual([made.speaker, made.words, made.text, made.positions, made.startMs, made.middleMs], ["A", null, "w4 w5", [4, 5], 3000, 3200]);
  made.select(99);
  assert.deepEqual([made.number, made.middleMs], [0, 700]); // in the middle one of three words
});

test("the next turn is the next of the list, and the ends of the list hold", () => {
  const made = selection();
  made.select(2);
  assert.deepEqual([-9, -1, 0, 1, 9].map((by) => made.neighbour(by)), [0, 1, 2, 3, 3]);
  made.list("A");
  assert.deepEqual(made.order, [0, 2]);
  assert.deepEqual([made.neighbour(-1), made.neighbour(1)], [0, 2]);
});

test("from a turn that is not listed, the next one is the first of the list", () => {
  const made = selection();
  made.select(3);
  made.list("A");
  assert.deepEqual([made.place, made.neighbour(1), made.neighbour(-1)], [-1, 0, 0]);
});

test("words are stepped through within the turn only", () => {
  const made = selection();
  made.stepWord(1, false);
  assert.deepEqual(chosen(made), [0, 0, 1]);
  made.stepWord(-1, false);
  assert.deepEqual(chosen(made), [0, 0, 1]);
  for (let step = 0; step < 9; step += 1) made.stepWord(1, false);
  assert.deepEqual(chosen(made), [0, 2, 3]);
  made.chooseWholeTurn();
  made.stepWord(-1, false);
  assert.deepEqual(chosen(made), [0, 2, 3]); // backwards, the last word is first
});

test("chosen words are extended from where they began, in both directions", () => {
  const made = selection();
  made.choose(made.turn!, 1);
  made.stepWord(1, true);
  assert.deepEqual([...chosen(made), made.text, made.positions, made.startMs], [0, 1, 3, "w1 w2", [1, 2], 500]);
  made.stepWord(1, true);
  assert.deepEqual(chosen(made), [0, 1, 3]);
  made.stepWord(-1, true);
  assert.deepEqual(chosen(made), [0, 1, 2]);
  made.stepWord(-1, true);
  assert.deepEqual(chosen(made), [0, 0, 2]);
  made.stepWord(1, false);
  assert.deepEqual(chosen(made), [0, 2, 3]); // one word again, after the last one chosen
});

test("a click with Shift extends within the turn, and starts again in another one", () => {
  const made = selection();
  const [first, second] = made.transcript!.turns;
  assert.equal(made.extendTo(first!, 1), false); // no word is chosen yet
  made.choose(first!, 2);
  assert.equal(made.extendTo(first!, 0), true);
  assert.deepEqual(chosen(made), [0, 0, 3]);
  assert.equal(made.extendTo(second!, 3), false);
  made.choose(second!, null);
  assert.deepEqual([...chosen(made), made.span?.first], [1, undefined, undefined, 3]);
});

test("choosing a turn forgets the words of the one before", () => {
  const made = selection();
  made.choose(made.turn!, 1);
  made.select(0);
  assert.equal(made.words, null);
});

test("uncertain turns follow each other in order of time, and begin again after the last", () => {
  const made = selection();
  assert.equal(made.nextUncertain(), 1);
  made.select(1);
  assert.equal(made.nextUncertain(), 3);
  made.select(3);
  assert.equal(made.nextUncertain(), 1);
  assert.equal(selection([[0, [0, 400]]]).nextUncertain(), undefined);
  assert.equal(selection([[0, [0, 400]], [1, [500, 900]]]).nextUncertain(), 1); // also from itself, when it is the only one
});

test("the list is ordered by uncertainty and back", () => {
  const made = selection();
  made.toggleOrder();
  assert.deepEqual([made.orderBy, made.order], ["uncertainty", [1, 3, 0, 2]]);
  made.list("A");
  assert.deepEqual(made.order, [0, 2]);
  made.toggleOrder();
  made.list(null);
  assert.deepEqual([made.orderBy, made.order], ["time", [0, 1, 2, 3]]);
});

test("after an accepted turn comes the next one in time, or the one that took its place in the list", () => {
  const made = selection();
  made.select(1);
  assert.equal(made.afterAccepted(made.place), 2);
  made.toggleOrder();
  assert.equal(made.afterAccepted(0), 1);
  assert.equal(made.afterAccepted(99), 2);
  assert.equal(made.afterAccepted(-1), 0);
});

test("a new version keeps the chosen turn, or chooses the turn at a moment", () => {
  const made = selection();
  made.choose(made.transcript!.turns[2]!, 5);
  const joined = transcript([0, [0, 400], [500, 900], [1000, 1400], [2000, 2400], [3000, 3400], [3500, 3900]], [2, [5000, 5400]]);
  made.show(joined, made.middleMs);
  assert.deepEqual([...chosen(made), made.speaker], [0, undefined, undefined, "A"]);
  made.select(1);
  made.show(transcript([0, [0, 400]]), null);
  assert.equal(made.number, 0); // fewer turns than before
  made.show(transcript(), null);
  assert.deepEqual([made.number, made.turn, made.order], [0, undefined, []]);
});

test("a version of the same words keeps the chosen turn, the chosen words and the listed speaker", () => {
  const made = selection();
  made.choose(made.turn!, 1);
  made.list("A");
  made.show(transcript(...TURNS), null);
  assert.deepEqual([...chosen(made), made.listedSpeaker], [0, 1, 2, "A"]);
  made.select(3);
  made.show(transcript(...TURNS), null);
  assert.equal(made.number, 3);
});

test("when others change the transcript, the turn of the same words stays chosen, and never other words", () => {
  const made = selection();
  made.choose(made.transcript!.turns[2]!, 5);
  const shorter: PackedTurn[] = [[0, [500, 900], [1000, 1400]], ...TURNS.slice(1)]; // the first word is gone: all others have moved
  made.show(transcript(...shorter), null);
  assert.deepEqual([...chosen(made), made.startMs], [2, undefined, undefined, 3000]);
  const joined: PackedTurn[] = [[0, [500, 900], [1000, 1400], [2000, 2400]], ...TURNS.slice(2)];
  made.show(transcript(...joined), null);
  assert.deepEqual([made.number, made.startMs], [1, 3000]);
});

test("a change elsewhere keeps the chosen words", () => {
  const made = selection();
  made.choose(made.transcript!.turns[2]!, 5);
  made.show(transcript(...TURNS.slice(0, 3), [1, [5000, 5200], [5300, 5400]]), null);
  assert.deepEqual([...chosen(made), made.startMs], [2, 5, 6, 3500]);
});

test("a listed speaker who is gone is listed no longer", () => {
  const made = selection();
  made.list("C");
  assert.deepEqual([made.listedSpeaker, made.order], ["C", [3]]);
  made.show(new Transcript({ ...PACKED, speakers: ["A", "B", "Cleo"] }, sent(TURNS).buffers), null);
  assert.deepEqual([made.listedSpeaker, made.order], [null, [0, 1, 2, 3]]);
});

test("another recording begins with its first turn and all speakers; the order stays", () => {
  const made = selection();
  made.toggleOrder();
  made.list("A");
  made.choose(made.transcript!.turns[2]!, 5);
  made.reset();
  assert.deepEqual([...chosen(made), made.transcript, made.listedSpeaker, made.orderBy], [0, undefined, undefined, null, null, "uncertainty"]);
  made.show(transcript([0, [0, 400]], [1, [500, 900]]), null);
  assert.deepEqual([made.number, made.order], [0, [1, 0]]);
});
