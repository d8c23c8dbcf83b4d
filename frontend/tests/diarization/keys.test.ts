import assert from "node:assert/strict";
import { test } from "node:test";
import { keysOf } from "../../src/diarization/keys.ts";
import type { Actions } from "../../src/diarization/types.ts";

/** Actions that note what is called: "edits.reassign 0". */
function noting(calls: string[], path = ""): Actions {
  const call = (...args: unknown[]) => void calls.push([path, ...args].join(" "));
  return new Proxy(call, { get: (_, name) => noting(calls, path ? `${path}.${String(name)}` : String(name)) }) as unknown as Actions;
}

const calls: string[] = [];
const keys = keysOf(noting(calls));
const names = keys.filter(({ run }) => run).flatMap((key) => key.keys);

test("no key has two meanings", () => {
  assert.deepEqual(names.filter((name, at) => names.indexOf(name) !== at), []);
});

test("every key on the card does something", () => {
  assert.deepEqual(keys.flatMap((key) => key.keys).filter((name) => !names.includes(name)), []);
});

test("keys call what the card says", () => {
  const press = (name: string) => {
    calls.length = 0;
    keys.find((key) => key.run && key.keys.includes(name))?.run?.();
    return calls.join();
  };
  const expected = {
    "1": "edits.reassign 0",
    "9": "edits.reassign 8",
    "0": "edits.reassignByName",
    "[": "edits.moveStart -1",
    "}": "edits.moveEnd 1",
    "Shift+ArrowLeft": "stepWord -1 true",
    ArrowRight: "stepWord 1 false",
    ">": "playback.faster 1",
    " ": "player.toggle",
    "-": "timeline.zoom 0.5",
    N: "go next",
    Escape: "chooseWholeTurn",
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, press(name)])), expected);
});
