/** The edits of the review. They run one after another, however fast the keys are pressed. */

import type { Answer } from "../shared/bridge.ts";
import { clock } from "../shared/format.ts";
import type { Question } from "./prompt.ts";
import type { Selection } from "./selection.ts";
import type { EditActions, Progress } from "./types.ts";

export interface EditsOptions {
  selection: Selection;
  progress: () => Progress | null;
  send: (intent: string, args: Record<string, unknown>) => Promise<Answer | undefined>;
  ask: (question: Question) => Promise<string | null>;
  announce: (text: string) => void;
  /** Show the answer to an edit (undefined if it failed), and choose the turn at a moment if one is given. */
  show: (answer: Answer | undefined, atMs: number | null) => Promise<void>;
  /** Called after a whole turn was accepted, with its place in the list. */
  onAccepted: (place: number) => void;
  /** Called when the reader cancels the question for a speaker's name. */
  onNameCancelled: () => void;
}

/** Intents that change neither turns nor words. */
const KEEP_SELECTION = new Set(["mark", "note"]);

export class Edits implements EditActions {
  readonly #options: EditsOptions;
  readonly #selection: Selection;
  #isRunning = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: EditsOptions) {
    this.#options = options;
    this.#selection = options.selection;
  }

  /** Whether an edit waits for its answer. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  async accept(): Promise<void> {
    await this.#inTurn(async () => {
      const { words, place } = this.#selection;
      if ((await this.#edit("accept", this.#target(), "Accepted")) && !words) this.#options.onAccepted(place);
    });
  }

  async reassign(speaker: number): Promise<void> {
    await this.#inTurn(async () => {
      const name = this.#speakers[speaker];
      if (name === undefined) this.#options.announce(`There is no speaker ${speaker + 1}.`);
      else await this.#edit("reassign", { ...this.#target(), to: name }, `Said by ${name}`);
    });
  }

  async reassignByName(): Promise<void> {
    const target = this.#target();
    const name = await this.#options.ask({ label: "Who said this?", action: "Assign", kind: "name", options: this.#speakers });
    if (name?.trim()) await this.#inTurn(() => this.#edit("reassign", { ...target, to: name }, `Said by ${name}`));
    else this.#options.onNameCancelled();
  }

  async moveStart(by: 1 | -1): Promise<void> {
    await this.#moveBoundary(0, by);
  }

  async moveEnd(by: 1 | -1): Promise<void> {
    await this.#moveBoundary(1, by);
  }

  async correct(): Promise<void> {
    const target = this.#target();
    const { span, words, text } = this.#selection;
    if (!span) return;
    const label = words ? "Text of the words" : "Text of the turn";
    const value = await this.#options.ask({ label, action: "Save", kind: "text", value: text });
    if (value !== null && value.trim() !== text) await this.#inTurn(() => this.#edit("correct", { ...target, text: value }, "Corrected"));
  }

  async reject(): Promise<void> {
    await this.#inTurn(() => this.#edit("reject", this.#target(), "Excluded"));
  }

  async note(): Promise<void> {
    const target = this.#target();
    const value = await this.#options.ask({ label: "Note", action: "Save", kind: "text" });
    if (value?.trim()) await this.#inTurn(() => this.#edit("note", { ...target, text: value }, "Noted"));
  }

  async rename(): Promise<void> {
    const { speaker } = this.#selection;
    if (speaker === undefined) return;
    const to = await this.#options.ask({ label: `New name of ${speaker}`, action: "Rename", kind: "name", value: speaker });
    if (to?.trim() && to.trim() !== speaker) await this.#rename(speaker, to);
  }

  async merge(): Promise<void> {
    const { speaker } = this.#selection;
    const others = this.#speakers.filter((name) => name !== speaker);
    if (speaker === undefined || !others.length) return this.#options.announce("There is nobody to merge with.");
    const into = await this.#options.ask({ label: `${speaker} is the same person as`, action: "Merge", kind: "choice", options: others });
    if (into !== null) await this.#merge(speaker, into);
  }

  /** Ask for another name of a speaker; the name of an existing speaker merges the two. */
  async renameOrMerge(speaker: string): Promise<void> {
    const options = this.#speakers.filter((name) => name !== speaker);
    const name = (await this.#options.ask({ label: `${speaker} is`, action: "Rename or merge", kind: "name", value: speaker, options }))?.trim();
    if (!name || name === speaker) return;
    await (options.includes(name) ? this.#merge(speaker, name) : this.#rename(speaker, name));
  }

  async split(): Promise<void> {
    const { transcript, speaker, span } = this.#selection;
    if (speaker === undefined || !span || !transcript) return;
    const at = clock((transcript.starts[span.first] ?? 0) / 1000);
    const args = { version: transcript.version, speaker, from_word: transcript.positions[span.first] };
    const into = await this.#options.ask({ label: `From ${at} on, ${speaker} is`, action: "Split", kind: "name" });
    if (into?.trim()) await this.#inTurn(() => this.#edit("split", { ...args, into }, `From ${at} on, ${speaker} is ${into}`));
  }

  async undo(): Promise<void> {
    await this.#undoOrRedo("undo", "Undone");
  }

  async redo(): Promise<void> {
    await this.#undoOrRedo("redo", "Redone");
  }

  async toggleDone(): Promise<void> {
    await this.mark(this.#options.progress()?.state === "done" ? "in review" : "done");
  }

  async mark(state: string): Promise<void> {
    const announced = `The review is ${state === "in review" ? "under way" : state}`;
    await this.#inTurn(() => this.#edit("mark", { state }, announced));
  }

  async #rename(speaker: string, to: string): Promise<void> {
    await this.#inTurn(() => this.#edit("rename", { speaker, to }, `${speaker} is ${to} now`));
  }

  async #merge(speaker: string, into: string): Promise<void> {
    await this.#inTurn(() => this.#edit("merge", { speaker, into }, `${speaker} is merged with ${into}`));
  }

  async #undoOrRedo(intent: "undo" | "redo", announced: string): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#options.progress()?.[`can_${intent}`]) await this.#edit(intent, {}, announced);
      else this.#options.announce(`There is nothing to ${intent}.`);
    });
  }

  async #moveBoundary(after: 0 | 1, by: 1 | -1): Promise<void> {
    await this.#inTurn(async () => {
      const utterance = this.#selection.turn?.utterance ?? null;
      if (utterance === null) this.#options.announce("The service did not separate turns here: assign words to somebody first.");
      else await this.#edit("boundary", { utterance: utterance + after, words: by }, "The boundary is moved by a word");
    });
  }

  /** Run an edit after the one before it: it then applies to what that one has left. */
  async #inTurn(edit: () => Promise<unknown>): Promise<void> {
    const before = this.#last;
    const done = (async () => {
      await before;
      await edit();
    })();
    this.#last = done.catch(() => undefined);
    await done;
  }

  /** Send an edit and show its answer; returns whether it was made. Positions of words are those of the version. */
  async #edit(intent: string, args: Record<string, unknown>, announced: string): Promise<boolean> {
    const { transcript, middleMs } = this.#selection;
    if (!transcript) return false;
    this.#isRunning = true;
    const answer = await this.#options.send(intent, { version: transcript.version, ...args });
    this.#isRunning = false;
    await this.#options.show(answer, KEEP_SELECTION.has(intent) ? null : middleMs);
    if (answer) this.#options.announce(announced);
    return Boolean(answer);
  }

  get #speakers(): readonly string[] {
    return this.#selection.transcript?.speakers ?? [];
  }

  /** The chosen words, by their positions in the version that is shown. */
  #target(): { version: number | undefined; words: number[] } {
    return { version: this.#selection.transcript?.version, words: this.#selection.positions };
  }
}
