/** Where clips of sound end, and which silence is skipped. Pure. */

import type { Interval } from "./transcript.ts";

const ROOM_MS = 150; // kept of a pause before and after words

/**
 * Return the end of a clip: the middle of the last pause in its second half, so that the change to the next clip is not heard;
 * the full length where there is no such pause.
 */
export function clipEnd(fromMs: number, longestMs: number, pauses: readonly Interval[], totalMs: number): number {
  const latest = fromMs + longestMs;
  if (latest >= totalMs) return totalMs;
  const middle = (pause: Interval) => (pause.startMs + pause.endMs) / 2;
  const fitting = pauses.slice(0, countUpTo(pauses, latest)).filter((pause) => middle(pause) >= fromMs + longestMs / 2 && middle(pause) <= latest);
  const last = fitting.at(-1);
  return last ? middle(last) : latest;
}

/** Return where to continue from within a pause; null outside of pauses, and where nothing would be gained. */
export function skipTo(ms: number, pauses: readonly Interval[], leastMs: number): number | null {
  const pause = pauses[countUpTo(pauses, ms) - 1];
  if (!pause || pause.endMs - pause.startMs < leastMs || ms < pause.startMs + ROOM_MS) return null;
  const target = pause.endMs - ROOM_MS;
  return target - ms > ROOM_MS ? target : null;
}

/** Return how many intervals begin at or before a moment. */
function countUpTo(intervals: readonly Interval[], ms: number): number {
  let [low, high] = [0, intervals.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((intervals[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
