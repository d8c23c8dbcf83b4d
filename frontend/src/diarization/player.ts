/** Plays a recording of any length from short clips around the playhead; the next clip takes over in a pause. */

import type { Bridge } from "../shared/bridge.ts";
import { clipEnd, skipTo } from "./clips.ts";
import type { Interval } from "./transcript.ts";

const FIRST_CLIP_MS = 5000; // short, so that playback starts at once
const CLIP_MS = 12_000; // a seek during the fetch waits for it
const FETCH_AHEAD_MS = 7000;
const SKIPPED_MS = 700;

interface Clip {
  audio: HTMLAudioElement;
  startMs: number;
  endMs: number;
}

export interface PlayerOptions {
  /** Called when the playhead moves. */
  onTime: (ms: number) => void;
  /** Called when playback starts or stops. */
  onPlaying: (isPlaying: boolean) => void;
  /** The intervals without speech. */
  pauses: () => readonly Interval[];
}

export class Player {
  readonly #bridge: Bridge;
  readonly #options: PlayerOptions;
  readonly #urls = new Set<string>();
  #current: Clip | null = null;
  #next: Clip | null = null;
  #isFetchingNext = false;
  /** The number of the newest seek; clips fetched for older ones are dropped. */
  #seek = 0;
  #nowMs = 0;
  #totalMs = 0;
  #isPlaying = false;
  #rate = 1;
  #frame = 0;
  skipsSilence = false;
  loop: Interval | null = null;

  constructor(bridge: Bridge, options: PlayerOptions) {
    this.#bridge = bridge;
    this.#options = options;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get rate(): number {
    return this.#rate;
  }

  set rate(rate: number) {
    this.#rate = rate;
    if (this.#current) this.#current.audio.playbackRate = rate;
  }

  /** Start with another recording. */
  open(totalMs: number): void {
    this.pause();
    this.#totalMs = totalMs;
    this.#dropAll();
    this.#nowMs = 0;
    this.loop = null;
  }

  close(): void {
    this.pause();
    this.#dropAll();
  }

  toggle(): void {
    if (this.#isPlaying) this.pause();
    else void this.play();
  }

  pause(): void {
    this.#seek += 1;
    this.#current?.audio.pause();
    this.#setPlaying(false);
  }

  /** Play from the playhead; resolves to true once sound plays. */
  async play(): Promise<boolean> {
    if (this.#nowMs >= this.#totalMs - 100) this.#nowMs = 0;
    this.#setPlaying(true);
    return this.#start(this.#nowMs);
  }

  /** Move the playhead; playback continues there. */
  async seek(ms: number): Promise<boolean> {
    this.#nowMs = Math.min(Math.max(ms, 0), this.#totalMs);
    const started = this.#isPlaying ? this.#start(this.#nowMs) : Promise.resolve(false); // send the request before drawing the page
    this.#options.onTime(this.#nowMs);
    return started;
  }

  #setPlaying(isPlaying: boolean): void {
    if (isPlaying === this.#isPlaying) return;
    this.#isPlaying = isPlaying;
    if (isPlaying) this.#frame = requestAnimationFrame(() => this.#tick());
    else cancelAnimationFrame(this.#frame);
    this.#options.onPlaying(isPlaying);
  }

  async #start(ms: number): Promise<boolean> {
    this.#seek += 1;
    const seek = this.#seek;
    if (this.#next && ms >= this.#next.startMs && ms < this.#next.endMs - 200) {
      this.#drop(this.#current);
      [this.#current, this.#next] = [this.#next, null];
    }
    if (!this.#current || ms < this.#current.startMs || ms > this.#current.endMs - 200) {
      this.#current?.audio.pause();
      this.#drop(this.#next);
      this.#next = null;
      const clip = await this.#fetch("sound", ms, FIRST_CLIP_MS);
      if (seek !== this.#seek) {
        this.#drop(clip);
        return false;
      }
      this.#drop(this.#current);
      this.#current = clip;
    }
    return this.#playClip(this.#current, ms, seek);
  }

  async #playClip(clip: Clip | null, ms: number, seek: number): Promise<boolean> {
    if (!clip) {
      this.pause();
      return false;
    }
    clip.audio.playbackRate = this.#rate;
    const at = (ms - clip.startMs) / 1000;
    if (Math.abs(clip.audio.currentTime - at) > 0.01) clip.audio.currentTime = at;
    try {
      await clip.audio.play();
    } catch (problem) {
      if (seek === this.#seek) {
        this.pause();
        this.#bridge.showError(`The browser does not play the sound (${(problem as Error).name}).`);
      }
      return false;
    }
    return seek === this.#seek;
  }

  async #fetch(intent: "sound" | "sound_ahead", fromMs: number, longestMs: number): Promise<Clip | null> {
    const endMs = clipEnd(fromMs, longestMs, this.#options.pauses(), this.#totalMs);
    const answer = await this.#bridge.askWithBuffers(intent, { start_ms: fromMs, end_ms: endMs });
    const wav = answer?.buffers[0];
    if (!answer || !wav) return null;
    const url = URL.createObjectURL(new Blob([wav as DataView<ArrayBuffer>], { type: "audio/wav" }));
    this.#urls.add(url);
    const audio = new Audio(url);
    audio.preload = "auto";
    audio.preservesPitch = true;
    await new Promise((resolve) => {
      audio.addEventListener("loadedmetadata", resolve, { once: true });
      audio.addEventListener("error", resolve, { once: true });
    });
    const startMs = (answer.value as { start_ms: number }).start_ms;
    const lengthMs = Number.isFinite(audio.duration) ? audio.duration * 1000 : endMs - startMs;
    return { audio, startMs, endMs: startMs + lengthMs };
  }

  #tick(): void {
    this.#frame = requestAnimationFrame(() => this.#tick());
    const clip = this.#current;
    if (!clip || clip.audio.seeking || (clip.audio.paused && !clip.audio.ended)) return;
    const ms = clip.startMs + clip.audio.currentTime * 1000;
    this.#nowMs = ms;
    this.#options.onTime(ms);
    if (this.loop && (ms >= this.loop.endMs || ms < this.loop.startMs - 500)) {
      void this.#start(this.loop.startMs);
      return;
    }
    const target = this.skipsSilence && !this.loop ? skipTo(ms, this.#options.pauses(), SKIPPED_MS) : null;
    if (target !== null) {
      void this.#start(target);
      return;
    }
    this.#prefetch(clip, ms);
    if (clip.audio.ended || ms >= clip.endMs - 15) this.#switchClip();
  }

  #prefetch(clip: Clip, ms: number): void {
    if (this.#next || this.#isFetchingNext || clip.endMs >= this.#totalMs - 50 || ms < clip.endMs - FETCH_AHEAD_MS * this.#rate) return;
    this.#isFetchingNext = true;
    void this.#fetch("sound_ahead", clip.endMs, CLIP_MS).then((next) => {
      this.#isFetchingNext = false;
      if (next && this.#current === clip) this.#next = next;
      else this.#drop(next);
    });
  }

  /** Continue with the next clip. */
  #switchClip(): void {
    const next = this.#next;
    if (next) {
      this.#next = null;
      this.#drop(this.#current);
      this.#current = next;
      void this.#playClip(next, next.startMs, this.#seek);
    } else if (!this.#isFetchingNext && this.#nowMs >= this.#totalMs - 100) {
      this.pause();
    } else if (!this.#isFetchingNext) {
      void this.#start(this.#current?.endMs ?? this.#nowMs);
    }
  }

  #drop(clip: Clip | null): void {
    if (!clip) return;
    clip.audio.pause();
    this.#urls.delete(clip.audio.src);
    URL.revokeObjectURL(clip.audio.src);
    clip.audio.removeAttribute("src");
  }

  #dropAll(): void {
    this.#seek += 1;
    this.#drop(this.#current);
    this.#drop(this.#next);
    this.#current = this.#next = null;
    for (const url of this.#urls) URL.revokeObjectURL(url);
    this.#urls.clear();
  }
}
