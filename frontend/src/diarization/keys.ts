/** The keyboard shortcuts of the review. */

import type { Key } from "../shared/keyboard.ts";
import type { Editor } from "./editor.ts";

export function keysOf(editor: Editor): Key[] {
  const digits = Array.from({ length: 9 }, (_, at) => String(at + 1));
  return [
    { keys: [" "], does: "Play or pause", run: () => editor.player.toggle() },
    { keys: ["Enter"], does: "Play the turn from its beginning", run: () => editor.playTurn() },
    { keys: ["j", "k"], does: "Two seconds back or on" },
    { keys: ["<", ">"], does: "Slower or faster" },
    { keys: ["l"], does: "Play the turn again and again", run: () => editor.toggleLoop() },
    { keys: ["s"], does: "Skip silence", run: () => editor.toggleSkip() },
    { keys: ["ArrowUp", "ArrowDown"], does: "Turn before or after" },
    { keys: ["ArrowLeft", "ArrowRight"], does: "Word before or after; with Shift, several words" },
    { keys: ["Escape"], does: "The whole turn again, not single words", run: () => editor.chooseWords(null) },
    { keys: ["u"], does: "The next uncertain turn", run: () => editor.nextUncertain() },
    { keys: ["o"], does: "Most uncertain first, or in order of time", run: () => editor.toggleOrder() },
    { keys: ["a"], does: "Accept the turn, or the words, and go on", run: () => void editor.accept() },
    { keys: ["1", "9"], does: "Said by this speaker (1 to 9, as numbered beside the lanes)" },
    { keys: ["0"], does: "Said by somebody else, by name", run: () => void editor.reassignByName() },
    { keys: ["[", "]"], does: "The turn begins a word earlier, or later" },
    { keys: ["{", "}"], does: "The turn ends a word earlier, or later" },
    { keys: ["e"], does: "Correct the text", run: () => void editor.correct() },
    { keys: ["Delete"], does: "Nobody said this: exclude it", run: () => void editor.reject() },
    { keys: ["n"], does: "Add a note", run: () => void editor.note() },
    { keys: ["r"], does: "Rename the speaker", run: () => void editor.rename() },
    { keys: ["m"], does: "Merge the speaker with another", run: () => void editor.merge() },
    { keys: ["p"], does: "Split: from here on this speaker is somebody new", run: () => void editor.split() },
    { keys: ["z", "Ctrl+z"], does: "Undo", run: () => void editor.undo() },
    { keys: ["Z", "Ctrl+Z", "Ctrl+y"], does: "Redo", run: () => void editor.redo() },
    { keys: ["+", "-", "f"], does: "Zoom in, out, and to the whole recording" },
    { keys: ["d"], does: "The review is done, or goes on", run: () => void editor.toggleDone() },
    { keys: ["N", "P"], does: "Next or previous recording" },
    ...undescribed({
      j: () => editor.jump(-2000),
      k: () => editor.jump(2000),
      "<": () => editor.faster(-1),
      ">": () => editor.faster(1),
      ArrowUp: () => editor.step(-1),
      ArrowDown: () => editor.step(1),
      ArrowLeft: () => editor.stepWord(-1, false),
      ArrowRight: () => editor.stepWord(1, false),
      "Shift+ArrowLeft": () => editor.stepWord(-1, true),
      "Shift+ArrowRight": () => editor.stepWord(1, true),
      "[": () => void editor.moveStart(-1),
      "]": () => void editor.moveStart(1),
      "{": () => void editor.moveEnd(-1),
      "}": () => void editor.moveEnd(1),
      Backspace: () => void editor.reject(),
      "+": () => editor.timeline.zoom(2),
      "=": () => editor.timeline.zoom(2),
      "-": () => editor.timeline.zoom(0.5),
      f: () => editor.timeline.fit(),
      N: () => void editor.go("next"),
      P: () => void editor.go("previous"),
    }),
    ...digits.map((digit) => ({ keys: [digit], does: "", run: () => void editor.reassign(Number(digit) - 1) })),
  ];
}

/** Keys that another entry of the card describes. */
function undescribed(keys: Record<string, () => void>): Key[] {
  return Object.entries(keys).map(([name, run]) => ({ keys: [name], does: "", run }));
}
