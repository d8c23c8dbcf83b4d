/** The peaks of a recording, fetched in tiles at the visible level of detail. */

import type { Bridge } from "../shared/bridge.ts";

const LEVELS = 8;
const TILE = 2048;
const MOST_TILES = 200;

interface Tile {
  peaks: Uint8Array;
  isWhole: boolean;
}

export interface KnownPeaks {
  known_ms: number;
  is_complete: boolean;
  step_ms: number;
  /** How many values of a level make one of the next. */
  factor: number;
  problem: string | null;
}

export class Waveform {
  readonly levels = LEVELS;
  readonly #bridge: Bridge;
  readonly #onChange: () => void;
  readonly #tiles = new Map<string, Tile>();
  readonly #requested = new Set<string>();
  #known: KnownPeaks = { known_ms: 0, is_complete: true, step_ms: 10, factor: 4, problem: null };
  #generation = 0;

  constructor(bridge: Bridge, onChange: () => void) {
    this.#bridge = bridge;
    this.#onChange = onChange;
  }

  get stepMs(): number {
    return this.#known.step_ms;
  }

  get factor(): number {
    return this.#known.factor;
  }

  /** Drop all tiles: another recording is shown. */
  reset(): void {
    this.#generation += 1;
    this.#tiles.clear();
    this.#requested.clear();
  }

  /** Note that more peaks are known: incomplete tiles are fetched again when they are shown. */
  update(known: KnownPeaks): void {
    this.#known = known;
    for (const [key, tile] of this.#tiles) if (!tile.isWhole) this.#tiles.delete(key);
    this.#onChange();
  }

  /** Return the values of a level between two moments; where they are missing they are 0, and `isWhole` is false. */
  values(level: number, fromMs: number, toMs: number): { first: number; widthMs: number; peaks: Uint8Array; isWhole: boolean } {
    const widthMs = this.#known.step_ms * this.#known.factor ** level;
    const first = Math.max(Math.floor(fromMs / widthMs), 0);
    const count = Math.max(Math.ceil(toMs / widthMs) - first, 0);
    const peaks = new Uint8Array(count);
    let isWhole = this.#known.is_complete;
    for (let tile = Math.floor(first / TILE); tile * TILE < first + count; tile += 1) {
      const found = this.#tile(level, tile);
      isWhole &&= found !== undefined || tile * TILE * widthMs >= this.#known.known_ms;
      if (!found) continue;
      const begin = Math.max(first, tile * TILE);
      peaks.set(found.subarray(begin - tile * TILE, Math.min(first + count, (tile + 1) * TILE) - tile * TILE), begin - first);
    }
    return { first, widthMs, peaks, isWhole };
  }

  #tile(level: number, number: number): Uint8Array | undefined {
    const key = `${level}/${number}`;
    const tile = this.#tiles.get(key);
    if (!tile && !this.#requested.has(key)) void this.#fetch(key, level, number);
    return tile?.peaks;
  }

  async #fetch(key: string, level: number, number: number): Promise<void> {
    const startMs = number * TILE * this.#known.step_ms * this.#known.factor ** level;
    if (startMs >= this.#known.known_ms) return;
    const generation = this.#generation;
    this.#requested.add(key);
    const answer = await this.#bridge.askWithBuffers("peaks", { level, first: number * TILE, count: TILE });
    if (generation !== this.#generation) return;
    this.#requested.delete(key);
    const buffer = answer?.buffers[0];
    if (!answer || !buffer) return;
    const endMs = (number + 1) * TILE * this.#known.step_ms * this.#known.factor ** level;
    const knownMs = (answer.value as { known_ms: number }).known_ms;
    this.#tiles.set(key, { peaks: new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).slice(), isWhole: this.#known.is_complete || knownMs >= endMs });
    const oldest = this.#tiles.keys().next().value;
    if (this.#tiles.size > MOST_TILES && oldest !== undefined) this.#tiles.delete(oldest);
    this.#onChange();
  }
}
