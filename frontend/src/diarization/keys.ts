/** What each key does in the review. */

import type { Key } from "../shared/keyboard.ts";
import type { Desk } from "./editor.ts";

export function keysOf(desk: Desk): Key[] {
  const digits = Array.from({ length: 9 }, (_, at) => String(at + 1));
  return [
    { keys: [" "], does: "Play or pause", run: () => desk.player.toggle() },
    { keys: ["Enter"], does: "Play the turn from its beginning", run: () => desk.playTurn() },
    { keys: ["j", "k"], does: "Two seconds back or on" },
    { keys: ["<", ">"], does: "Slower or faster" },
    { keys: ["l"], does: "Play the turn again and again", run: () => desk.toggleLoop() },
    { keys: ["s"], does: "Skip silence", run: () => desk.toggleSkip() },
    { keys: ["ArrowUp", "ArrowDown"], does: "Turn before or after" },
    { keys: ["ArrowLeft", "ArrowRight"], does: "Word before or after; with Shift, several words" },
    { keys: ["Escape"], does: "The whole turn again, not single words", run: () => desk.chooseWords(null) },
    { keys: ["u"], does: "The next uncertain turn", run: () => desk.nextUncertain() },
    { keys: ["o"], does: "Most uncertain first, or in order of time", run: () => desk.toggleOrder() },
    { keys: ["a"], does: "Accept the turn, or the words, and go on", run: () => void desk.accept() },
    { keys: ["1", "9"], does: "Said by this speaker (1 to 9, as numbered beside the lanes)" },
    { keys: ["0"], does: "Said by somebody else, by name", run: () => void desk.reassignByName() },
    { keys: ["[", "]"], does: "The turn begins a word earlier, or later" },
    { keys: ["{", "}"], does: "The turn ends a word earlier, or later" },
    { keys: ["e"], does: "Correct the text", run: () => void desk.correct() },
    { keys: ["Delete"], does: "Nobody said this: leave it out", run: () => void desk.reject() },
    { keys: ["n"], does: "Remark on it", run: () => void desk.note() },
    { keys: ["r"], does: "Rename the speaker", run: () => void desk.rename() },
    { keys: ["m"], does: "Merge the speaker with another", run: () => void desk.merge() },
    { keys: ["p"], does: "Split: from here on this speaker is somebody new", run: () => void desk.split() },
    { keys: ["z", "Ctrl+z"], does: "Undo", run: () => void desk.undo() },
    { keys: ["Z", "Ctrl+Z", "Ctrl+y"], does: "Redo", run: () => void desk.redo() },
    { keys: ["+", "-", "f"], does: "Zoom in, out, and to the whole recording" },
    { keys: ["d"], does: "The review is done, or goes on", run: () => void desk.toggleDone() },
    { keys: ["N", "P"], does: "Next or previous recording" },
    ...silent({
      j: () => desk.jump(-2000),
      k: () => desk.jump(2000),
      "<": () => desk.faster(-1),
      ">": () => desk.faster(1),
      ArrowUp: () => desk.step(-1),
      ArrowDown: () => desk.step(1),
      ArrowLeft: () => desk.stepWord(-1, false),
      ArrowRight: () => desk.stepWord(1, false),
      "Shift+ArrowLeft": () => desk.stepWord(-1, true),
      "Shift+ArrowRight": () => desk.stepWord(1, true),
      "[": () => void desk.moveStart(-1),
      "]": () => void desk.moveStart(1),
      "{": () => void desk.moveEnd(-1),
      "}": () => void desk.moveEnd(1),
      Backspace: () => void desk.reject(),
      "+": () => desk.timeline.zoom(2),
      "=": () => desk.timeline.zoom(2),
      "-": () => desk.timeline.zoom(0.5),
      f: () => desk.timeline.fit(),
      N: () => void desk.go("next"),
      P: () => void desk.go("previous"),
    }),
    ...digits.map((digit) => ({ keys: [digit], does: "", run: () => void desk.reassign(Number(digit) - 1) })),
  ];
}

/** Keys that stand on the card with others. */
function silent(keys: Record<string, () => void>): Key[] {
  return Object.entries(keys).map(([name, run]) => ({ keys: [name], does: "", run }));
}
