/** A clip of sound: the kernel decodes it, the page plays it. A newer one replaces one that is still on its way. */

import type { Bridge } from "./bridge.ts";
import { Latest } from "./latest.ts";

/** A clip that plays, with the value of the kernel's answer; "none" when the kernel has no sound for it, "replaced" when a newer one was asked for. */
export type Loaded = { value: unknown } | "none" | "replaced";

export class Clip {
  readonly audio = new Audio();
  readonly #bridge: Bridge;
  readonly #latest = new Latest();

  /** Call `changed` whenever the sound starts, stops or moves on. */
  constructor(bridge: Bridge, changed: () => void) {
    this.#bridge = bridge;
    for (const event of ["play", "pause", "ended", "timeupdate"]) this.audio.addEventListener(event, changed);
    bridge.onClose(() => {
      this.audio.pause();
      URL.revokeObjectURL(this.audio.src);
    });
  }

  get isPlaying(): boolean {
    return !this.audio.paused;
  }

  /** Ask the kernel for a clip, whose bytes are the first buffer of its answer. */
  async load(intent: string, args: Record<string, unknown>): Promise<Loaded> {
    const number = this.#latest.next("clip");
    this.audio.pause();
    const answer = await this.#bridge.askWithBuffers(intent, args);
    if (!this.#latest.isNewest("clip", number)) return "replaced";
    const sound = answer?.buffers[0];
    if (!sound) return "none";
    URL.revokeObjectURL(this.audio.src);
    this.audio.src = URL.createObjectURL(new Blob([sound as DataView<ArrayBuffer>], { type: "audio/wav" }));
    return { value: answer.value };
  }

  /** Play what was loaded, from where it is. */
  async play(): Promise<void> {
    try {
      await this.audio.play();
    } catch (problem) {
      if ((problem as Error).name !== "AbortError") this.#bridge.showError("The browser did not play the sound. Press Play to try again.");
    }
  }

  /** Stop the sound; a clip that is on its way is not played. */
  stop(): void {
    this.#latest.next("clip");
    this.audio.pause();
  }

  toggle(): void {
    if (this.isPlaying) this.audio.pause();
    else void this.play();
  }
}
