/** The controls of the review; each row is redrawn from the current state. */

import { el, keepFocus, replace, type Child } from "../shared/dom.ts";
import type { Editor, Progress, Recording } from "./editor.ts";
import type { Transcript } from "./transcript.ts";
import { UNCERTAIN } from "./transcript.ts";

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const STATES = ["new", "in review", "done"];
const OTHER = "\0";

/** Replace the controls of a row; the focus stays on the same control. */
export function fillRow(row: HTMLElement, ...controls: Child[]): void {
  keepFocus(row, () => replace(row, ...controls));
}

/** The recording, the state of its review, undo and redo. */
export function titleControls(editor: Editor, recording: Recording, progress: Progress): Child[] {
  const states = choice("State of the review", "state", STATES, progress.state, (state) => void editor.mark(state));
  return [
    button("◀", "previous", () => void editor.go("previous"), { label: "Previous recording", disabled: !recording.previous }),
    el("h3", { class: "sk-talk-title" }, recording.recording_id),
    button("▶", "next", () => void editor.go("next"), { label: "Next recording", disabled: !recording.next }),
    el("span", { class: "sk-muted" }, `${recording.number} of ${recording.total}`),
    states,
    el("span", { class: "sk-muted" }, `${progress.edits} ${progress.edits === 1 ? "edit" : "edits"}`),
    button("↶ Undo", "undo", () => void editor.undo(), { disabled: !progress.can_undo }),
    button("↷ Redo", "redo", () => void editor.redo(), { disabled: !progress.can_redo }),
  ];
}

/** Playback, and the zoom of the timeline. */
export function soundControls(editor: Editor, position: HTMLElement, isMute: boolean): Child[] {
  const { player, timeline } = editor;
  const speeds = SPEEDS.map((rate) => `${rate}×`);
  return [
    button(player.isPlaying ? "❚❚ Pause" : "▶ Play", "play", () => player.toggle(), { main: true, disabled: isMute, wide: true }),
    position,
    choice("Speed", "speed", speeds, `${player.rate}×`, (_, at) => editor.setSpeed(SPEEDS[at] ?? 1), isMute),
    button("Loop turn", "loop", () => editor.toggleLoop(), { pressed: player.loop !== null, disabled: isMute }),
    button("Skip silence", "skip", () => editor.toggleSkip(), { pressed: player.skipsSilence, disabled: isMute }),
    isMute && el("span", { class: "sk-muted" }, "No sound: see below"),
    el("span", { class: "sk-spread" }),
    button("−", "zoom-out", () => timeline.zoom(0.5), { label: "Zoom out" }),
    button("+", "zoom-in", () => timeline.zoom(2), { label: "Zoom in" }),
    button("Whole", "fit", () => timeline.fit(), { label: "Show the whole recording" }),
    button("‹", "pan-left", () => timeline.pan(-0.5), { label: "Show what is before" }),
    button("›", "pan-right", () => timeline.pan(0.5), { label: "Show what comes after" }),
  ];
}

/** The filter and the order of the turns. */
export function listControls(editor: Editor, transcript: Transcript, isByUncertainty: boolean, speaker: string | null): Child[] {
  const uncertain = transcript.turns.filter((turn) => turn.uncertainty >= UNCERTAIN).length;
  const places = transcript.speakers.indexOf(speaker ?? "") + 1;
  const who = choice("Turns of", "who", ["everybody", ...transcript.speakers], places, (_, at) => editor.showOnly(at ? (transcript.speakers[at - 1] ?? null) : null));
  return [
    button("Uncertain first", "order", () => editor.toggleOrder(), { pressed: isByUncertainty }),
    el("label", {}, "Turns of", who),
    el("span", { class: "sk-muted" }, `${transcript.turns.length} turns, ${uncertain} uncertain`),
  ];
}

/** The actions on the chosen turn, or on its chosen words. */
export function turnControls(editor: Editor, what: string, speakers: readonly string[], name: string | undefined): Child[] {
  const known = [...(name === undefined ? ["nobody yet"] : []), ...speakers];
  const first = name === undefined ? 1 : 0;
  const chosen = (value: string, at: number) => void (value === OTHER ? editor.reassignByName() : editor.reassign(at - first));
  const to = choice(`${what} said by`, "said-by", known, name ?? "nobody yet", chosen, !speakers.length && name === undefined);
  to.append(el("option", { attrs: { value: OTHER } }, "somebody else …"));
  return [
    button("✓ Accept", "accept", () => void editor.accept(), { main: true }),
    el("label", {}, `${what} said by`, to),
    button("Correct text", "correct", () => void editor.correct()),
    el(
      "span",
      { class: "sk-row", attrs: { role: "group", "aria-label": "Boundaries of the turn" } },
      button("Start ◂", "start-earlier", () => void editor.moveStart(-1), { label: "Begins a word earlier" }),
      button("Start ▸", "start-later", () => void editor.moveStart(1), { label: "Begins a word later" }),
      button("End ◂", "end-earlier", () => void editor.moveEnd(-1), { label: "Ends a word earlier" }),
      button("End ▸", "end-later", () => void editor.moveEnd(1), { label: "Ends a word later" }),
    ),
    button("Split speaker", "split", () => void editor.split()),
    button("Exclude", "reject", () => void editor.reject()),
    button("Note", "note", () => void editor.note()),
  ];
}

interface ButtonLook {
  label?: string;
  disabled?: boolean;
  pressed?: boolean;
  main?: boolean;
  wide?: boolean;
}

function button(text: string, key: string, press: () => void, look: ButtonLook = {}): HTMLButtonElement {
  const attrs = {
    type: "button",
    "data-key": key,
    disabled: look.disabled ?? false,
    "aria-label": look.label,
    title: look.label,
    "aria-pressed": look.pressed === undefined ? null : String(look.pressed),
  };
  return el("button", { class: [look.main && "sk-main", look.wide && "sk-talk-play"].filter(Boolean).join(" "), attrs, on: { click: press } }, text);
}

/** A list to choose from; `chosen` is a value or an index. */
function choice(label: string, key: string, values: readonly string[], chosen: string | number, choose: (value: string, at: number) => void, disabled = false): HTMLSelectElement {
  const at = typeof chosen === "number" ? chosen : values.indexOf(chosen);
  return el(
    "select",
    { attrs: { "aria-label": label, "data-key": key, disabled }, on: { change: (event) => choose(event.currentTarget.value, event.currentTarget.selectedIndex) } },
    ...values.map((value, place) => el("option", { attrs: { value, selected: place === at } }, value)),
  );
}
