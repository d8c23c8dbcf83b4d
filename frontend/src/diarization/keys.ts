/** The keyboard shortcuts of the review. */

import type { Key } from "../shared/keyboard.ts";
import type { Actions } from "./types.ts";

export function keysOf(actions: Actions): Key[] {
  const { edits, player, playback, timeline } = actions;
  const digits = Array.from({ length: 9 }, (_, at) => String(at + 1));
  return [
    { keys: [" "], does: "Play or pause", run: () => player.toggle() },
    { keys: ["Enter"], does: "Play the turn from its start", run: () => playback.playTurn() },
    { keys: ["j", "k"], does: "Two seconds back or forward" },
    { keys: ["<", ">"], does: "Slower or faster" },
    { keys: ["l"], does: "Loop the turn", run: () => playback.toggleLoop() },
    { keys: ["s"], does: "Skip silence", run: () => playback.toggleSkip() },
    { keys: ["ArrowUp", "ArrowDown"], does: "Previous or next turn" },
    { keys: ["ArrowLeft", "ArrowRight"], does: "Previous or next word; with Shift, select several" },
    { keys: ["Escape"], does: "Select the whole turn instead of words", run: () => actions.chooseWholeTurn() },
    { keys: ["u"], does: "Next uncertain turn", run: () => actions.nextUncertain() },
    { keys: ["o"], does: "Order by uncertainty, or by time", run: () => actions.toggleOrder() },
    { keys: ["a"], does: "Accept the turn and go to the next, or accept the words", run: () => void edits.accept() },
    { keys: ["1", "9"], does: "Said by this speaker (1 to 9, as numbered beside the lanes)" },
    { keys: ["0"], does: "Said by somebody else, by name", run: () => void edits.reassignByName() },
    { keys: ["[", "]"], does: "Start the turn one word earlier or later" },
    { keys: ["{", "}"], does: "End the turn one word earlier or later" },
    { keys: ["e"], does: "Correct the text", run: () => void edits.correct() },
    { keys: ["Delete"], does: "Nobody said this: exclude it", run: () => void edits.reject() },
    { keys: ["n"], does: "Add a note", run: () => void edits.note() },
    { keys: ["r"], does: "Rename the speaker", run: () => void edits.rename() },
    { keys: ["m"], does: "Merge the speaker with another", run: () => void edits.merge() },
    { keys: ["p"], does: "Split: from here on this speaker is somebody new", run: () => void edits.split() },
    { keys: ["z", "Ctrl+z"], does: "Undo", run: () => void edits.undo() },
    { keys: ["Z", "Ctrl+Z", "Ctrl+y"], does: "Redo", run: () => void edits.redo() },
    { keys: ["+", "-", "f"], does: "Zoom in, out, and to the whole recording" },
    { keys: ["d"], does: "Mark the review as done, or as in review", run: () => void edits.toggleDone() },
    { keys: ["N", "P"], does: "Next or previous recording" },
    ...undescribed({
      j: () => actions.jump(-2000),
      k: () => actions.jump(2000),
      "<": () => playback.faster(-1),
      ">": () => playback.faster(1),
      ArrowUp: () => actions.step(-1),
      ArrowDown: () => actions.step(1),
      ArrowLeft: () => actions.stepWord(-1, false),
      ArrowRight: () => actions.stepWord(1, false),
      "Shift+ArrowLeft": () => actions.stepWord(-1, true),
      "Shift+ArrowRight": () => actions.stepWord(1, true),
      "[": () => void edits.moveStart(-1),
      "]": () => void edits.moveStart(1),
      "{": () => void edits.moveEnd(-1),
      "}": () => void edits.moveEnd(1),
      Backspace: () => void edits.reject(),
      "+": () => timeline.zoom(2),
      "=": () => timeline.zoom(2),
      "-": () => timeline.zoom(0.5),
      f: () => timeline.fit(),
      N: () => void actions.go("next"),
      P: () => void actions.go("previous"),
    }),
    ...digits.map((digit) => ({ keys: [digit], does: "", run: () => void edits.reassign(Number(digit) - 1) })),
  ];
}

/** Keys that another entry of the card describes. */
function undescribed(keys: Record<string, () => void>): Key[] {
  return Object.entries(keys).map(([name, run]) => ({ keys: [name], does: "", run }));
}
