/** The controls of the review; each row is redrawn from the current state. */

import { el, keepFocus, replace, type Child } from "../shared/dom.ts";
import { percent } from "../shared/format.ts";
import { SPEEDS } from "./playback.ts";
import { UNCERTAIN, type Order, type Transcript, type WordSpan } from "./transcript.ts";
import type { Actions, EditActions, Figures, Progress, Recording } from "./types.ts";

const STATES = ["new", "in review", "done"];
const OTHER = "\0";
const MEASURES = [
  ["der", "DER"],
  ["cpwer", "cpWER"],
  ["wer", "WER"],
] as const;

/** Replace the controls of a row; the focus stays on the same control. */
export function fillRow(row: HTMLElement, ...controls: Child[]): void {
  keepFocus(row, () => replace(row, ...controls));
}

/** The recording, the state of its review, undo and redo. */
export function titleControls(actions: Actions, recording: Recording, progress: Progress): Child[] {
  const { edits } = actions;
  const states = choice("State of the review", "state", STATES, progress.state, (state) => void edits.mark(state));
  return [
    button("◀", "previous", () => void actions.go("previous"), { label: "Previous recording", disabled: !recording.previous }),
    el("h3", { class: "sk-talk-title" }, recording.recording_id),
    button("▶", "next", () => void actions.go("next"), { label: "Next recording", disabled: !recording.next }),
    el("span", { class: "sk-muted" }, `${recording.number} of ${recording.total}`),
    states,
    el("span", { class: "sk-muted" }, `${progress.edits} ${progress.edits === 1 ? "edit" : "edits"}`),
    button("↶ Undo", "undo", () => void edits.undo(), { disabled: !progress.can_undo }),
    button("↷ Redo", "redo", () => void edits.redo(), { disabled: !progress.can_redo }),
  ];
}

/** Playback, and the zoom of the timeline. */
export function soundControls(actions: Actions, position: HTMLElement, isMute: boolean): Child[] {
  const { player, playback, timeline } = actions;
  const speeds = SPEEDS.map((rate) => `${rate}×`);
  return [
    button(player.isPlaying ? "❚❚ Pause" : "▶ Play", "play", () => player.toggle(), { main: true, disabled: isMute, wide: true }),
    position,
    choice("Speed", "speed", speeds, `${player.rate}×`, (_, at) => playback.setSpeed(SPEEDS[at] ?? 1), isMute),
    button("Loop turn", "loop", () => playback.toggleLoop(), { pressed: player.loop !== null, disabled: isMute }),
    button("Skip silence", "skip", () => playback.toggleSkip(), { pressed: player.skipsSilence, disabled: isMute }),
    isMute && el("span", { class: "sk-muted" }, "No sound: see below"),
    el("span", { class: "sk-spread" }),
    button("−", "zoom-out", () => timeline.zoom(0.5), { label: "Zoom out" }),
    button("+", "zoom-in", () => timeline.zoom(2), { label: "Zoom in" }),
    button("Fit", "fit", () => timeline.fit(), { label: "Show the whole recording" }),
    button("‹", "pan-left", () => timeline.pan(-0.5), { label: "Scroll back" }),
    button("›", "pan-right", () => timeline.pan(0.5), { label: "Scroll forward" }),
  ];
}

/** The filter and the order of the turns. */
export function listControls(actions: Actions, transcript: Transcript, orderBy: Order, speaker: string | null): Child[] {
  const uncertain = transcript.turns.filter((turn) => turn.uncertainty >= UNCERTAIN).length;
  const places = transcript.speakers.indexOf(speaker ?? "") + 1;
  const who = choice("Turns of", "who", ["everybody", ...transcript.speakers], places, (_, at) => actions.showOnly(at ? (transcript.speakers[at - 1] ?? null) : null));
  return [
    button("Uncertain first", "order", () => actions.toggleOrder(), { pressed: orderBy === "uncertainty" }),
    el("label", {}, "Turns of", who),
    el("span", { class: "sk-muted" }, `${transcript.turns.length} turns, ${uncertain} uncertain`),
  ];
}

/** The error rates against the reference; empty without one. */
export function errorRates({ before, after }: Figures): Child[] {
  if (!before || !after) return [];
  const rates = MEASURES.map(([name, label]) => {
    const [received, corrected] = [before[name], after[name]];
    return received === null || received === undefined ? null : el("span", {}, `${label} ${percent(received, 1)} → `, el("strong", {}, percent(corrected, 1)));
  });
  return [el("span", {}, "Against the reference, as received → as corrected:"), ...rates];
}

/** The actions on the chosen turn, or on its chosen words. */
export function turnControls(edits: EditActions, words: WordSpan | null, speakers: readonly string[], name: string | undefined): Child[] {
  const count = words ? words.end - words.first : 0;
  const what = count === 0 ? "Turn" : count === 1 ? "Word" : "Words";
  const known = [...(name === undefined ? ["nobody yet"] : []), ...speakers];
  const first = name === undefined ? 1 : 0;
  const chosen = (value: string, at: number) => void (value === OTHER ? edits.reassignByName() : edits.reassign(at - first));
  const to = choice(`${what} said by`, "said-by", known, name ?? "nobody yet", chosen, !speakers.length && name === undefined);
  to.append(el("option", { attrs: { value: OTHER } }, "somebody else …"));
  return [
    button("✓ Accept", "accept", () => void edits.accept(), { main: true }),
    el("label", {}, `${what} said by`, to),
    button("Correct text", "correct", () => void edits.correct()),
    el(
      "span",
      { class: "sk-row", attrs: { role: "group", "aria-label": "Boundaries of the turn" } },
      button("Start ◂", "start-earlier", () => void edits.moveStart(-1), { label: "Start one word earlier" }),
      button("Start ▸", "start-later", () => void edits.moveStart(1), { label: "Start one word later" }),
      button("End ◂", "end-earlier", () => void edits.moveEnd(-1), { label: "End one word earlier" }),
      button("End ▸", "end-later", () => void edits.moveEnd(1), { label: "End one word later" }),
    ),
    button("Split speaker", "split", () => void edits.split()),
    button("Exclude", "reject", () => void edits.reject()),
    button("Note", "note", () => void edits.note()),
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
