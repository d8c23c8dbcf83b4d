/** What the kernel sends to the search widget. */

export interface Line {
  recording: string;
  title: string;
  word: number;
  start_ms: number;
  end_ms: number;
  speaker: string | null;
  left: string;
  match: string;
  right: string;
}

export interface Value {
  value: string | null;
  lines: number;
  picked: boolean;
  hint: string;
}

export interface Facet {
  name: string;
  title: string;
  values: Value[];
  more: number;
}

export interface Strip {
  recording: string;
  title: string;
  lines: number;
  length_ms: number;
  /** For each part of the recording with lines: its number, its lines, and the index of the first of them. */
  marks: [number, number, number][];
}

export interface Collocate {
  word: string;
  together: number;
  frequency: number;
  scores: Record<string, number>;
  /** The query that finds both words; empty when there is none. */
  query: string;
}

export interface Place {
  recording: string;
  word: number;
  start_ms: number;
  text: string;
  to: string;
}
