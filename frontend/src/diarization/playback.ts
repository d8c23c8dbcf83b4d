/** Playback of the chosen turn: loop, silence and speed, with what is announced of them. */

import type { Player } from "./player.ts";
import type { Selection } from "./selection.ts";
import type { PlaybackActions } from "./types.ts";

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

export interface PlaybackOptions {
  player: Player;
  selection: Selection;
  /** Why there is no sound; null when there is. */
  noSound: () => string | null;
  announce: (text: string) => void;
  /** Called when a setting changes. */
  onChange: () => void;
}

export class Playback implements PlaybackActions {
  readonly #options: PlaybackOptions;

  constructor(options: PlaybackOptions) {
    this.#options = options;
  }

  playTurn(): void {
    const { player, selection } = this.#options;
    if (!selection.turn || this.#announceNoSound()) return;
    this.followTurn();
    void player.seek(selection.startMs).then(() => player.isPlaying || player.play());
  }

  toggleLoop(): void {
    const { player, selection, announce, onChange } = this.#options;
    if (!selection.turn || this.#announceNoSound()) return;
    player.loop = player.loop ? null : selection.turn;
    onChange();
    if (player.loop) this.playTurn();
    announce(player.loop ? "The turn is looped" : "Playback continues after the turn");
  }

  toggleSkip(): void {
    const { player, announce, onChange } = this.#options;
    player.skipsSilence = !player.skipsSilence;
    onChange();
    announce(player.skipsSilence ? "Silence is skipped" : "Silence is played");
  }

  faster(by: number): void {
    const index = SPEEDS.indexOf(this.#options.player.rate) + by;
    this.setSpeed(SPEEDS[Math.min(Math.max(index, 0), SPEEDS.length - 1)] ?? 1);
  }

  setSpeed(rate: number): void {
    const { player, announce, onChange } = this.#options;
    player.rate = rate;
    onChange();
    announce(`${rate}× speed`);
  }

  /** Let a loop follow the chosen turn. */
  followTurn(): void {
    const { player, selection } = this.#options;
    if (selection.turn && player.loop) player.loop = selection.turn;
  }

  /** Announce why there is no sound; returns whether there is none. */
  #announceNoSound(): boolean {
    const reason = this.#options.noSound();
    if (reason) this.#options.announce(reason);
    return Boolean(reason);
  }
}
