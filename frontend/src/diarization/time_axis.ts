/** Which part of a recording is in sight, and where a moment lies in it. Pure. */

export interface Sight {
  fromMs: number;
  toMs: number;
}

const SHORTEST_MS = 1000;
const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/** A sight that lies within the recording and is neither too short nor longer than it. */
export function clamped(sight: Sight, totalMs: number): Sight {
  const length = Math.min(Math.max(sight.toMs - sight.fromMs, Math.min(SHORTEST_MS, totalMs)), totalMs);
  const fromMs = Math.min(Math.max(sight.fromMs, 0), totalMs - length);
  return { fromMs, toMs: fromMs + length };
}

/** Zoom by a factor (2: twice as much detail) so that one moment stays where it is. */
export function zoomed(sight: Sight, factor: number, aroundMs: number, totalMs: number): Sight {
  const length = Math.min(Math.max((sight.toMs - sight.fromMs) / factor, Math.min(SHORTEST_MS, totalMs)), totalMs);
  const share = (aroundMs - sight.fromMs) / (sight.toMs - sight.fromMs);
  return clamped({ fromMs: aroundMs - share * length, toMs: aroundMs + (1 - share) * length }, totalMs);
}

/** Move by a share of what is in sight. */
export function panned(sight: Sight, byMs: number, totalMs: number): Sight {
  return clamped({ fromMs: sight.fromMs + byMs, toMs: sight.toMs + byMs }, totalMs);
}

/** The sight that shows a stretch with the least change: as it is when it shows it, else moved, with room around. */
export function showing(sight: Sight, startMs: number, endMs: number, totalMs: number): Sight {
  const length = sight.toMs - sight.fromMs;
  if (startMs >= sight.fromMs && Math.min(endMs, startMs + length * 0.9) <= sight.toMs) return sight;
  return clamped({ fromMs: startMs - length * 0.1, toMs: startMs + length * 0.9 }, totalMs);
}

/** Milliseconds between two marks of a ruler, so that marks are at least so many pixels apart. */
export function tickStep(msPerPixel: number, leastPixels = 80): number {
  const least = (msPerPixel * leastPixels) / 1000;
  return 1000 * (STEPS_S.find((step) => step >= least) ?? Math.ceil(least / 7200) * 7200);
}

/** The level of detail whose values are not wider than a pixel, or the finest. */
export function levelFor(msPerPixel: number, stepMs: number, factor: number, levels: number): number {
  return Math.min(Math.max(Math.floor(Math.log(msPerPixel / stepMs) / Math.log(factor) + 1e-9), 0), levels - 1);
}
