/** Ticks and time units of chart axes. Pure. */

/** Return round values from zero that divide an axis into about `wanted` steps: (7, 4) → [0, 2, 4, 6]. */
export function ticks(most: number, wanted = 4): number[] {
  if (!(most > 0) || !Number.isFinite(most)) return [0];
  const rough = most / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * ([1, 2, 5, 10].find((factor) => factor * size >= rough) ?? 10);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) => Number((at * step).toPrecision(12)));
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, "days"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

/** Return the best unit for a time, and its length in seconds: 5400 → [60, "min"]. */
export function timeUnit(seconds: number): readonly [number, string] {
  return UNITS.find(([size]) => seconds >= 2 * size) ?? [1, "s"];
}

/** Format a time as the Python side does: 5400 → "90 min". */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "–";
  const [size, name] = timeUnit(seconds);
  const value = seconds / size;
  return value < 10 && size > 1 ? `${value.toFixed(1)} ${name}` : `${Math.round(value).toLocaleString("en-US")} ${name}`;
}
