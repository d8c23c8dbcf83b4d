/** The controls of the review: each row is drawn anew from what holds now. */

import { el, keepFocus, replace, type Child } from "../shared/dom.ts";
import type { Talk } from "./transcript.ts";
import { UNCERTAIN } from "./transcript.ts";
import type { Desk, Progress, Recording } from "./editor.ts";

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const STATES = ["new", "in review", "done"];
const OTHER = "\0";

/** Put controls into a row; who was at one of them stays there. */
export function fillRow(row: HTMLElement, ...controls: Child[]): void {
  keepFocus(row, () => replace(row, ...controls));
}

/** Which recording it is, where its review stands, and the way back. */
export function titleControls(desk: Desk, recording: Recording, progress: Progress): Child[] {
  const states = choice("State of the review", "state", STATES, progress.state, (state) => void desk.mark(state));
  return [
    button("◀", "previous", () => void desk.go("previous"), { label: "Previous recording", disabled: !recording.previous }),
    el("h3", { class: "sk-talk-title" }, recording.recording_id),
    button("▶", "next", () => void desk.go("next"), { label: "Next recording", disabled: !recording.next }),
    el("span", { class: "sk-muted" }, `${recording.number} of ${recording.total}`),
    states,
    el("span", { class: "sk-muted" }, `${progress.edits} ${progress.edits === 1 ? "edit" : "edits"}`),
    button("↶ Undo", "undo", () => void desk.undo(), { disabled: !progress.can_undo }),
    button("↷ Redo", "redo", () => void desk.redo(), { disabled: !progress.can_redo }),
  ];
}

/** How it sounds, and how much of it is in sight. */
export function soundControls(desk: Desk, position: HTMLElement, isMute: boolean): Child[] {
  const { player, timeline } = desk;
  const speeds = SPEEDS.map((rate) => `${rate}×`);
  return [
    button(player.isPlaying ? "❚❚ Pause" : "▶ Play", "play", () => player.toggle(), { main: true, disabled: isMute, wide: true }),
    position,
    choice("Speed", "speed", speeds, `${player.rate}×`, (_, at) => desk.setSpeed(SPEEDS[at] ?? 1), isMute),
    button("Loop turn", "loop", () => desk.toggleLoop(), { pressed: player.loop !== null, disabled: isMute }),
    button("Skip silence", "skip", () => desk.toggleSkip(), { pressed: player.skipsSilence, disabled: isMute }),
    isMute && el("span", { class: "sk-muted" }, "No sound: see below"),
    el("span", { class: "sk-spread" }),
    button("−", "zoom-out", () => timeline.zoom(0.5), { label: "Zoom out" }),
    button("+", "zoom-in", () => timeline.zoom(2), { label: "Zoom in" }),
    button("Whole", "fit", () => timeline.fit(), { label: "Show the whole recording" }),
    button("‹", "pan-left", () => timeline.pan(-0.5), { label: "Show what is before" }),
    button("›", "pan-right", () => timeline.pan(0.5), { label: "Show what comes after" }),
  ];
}

/** Which turns are listed, and in which order. */
export function listControls(desk: Desk, talk: Talk, isByDoubt: boolean, speaker: string | null): Child[] {
  const uncertain = talk.turns.filter((turn) => turn.doubt >= UNCERTAIN).length;
  const places = talk.speakers.indexOf(speaker ?? "") + 1;
  const who = choice("Turns of", "who", ["everybody", ...talk.speakers], places, (_, at) => desk.showOnly(at ? (talk.speakers[at - 1] ?? null) : null));
  return [
    button("Uncertain first", "order", () => desk.toggleOrder(), { pressed: isByDoubt }),
    el("label", {}, "Turns of", who),
    el("span", { class: "sk-muted" }, `${talk.turns.length} turns, ${uncertain} uncertain`),
  ];
}

/** What can be done to a turn, or to words of it. */
export function turnControls(desk: Desk, what: string, speakers: readonly string[], name: string | undefined): Child[] {
  const known = [...(name === undefined ? ["nobody yet"] : []), ...speakers];
  const first = name === undefined ? 1 : 0;
  const chosen = (value: string, at: number) => void (value === OTHER ? desk.reassignByName() : desk.reassign(at - first));
  const to = choice(`${what} said by`, "said-by", known, name ?? "nobody yet", chosen, !speakers.length && name === undefined);
  to.append(el("option", { attrs: { value: OTHER } }, "somebody else …"));
  return [
    button("✓ Accept", "accept", () => void desk.accept(), { main: true }),
    el("label", {}, `${what} said by`, to),
    button("Correct text", "correct", () => void desk.correct()),
    el(
      "span",
      { class: "sk-row", attrs: { role: "group", "aria-label": "Boundaries of the turn" } },
      button("Start ◂", "start-earlier", () => void desk.moveStart(-1), { label: "Begins a word earlier" }),
      button("Start ▸", "start-later", () => void desk.moveStart(1), { label: "Begins a word later" }),
      button("End ◂", "end-earlier", () => void desk.moveEnd(-1), { label: "Ends a word earlier" }),
      button("End ▸", "end-later", () => void desk.moveEnd(1), { label: "Ends a word later" }),
    ),
    button("Split speaker", "split", () => void desk.split()),
    button("Leave out", "reject", () => void desk.reject()),
    button("Remark", "note", () => void desk.note()),
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

/** A list to choose from; the chosen one is given by its value or its place. */
function choice(label: string, key: string, values: readonly string[], chosen: string | number, choose: (value: string, at: number) => void, disabled = false): HTMLSelectElement {
  const at = typeof chosen === "number" ? chosen : values.indexOf(chosen);
  return el(
    "select",
    { attrs: { "aria-label": label, "data-key": key, disabled }, on: { change: (event) => choose(event.currentTarget.value, event.currentTarget.selectedIndex) } },
    ...values.map((value, place) => el("option", { attrs: { value, selected: place === at } }, value)),
  );
}
