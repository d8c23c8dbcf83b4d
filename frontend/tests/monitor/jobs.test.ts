import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIVITIES, MARKS, activityInWords, controls, inWords, throughputInWords, tookSeconds, type Activity } from "../../src/monitor/jobs.ts";

const ALL = Object.keys(ACTIVITIES) as Activity[];

test("each activity enables the buttons that make sense", () => {
  const enabled = ALL.map((activity) => [activity, ...Object.entries(controls(activity)).flatMap(([name, is]) => (is === true ? [name] : []))]);
  assert.deepEqual(enabled, [
    ["running", "canPause", "canStop"],
    ["paused", "canStart", "canStop"],
    ["stopping"],
    ["elsewhere", "canStart"],
    ["idle", "canStart"],
    ["finished"],
  ]);
});

test("a paused batch is resumed, any other is started", () => {
  assert.deepEqual(ALL.filter((activity) => controls(activity).start === "Resume"), ["paused"]);
});

test("states are told apart without colour", () => {
  for (const signs of [Object.values(MARKS), Object.values(ACTIVITIES)]) assert.equal(new Set(signs).size, signs.length);
});

test("a batch that is finished without some of its recordings says so", () => {
  assert.equal(activityInWords("finished", 0), "✓ finished");
  assert.equal(activityInWords("finished", 1_021), "✕ finished, 1,021 not transcribed");
  assert.equal(activityInWords("running", 21), "● running");
});

test("the bar is described by its counts", () => {
  const state = (name: string, n: number) => ({ state: name, label: name, count: n, audio_s: null, usd: 0 });
  assert.equal(inWords([]), "nothing planned");
  assert.equal(inWords([state("completed", 1)]), "1 completed");
  assert.equal(inWords([{ ...state("submitting", 25), label: "to send (paused)" }]), "25 to send (paused)");
  assert.equal(inWords([state("completed", 1_234_567), state("error", 0)]), "1,234,567 completed, 0 error");
});

test("throughput is described by its last and its highest value", () => {
  assert.equal(throughputInWords([]), "Throughput of the last ten minutes: now 0 × real time, at most 0 ×");
  assert.equal(throughputInWords([3]), "Throughput of the last ten minutes: now 3 × real time, at most 3 ×");
  assert.equal(throughputInWords([1, 25_000, 7.4]), "Throughput of the last ten minutes: now 7 × real time, at most 25,000 ×");
});

test("how long a job took is known once it is completed, and never negative", () => {
  assert.deepEqual(
    [[null, null], [5, null], [null, 9], [5, 9.5], [5, 5], [9, 5]].map(([submitted, completed]) => tookSeconds({ submitted_at: submitted!, completed_at: completed! })),
    [null, null, null, 4.5, 0, 0],
  );
});
