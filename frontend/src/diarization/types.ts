/** What the kernel sends to the diarization review, and what controls and keys can do in it. */

import type { Interval } from "./transcript.ts";

export interface Recording {
  recording_id: string;
  number: number;
  total: number;
  previous: string | null;
  next: string | null;
  duration_ms: number;
  /** Why there is no sound; null when there is. */
  no_sound: string | null;
}

export interface Progress {
  version: number;
  state: string;
  edits: number;
  can_undo: boolean;
  can_redo: boolean;
}

type Rates = Record<string, number | null>;

/** Error rates against the reference: as received and as corrected. */
export interface Figures {
  before?: Rates;
  after?: Rates;
}

/** Changes of the transcript and of the state of its review. */
export interface EditActions {
  accept(): Promise<void>;
  /** Assign the chosen words to a speaker by index. */
  reassign(speaker: number): Promise<void>;
  reassignByName(): Promise<void>;
  /** Move the start of the turn by a word. */
  moveStart(by: 1 | -1): Promise<void>;
  /** Move the end of the turn by a word. */
  moveEnd(by: 1 | -1): Promise<void>;
  correct(): Promise<void>;
  reject(): Promise<void>;
  note(): Promise<void>;
  rename(): Promise<void>;
  merge(): Promise<void>;
  /** Make a new speaker of the speaker's words from the chosen one on. */
  split(): Promise<void>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** Set the state of the review. */
  mark(state: string): Promise<void>;
  toggleDone(): Promise<void>;
}

export interface PlayerActions {
  readonly isPlaying: boolean;
  readonly rate: number;
  readonly loop: Interval | null;
  readonly skipsSilence: boolean;
  toggle(): void;
}

export interface PlaybackActions {
  playTurn(): void;
  toggleLoop(): void;
  toggleSkip(): void;
  /** Choose the next speed, or with -1 the previous one. */
  faster(by: number): void;
  setSpeed(rate: number): void;
}

export interface TimelineActions {
  zoom(factor: number): void;
  fit(): void;
  pan(share: number): void;
}

/** Everything that controls and keys can do. */
export interface Actions {
  readonly edits: EditActions;
  readonly player: PlayerActions;
  readonly playback: PlaybackActions;
  readonly timeline: TimelineActions;
  go(where: "next" | "previous"): Promise<void>;
  jump(ms: number): void;
  step(by: number): void;
  stepWord(by: number, extend: boolean): void;
  chooseWholeTurn(): void;
  nextUncertain(): void;
  toggleOrder(): void;
  /** List the turns of one speaker, or of all. */
  showOnly(speaker: string | null): void;
}
