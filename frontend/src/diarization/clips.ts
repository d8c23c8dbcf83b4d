/** Which stretches of sound are fetched, and what is skipped while they play. Pure. */

import type { Stretch } from "./transcript.ts";

const ROOM_MS = 150; // of a pause is left before and after words

/**
 * Where a clip ends: in the middle of the last pause in its second half, so that the change to the next clip is not heard;
 * at full length where nobody pauses.
 */
export function clipEnd(fromMs: number, longestMs: number, pauses: readonly Stretch[], totalMs: number): number {
  const latest = fromMs + longestMs;
  if (latest >= totalMs) return totalMs;
  const middle = (pause: Stretch) => (pause.startMs + pause.endMs) / 2;
  const fitting = pauses.slice(0, countUpTo(pauses, latest)).filter((pause) => middle(pause) >= fromMs + longestMs / 2 && middle(pause) <= latest);
  const last = fitting.at(-1);
  return last ? middle(last) : latest;
}

/** Where to go on from within a pause; null where there is none, or nothing to gain. */
export function skipTo(ms: number, pauses: readonly Stretch[], leastMs: number): number | null {
  const pause = pauses[countUpTo(pauses, ms) - 1];
  if (!pause || pause.endMs - pause.startMs < leastMs || ms < pause.startMs + ROOM_MS) return null;
  const target = pause.endMs - ROOM_MS;
  return target - ms > ROOM_MS ? target : null;
}

/** How many of the stretches begin at or before a moment. */
function countUpTo(stretches: readonly Stretch[], ms: number): number {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
