/** The messages of the search widget, and the orders of its lines. Pure. */

import { count } from "../shared/format.ts";

export interface Found {
  state: "idle" | "searching" | "first" | "done" | "failed";
  stamp: number;
  ms: number;
  problem: string;
  /** What to know about the query. */
  hint: string;
  is_cut: boolean;
  shown: number;
  lines: number;
  recordings: number;
  of_recordings: number;
}

/** The orders of lines, by their names on the Python side. */
export const ORDERS: readonly (readonly [string, string])[] = [
  ["time", "Recording and time"],
  ["left1", "1st word to the left"],
  ["left2", "2nd word to the left"],
  ["left3", "3rd word to the left"],
  ["match", "The match"],
  ["right1", "1st word to the right"],
  ["right2", "2nd word to the right"],
  ["right3", "3rd word to the right"],
  ["speaker", "Speaker"],
];

/** Return the next order of a side: left1 → left2 → left3 → left1. */
export function nextOrder(order: string, side: "left" | "right"): string {
  const at = order.startsWith(side) ? Number(order.slice(side.length)) : 0;
  return `${side}${(at % 3) + 1}`;
}

/** Summarise what was found in a sentence. */
export function summary(found: Partial<Found>, isNarrowed: boolean): string {
  const { state, shown = 0, lines = 0, recordings = 0, of_recordings = 0, ms = 0 } = found;
  if (state === "searching") return "Searching … (the first search of a corpus builds its index)";
  if (state === "first") return `The first ${plural(shown, "line")} in ${ms} ms; counting the others …`;
  if (state !== "done") return `${plural(of_recordings, "transcript")} can be searched.`;
  const every = `${found.is_cut ? "the first " : ""}${plural(lines, "line")}`;
  const what = isNarrowed ? `${count(shown)} of ${every}` : every;
  const cut = found.is_cut ? "; there are more: narrow the query" : "";
  const hint = found.hint ? `. ${found.hint}` : "";
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} in ${count(recordings)} of ${plural(of_recordings, "recording")}${cut} · ${ms} ms${hint}`;
}

/** Format a number of things: 1 → "1 line"; 1200 → "1,200 lines". */
export function plural(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? "" : "s"}`;
}

/** Return the first line of the mark nearest to a click, or null when no mark is within reach. */
export function nearestMark(marks: readonly (readonly [number, number, number])[], stretch: number, within: number): number | null {
  let best: readonly [number, number, number] | null = null;
  for (const mark of marks) {
    if (Math.abs(mark[0] - stretch) <= within && (!best || Math.abs(mark[0] - stretch) < Math.abs(best[0] - stretch))) best = mark;
  }
  return best ? best[2] : null;
}
