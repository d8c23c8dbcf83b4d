/** What the kernel sends to the confidence explorer. */

import type { Histogram } from "./thresholds.ts";

export interface View {
  below: number;
  part: string;
  by: string;
  low: number;
  high: number;
  picked: Record<string, string[]>;
}

export interface Bin {
  n_words: number;
  confidence: number;
  accuracy: number;
  accuracy_low: number;
  accuracy_high: number;
}

export interface Calibration {
  /** How far confidence is off on average; null for too few words to say. */
  ece: number | null;
  enough: number;
  n_words: number;
  rests_on: string;
  is_used: boolean;
  bins: Bin[];
}

export interface Summary {
  stage: "reading" | "ready";
  title: string;
  dimensions: string[];
  /** The speakers with a colour, in order. */
  speakers?: string[];
  revision?: number;
  n_recordings?: number;
  n_words?: number;
  n_unrated?: number;
  calibration?: Calibration | null;
  queue?: { stage: "ranking" | "ready"; number?: number; part?: string; is_stale?: boolean };
}

/** A share of the expected errors, and the numbers of parts and minutes that it takes to find them. */
export type Effort = [share: number, rows: number, minutes: number];

/** A page of a table, and the number of all rows. */
export interface Rows<Row> {
  rows: Row[];
  total: number;
}

export interface Figures {
  histogram: Histogram;
  group_rows?: Rows<Group>;
  queue_rows?: Rows<QueueRow>;
  queue?: { total: { rows: number; minutes: number; share: number } | null; efforts: Effort[] };
}

export interface Group {
  group: string;
  words: number;
  minutes: number;
  mean: number;
  p05: number;
  p25: number;
  median: number;
  p75: number;
  p95: number;
  share_below: number;
  errors: number;
  ridge: number[];
}

export interface QueueRow {
  key: string;
  rank: number;
  recording_id: string;
  speaker: string | null;
  start_ms: number;
  end_ms: number;
  n_words: number;
  confidence: number | null;
  expected_errors: number;
  minutes: number;
  cumulative_minutes: number;
  share: number;
  text: string;
  reasons: string;
  mark: string | null;
}

export interface Word {
  word_index: number;
  start_ms: number;
  end_ms: number;
  text: string;
  confidence: number | null;
  edited: boolean;
}

export interface Part extends QueueRow {
  words: Word[];
  before: string;
  after: string;
  first: number;
  total: number;
  /** The most words that are shown at once. */
  page_size: number;
  last_edit: number;
}

export interface Proposal {
  at: number;
  recording_id: string;
  speaker: string | null;
  start_ms: number;
  text: string;
  to: string;
}
