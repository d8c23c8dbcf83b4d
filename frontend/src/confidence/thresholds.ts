/** Thresholds of confidence: what is below one, how uncertain a word is, what a brush covers. Pure. */

export const BINS = 100;

export interface Histogram {
  words: number[];
  ms: number[];
  errors: number[];
}

/** The chosen range of bins: from `low` to `high`, exclusive. */
export interface Range {
  low: number;
  high: number;
}

export interface Below {
  words: number;
  ms: number;
  errors: number;
  /** Shares of all words and of all expected errors in the range. */
  wordShare: number;
  errorShare: number;
}

/** Sum up the words of a range that are below a threshold. */
export function below(histogram: Histogram, threshold: number, { low, high }: Range): Below {
  const until = Math.min(Math.round(threshold * BINS), high);
  const sum = (values: number[], from: number, to: number) => values.slice(from, Math.max(to, from)).reduce((total, value) => total + value, 0);
  const share = (values: number[]) => sum(values, low, until) / (sum(values, low, high) || 1);
  return {
    words: sum(histogram.words, low, until),
    ms: sum(histogram.ms, low, until),
    errors: sum(histogram.errors, low, until),
    wordShare: share(histogram.words),
    errorShare: share(histogram.errors),
  };
}

/** Return how uncertain a word is: 0 at or above the threshold or without a confidence, then 1 to 3 by thirds of the threshold. */
export function uncertaintyLevel(confidence: number | null, threshold: number): 0 | 1 | 2 | 3 {
  if (confidence === null || confidence >= threshold) return 0;
  if (confidence >= (2 / 3) * threshold) return 1;
  return confidence >= threshold / 3 ? 2 : 3;
}

/** Return the bins between the two ends of a brush, given as shares of the width; null for a click. */
export function brushedRange(from: number, to: number): Range | null {
  const [left, right] = [Math.min(from, to), Math.max(from, to)].map((share) => Math.min(Math.max(share, 0), 1)) as [number, number];
  if (right - left < 0.005) return null;
  const low = Math.min(Math.floor(left * BINS), BINS - 1);
  return { low, high: Math.max(Math.ceil(right * BINS), low + 1) };
}

/** Return the heights of bars from 0 to 1; on the logarithmic scale a single word is visible. */
export function barHeights(counts: readonly number[], isLogarithmic: boolean): number[] {
  const scaled = counts.map((count) => (isLogarithmic ? Math.log10(1 + count) : count));
  const most = Math.max(...scaled, 0) || 1;
  return scaled.map((value) => value / most);
}

/** Format the lower edge of a bin as a confidence: 37 → "0.37". */
export function binLabel(bin: number): string {
  return (bin / BINS).toFixed(2);
}
