/** The visible range of a recording, and the scale of its ruler. Pure. */

export interface TimeRange {
  fromMs: number;
  toMs: number;
}

const SHORTEST_MS = 1000;
const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/** Limit a range to the recording and to the shortest length. */
export function clamped(range: TimeRange, totalMs: number): TimeRange {
  const length = Math.min(Math.max(range.toMs - range.fromMs, Math.min(SHORTEST_MS, totalMs)), totalMs);
  const fromMs = Math.min(Math.max(range.fromMs, 0), totalMs - length);
  return { fromMs, toMs: fromMs + length };
}

/** Zoom by a factor (2: twice as much detail); one moment keeps its position on the screen. */
export function zoomed(range: TimeRange, factor: number, aroundMs: number, totalMs: number): TimeRange {
  const length = Math.min(Math.max((range.toMs - range.fromMs) / factor, Math.min(SHORTEST_MS, totalMs)), totalMs);
  const share = (aroundMs - range.fromMs) / (range.toMs - range.fromMs);
  return clamped({ fromMs: aroundMs - share * length, toMs: aroundMs + (1 - share) * length }, totalMs);
}

/** Move a range. */
export function panned(range: TimeRange, byMs: number, totalMs: number): TimeRange {
  return clamped({ fromMs: range.fromMs + byMs, toMs: range.toMs + byMs }, totalMs);
}

/** Move a range so that it shows an interval, with room before it; unchanged if it already does. */
export function revealing(range: TimeRange, startMs: number, endMs: number, totalMs: number): TimeRange {
  const length = range.toMs - range.fromMs;
  if (startMs >= range.fromMs && Math.min(endMs, startMs + length * 0.9) <= range.toMs) return range;
  return clamped({ fromMs: startMs - length * 0.1, toMs: startMs + length * 0.9 }, totalMs);
}

/** Return the milliseconds between two ticks of the ruler that are at least `leastPixels` apart. */
export function tickStep(msPerPixel: number, leastPixels = 80): number {
  const least = (msPerPixel * leastPixels) / 1000;
  return 1000 * (STEPS_S.find((step) => step >= least) ?? Math.ceil(least / 7200) * 7200);
}

/** Return the coarsest level of detail whose values are at most a pixel wide, or the finest level. */
export function levelFor(msPerPixel: number, stepMs: number, factor: number, levels: number): number {
  return Math.min(Math.max(Math.floor(Math.log(msPerPixel / stepMs) / Math.log(factor) + 1e-9), 0), levels - 1);
}
