/** The labels and sentences of the monitor. Pure. */

import { count } from "../shared/format.ts";

export interface StateFigures {
  state: string;
  /** What people are shown of the state. */
  label: string;
  count: number;
  audio_s: number | null;
  usd: number;
}

export type Activity = "running" | "paused" | "stopping" | "elsewhere" | "idle" | "finished";

/** A symbol for each state, so that nothing depends on colour. */
export const MARKS: Record<string, string> = {
  completed: "✓",
  processing: "◐",
  queued: "◷",
  submitting: "↗",
  uploaded: "↑",
  planned: "○",
  error: "✕",
  refused: "⊘",
};

export const ACTIVITIES: Record<Activity, string> = {
  running: "● running",
  paused: "‖ paused",
  stopping: "◌ stopping",
  elsewhere: "● another process is running it",
  idle: "■ not running",
  finished: "✓ finished",
};

/** Describe the activity; a batch that is finished without some of its recordings says how many. */
export function activityInWords(activity: Activity, failed: number): string {
  return activity === "finished" && failed ? `✕ finished, ${count(failed)} not transcribed` : ACTIVITIES[activity];
}

/** Return which of the three buttons are enabled, and the label of the first. */
export function controls(activity: Activity): { start: string; canStart: boolean; canPause: boolean; canStop: boolean } {
  return {
    start: activity === "paused" ? "Resume" : "Start",
    canStart: activity === "paused" || activity === "idle" || activity === "elsewhere",
    canPause: activity === "running",
    canStop: activity === "running" || activity === "paused",
  };
}

/** Describe the bar: "90 completed, 10 error". */
export function inWords(states: readonly StateFigures[]): string {
  return states.map(({ label, count: n }) => `${count(n)} ${label}`).join(", ") || "nothing planned";
}

/** Describe the throughput chart. */
export function throughputInWords(values: readonly number[]): string {
  const last = values.at(-1) ?? 0;
  return `Throughput of the last ten minutes: now ${count(last)} × real time, at most ${count(Math.max(0, ...values))} ×`;
}

/** Return how long a job took from its submission, or null while it is unknown. */
export function tookSeconds(job: { submitted_at: number | null; completed_at: number | null }): number | null {
  return job.submitted_at === null || job.completed_at === null ? null : Math.max(job.completed_at - job.submitted_at, 0);
}
