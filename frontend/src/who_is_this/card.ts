/** The card of a speaker without a name, and what is said of it. Pure. */

import { count } from "../shared/format.ts";

export interface Line {
  start_ms: number;
  end_ms: number;
  text: string;
}

export interface Asking {
  stage: "asking";
  /** Its place among those that are left, from 1 on. */
  place: number;
  left: number;
  named: number;
  recording: string;
  title: string;
  speaker: string;
  n_turns: number;
  speaking_s: number;
  lines: Line[];
  /** Why the lines cannot be heard; empty if they can. */
  no_sound: string;
}

export type Card = { stage: "reading"; named?: number } | { stage: "done"; named: number } | Asking;

export function isAsking(card: Card): card is Asking {
  return card.stage === "asking";
}

/** Return the heading: how many have no name yet. */
export function heading(card: Card): string {
  if (card.stage === "reading") return "Who is this? Reading the corpus …";
  if (card.stage === "done") return card.named ? "Every speaker has a name." : "No speaker is without a name.";
  const named = card.named ? `, ${count(card.named)} named` : "";
  return `Who is this? ${count(card.place)} of ${count(card.left)} without a name${named}`;
}

/** Return what a screen reader says of a new card. */
export function said(card: Card): string {
  return isAsking(card) ? `${card.speaker} in ${card.title || card.recording}: ${card.lines[0]?.text ?? ""}` : heading(card);
}

/** Return the next of several lines; after the last comes the first. */
export function next(line: number, lines: number): number {
  return (line + 1) % Math.max(1, lines);
}
