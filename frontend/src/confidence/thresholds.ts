/** What confidence figures mean: how much lies below a threshold, how doubtful a word is, where a brush ends. Pure. */

export const BINS = 100;

export interface Histogram {
  words: number[];
  ms: number[];
  errors: number[];
}

/** The range of bins that is looked at: from `low` up to but not with `high`. */
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

/** What lies below a threshold, of the words in a range. */
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

/** How doubtful a word is: 0 at or above the threshold or without a confidence, then 1 to 3 by thirds of the threshold. */
export function doubt(confidence: number | null, threshold: number): 0 | 1 | 2 | 3 {
  if (confidence === null || confidence >= threshold) return 0;
  if (confidence >= (2 / 3) * threshold) return 1;
  return confidence >= threshold / 3 ? 2 : 3;
}

/** The bins between two places of a brush, given as shares of the width; null for a mere click. */
export function brushed(from: number, to: number): Range | null {
  const [left, right] = [Math.min(from, to), Math.max(from, to)].map((share) => Math.min(Math.max(share, 0), 1)) as [number, number];
  if (right - left < 0.005) return null;
  const low = Math.min(Math.floor(left * BINS), BINS - 1);
  return { low, high: Math.max(Math.ceil(right * BINS), low + 1) };
}

/** Heights from 0 to 1 of bars; the logarithmic scale gives a single word a height that can be seen. */
export function heights(counts: readonly number[], isLogarithmic: boolean): number[] {
  const scaled = counts.map((count) => (isLogarithmic ? Math.log10(1 + count) : count));
  const most = Math.max(...scaled, 0) || 1;
  return scaled.map((value) => value / most);
}

/** A bin's lower edge as a confidence: 37 → "0.37". */
export function edge(bin: number): string {
  return (bin / BINS).toFixed(2);
}
