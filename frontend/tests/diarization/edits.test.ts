import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Edits } from "../../src/diarization/edits.ts";
import { Selection } from "../../src/diarization/selection.ts";
import { Transcript } from "../../src/diarization/transcript.ts";
import { PACKED, sent, transcript, type PackedTurn } from "./packed.ts";

const TURNS: PackedTurn[] = [[0, [0, 400], [500, 900]], [1, [2000, 2400]], [0, [3000, 3400]], [2, [5000, 5400]]];

interface Given {
  turns?: PackedTurn[];
  state?: string;
  canUndo?: boolean;
  /** The reader's answers to questions. */
  answers?: (string | null)[];
  /** Whether the kernel makes each edit in turn; it makes all further ones. */
  makes?: boolean[];
}

/** A review whose kernel answers later, with the next version of the transcript. */
function review({ turns = TURNS, state = "new", canUndo = false, answers = [], makes = [] }: Given = {}) {
  const selection = new Selection();
  selection.show(transcript(...turns), null);
  const log = { sent: [] as [string, Record<string, unknown>][], announced: [] as string[], moments: [] as (number | null)[], accepted: [] as number[], cancelled: 0, asked: [] as string[] };
  const edits: Edits = new Edits({
    selection,
    progress: () => ({ version: 1, state, edits: 0, can_undo: canUndo, can_redo: false }),
    send: async (intent, args) => {
      log.sent.push([intent, args]);
      assert.ok(edits.isRunning);
      await setImmediate();
      return (makes.shift() ?? true) ? { value: null, buffers: [] } : undefined;
    },
    ask: async ({ label, options }) => {
      log.asked.push([label, ...(options ?? [])].join(": "));
      await setImmediate();
      return answers.shift() ?? null;
    },
    announce: (text) => log.announced.push(text),
    show: async (answer, atMs) => {
      assert.ok(!edits.isRunning);
      log.moments.push(atMs);
      if (answer) selection.show(new Transcript({ ...PACKED, version: selection.transcript!.version + 1 }, sent(turns).buffers), atMs);
    },
    onAccepted: (place) => log.accepted.push(place),
    onNameCancelled: () => (log.cancelled += 1),
  });
  return { edits, selection, log };
}

test("edits run one after another: each is of the version that the one before has left", async () => {
  const { edits, log } = review();
  await Promise.all([edits.reassign(1), edits.reject(), edits.accept()]);
  assert.deepEqual(log.sent.map(([intent, { version }]) => [intent, version]), [["reassign", 1], ["reject", 2], ["accept", 3]]);
  assert.deepEqual(log.announced, ["Said by B", "Excluded", "Accepted"]);
  assert.equal(edits.isRunning, false);
});

test("an edit that the kernel refuses announces nothing and does not stop the next one", async () => {
  const { edits, log } = review({ makes: [false] });
  await Promise.all([edits.accept(), edits.reject()]);
  assert.deepEqual([log.sent.map(([, { version }]) => version), log.announced, log.accepted], [[1, 1], ["Excluded"], []]);
});

test("an accepted turn leads on from its place in the list; accepted words do not", async () => {
  const { edits, selection, log } = review();
  selection.select(2);
  await edits.accept();
  selection.choose(selection.turn!, 3);
  await edits.accept();
  assert.deepEqual([log.accepted, log.sent.map(([, { words }]) => words)], [[2], [[3], [3]]]);
});

test("without a transcript nothing is sent", async () => {
  const { edits, selection, log } = review({ answers: ["x"], canUndo: true });
  selection.reset();
  await Promise.all([edits.accept(), edits.correct(), edits.rename(), edits.split(), edits.undo(), edits.mark("done"), edits.moveEnd(1)]);
  assert.deepEqual(log.sent, []);
});

test("words are assigned to a speaker by number or by name, and to nobody who does not exist", async () => {
  const { edits, log } = review({ answers: ["Dora", " ", null] });
  await edits.reassign(8);
  await edits.reassign(2);
  for (let time = 0; time < 3; time += 1) await edits.reassignByName();
  assert.deepEqual(log.sent.map(([, { to, words }]) => [to, words]), [["C", [0, 1]], ["Dora", [0, 1]]]);
  assert.deepEqual([log.announced, log.cancelled], [["There is no speaker 9.", "Said by C", "Said by Dora"], 2]);
});

test("a boundary belongs to the turn that follows it, and exists only where the service separated turns", async () => {
  const { edits, selection, log } = review();
  selection.select(1);
  await edits.moveStart(-1);
  selection.select(1);
  await edits.moveEnd(1);
  selection.select(2);
  await edits.moveEnd(1);
  assert.deepEqual(log.sent.map(([, { utterance, words }]) => [utterance, words]), [[1, -1], [2, 1]]);
  assert.match(log.announced.at(-1)!, /did not separate turns/);
});

test("an answer is about the words that were chosen when the question was asked", async () => {
  const { edits, selection, log } = review({ answers: ["other words"] });
  selection.choose(selection.turn!, 1);
  const corrected = edits.correct();
  selection.select(3);
  await corrected;
  assert.deepEqual([log.asked, log.sent], [["Text of the words"], [["correct", { version: 1, words: [1], text: "other words" }]]]);
});

test("a text that is the same, a question that is cancelled and a note without words send nothing", async () => {
  const { edits, log } = review({ answers: ["w0 w1 ", null, " "] });
  await edits.correct();
  await edits.correct();
  await edits.note();
  assert.deepEqual([log.sent, log.announced], [[], []]);
});

test("a note and a state leave the selection as it is; other edits find their turn again by its middle", async () => {
  const { edits, log } = review({ answers: ["hm"] });
  await edits.note();
  await edits.mark("done");
  await edits.reject();
  assert.deepEqual(log.moments, [null, null, 200]);
  assert.deepEqual(log.announced, ["Noted", "The review is done", "Excluded"]);
});

test("a speaker is renamed, or merged when the name is another speaker's", async () => {
  const { edits, log } = review({ answers: [" Ada ", " C ", "B", "", null] });
  for (let time = 0; time < 5; time += 1) await edits.renameOrMerge("B");
  assert.deepEqual(log.sent.map(([intent, { to, into }]) => [intent, to ?? into]), [["rename", "Ada"], ["merge", "C"]]);
});

test("a speaker is not renamed to the same name, and is merged with another", async () => {
  const { edits, log } = review({ answers: ["A ", "Ada", "B"] });
  await edits.rename();
  await edits.rename();
  await edits.merge();
  assert.deepEqual(log.sent.map(([intent, { speaker, to, into }]) => [intent, speaker, to ?? into]), [["rename", "A", "Ada"], ["merge", "A", "B"]]);
  assert.equal(log.asked.at(-1), "A is the same person as: B: C");
});

test("without a speaker there is nobody to merge, rename or split", async () => {
  const { edits, log } = review({ turns: [[-1, [0, 400]]], answers: ["x", "x", "x"] });
  await edits.merge();
  await edits.rename();
  await edits.split();
  assert.deepEqual([log.sent, log.asked, log.announced], [[], [], ["There is nobody to merge with."]]);
});

test("a speaker is split from the first chosen word on", async () => {
  const { edits, selection, log } = review({ answers: ["Dora", null] });
  selection.choose(selection.turn!, 1);
  await edits.split();
  await edits.split();
  assert.deepEqual(log.sent, [["split", { version: 1, speaker: "A", from_word: 1, into: "Dora" }]]);
  assert.deepEqual(log.announced, ["From 0:00 on, A is Dora"]);
});

test("there is not always something to undo", async () => {
  const { edits, log } = review({ canUndo: true });
  await edits.undo();
  await edits.redo();
  assert.deepEqual([log.sent.length, log.announced], [1, ["Undone", "There is nothing to redo."]]);
});

test("a review that is done goes on, and any other is done", async () => {
  for (const [state, next] of [["done", "in review"], ["in review", "done"], ["new", "done"]] as const) {
    const { edits, log } = review({ state });
    await edits.toggleDone();
    assert.deepEqual(log.sent, [["mark", { version: 1, state: next }]]);
  }
});
