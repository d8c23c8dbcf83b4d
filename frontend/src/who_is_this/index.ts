/** Who is this: a line of each speaker without a name is played, and the name is typed. */

import { Bridge, type Context } from "../shared/bridge.ts";
import { Clip } from "../shared/clip.ts";
import { el, focusLater, keepFocus, replace, uniqueId } from "../shared/dom.ts";
import { clock, count } from "../shared/format.ts";
import { keyName, keyboard } from "../shared/keyboard.ts";
import { type Card, heading, isAsking, next, said } from "./card.ts";

interface Naming {
  name?: string;
  /** Somebody else in the recording has this name already. */
  taken?: string;
}

function render(context: Context): () => void {
  const bridge = new Bridge(context, "Who is this?");
  const view = new WhoIsThis(bridge);
  view.begin();
  return bridge.close;
}

class WhoIsThis {
  readonly #bridge: Bridge;
  readonly #clip: Clip;
  readonly #title = el("h3", {}, "Who is this?");
  readonly #recording = el("p", { class: "sk-who-recording" });
  readonly #facts = el("p", { class: "sk-muted" });
  readonly #text = el("blockquote", { class: "sk-who-line" });
  readonly #play = this.#button("play", "▶ Play", "Play the line (P)", () => this.#toggle());
  readonly #another = this.#button("another", "Another line", "Play another line of this speaker (L)", () => this.#nextLine());
  readonly #name = el("input", { attrs: { id: uniqueId("sk-name"), type: "text", autocomplete: "off", list: uniqueId("sk-names"), "data-key": "name" } });
  readonly #known = el("datalist", { attrs: { id: this.#name.getAttribute("list") } });
  readonly #save = el("button", { class: "sk-main", attrs: { type: "submit", "data-key": "save" } }, "Save the name");
  readonly #skip = this.#button("skip", "Skip", "Go to the next speaker without a name (N)", () => this.#move(1));
  readonly #back = this.#button("back", "Back", "Go to the speaker before (B)", () => this.#move(-1));
  readonly #undo = this.#button("undo", "Undo the last name", "Take the last name back (U)", () => void this.#takeBack());
  readonly #question = el("div", { class: "sk-row sk-who-question", attrs: { role: "group", "aria-label": "Somebody else has this name", hidden: true } });
  readonly #asking = el("div", { class: "sk-stack" });
  #card: Card = { stage: "reading" };
  #line = 0;
  #isLoaded = false;
  /** Whether the next card is played at once: only after somebody has done something, or the browser would not allow it. */
  #playsNext = false;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.#clip = new Clip(bridge, () => this.#drawPlay());
    const help = keyboard(bridge.root, "Keys of Who is this?", [
      { keys: ["Enter"], does: "In the name: save it, and play the next speaker" },
      { keys: ["Ctrl+Enter"], does: "In the name: play or pause the line" },
      { keys: ["Escape"], does: "Leave the name, so that the letters work", run: () => this.#play.focus(), whileTyping: true },
      { keys: ["/"], does: "Go to the name", run: () => this.#name.focus() },
      { keys: ["p"], does: "Play or pause the line", run: () => this.#toggle() },
      { keys: ["l"], does: "Play another line", run: () => this.#nextLine() },
      { keys: ["n"], does: "Skip this speaker", run: () => this.#move(1) },
      { keys: ["b"], does: "Go back", run: () => this.#move(-1) },
      { keys: ["u"], does: "Undo the last name", run: () => void this.#takeBack() },
    ]);
    const form = el(
      "form",
      { class: "sk-row", on: { submit: (event) => this.#submit(event) } },
      el("label", { attrs: { for: this.#name.id } }, "Name"),
      this.#name,
      this.#known,
      this.#save,
      this.#skip,
      this.#back,
    );
    this.#asking.append(this.#recording, this.#facts, this.#text, el("div", { class: "sk-row" }, this.#play, this.#another), form, this.#question);
    bridge.body.append(el("div", { class: "sk-row" }, this.#title, el("span", { class: "sk-spread" }), this.#undo, help));
    this.#name.addEventListener("input", () => this.#closeQuestion());
    this.#name.addEventListener("keydown", (event) => this.#press(event));
  }

  begin(): void {
    this.#bridge.follow<string[]>("names", (names) => replace(this.#known, ...names.map((name) => el("option", { attrs: { value: name } }))));
    this.#bridge.follow<Card>("card", (card) => this.#show(card));
  }

  #button(key: string, text: string, title: string, run: () => void): HTMLButtonElement {
    return el("button", { attrs: { type: "button", title, "data-key": key }, on: { click: run } }, text);
  }

  // -- what is shown

  #show(card: Card): void {
    const plays = this.#playsNext;
    this.#card = card;
    this.#line = 0;
    this.#playsNext = false;
    keepFocus(this.#bridge.root, () => this.#draw());
    if (card.stage !== "reading") this.#bridge.announce(said(card));
    if (plays && isAsking(card) && !card.no_sound) void this.#playLine();
  }

  #draw(): void {
    const card = this.#card;
    this.#clip.stop();
    this.#isLoaded = false;
    this.#closeQuestion();
    this.#title.textContent = heading(card);
    this.#undo.hidden = !card.named;
    if (!isAsking(card)) {
      this.#asking.remove();
      return;
    }
    if (!this.#asking.isConnected) this.#bridge.body.append(this.#asking);
    this.#name.value = "";
    const badge = el("span", { class: "sk-badge sk-speaker-1" }, card.speaker);
    replace(this.#recording, badge, " in ", el("bdi", {}, card.recording), card.title && " · ", card.title && el("bdi", {}, card.title));
    this.#facts.textContent = `${count(card.n_turns)} ${card.n_turns === 1 ? "turn" : "turns"}, ${clock(card.speaking_s)} of speech`;
    this.#play.disabled = card.no_sound !== "";
    this.#another.hidden = card.lines.length < 2;
    this.#skip.disabled = this.#back.disabled = card.left < 2;
    this.#drawLine();
    this.#drawPlay();
  }

  #drawLine(): void {
    const line = isAsking(this.#card) ? this.#card.lines[this.#line] : undefined;
    if (!line || !isAsking(this.#card)) return;
    const { no_sound: noSound } = this.#card;
    replace(this.#text, el("span", { class: "sk-muted" }, `${clock(line.start_ms / 1000)} `), el("bdi", {}, line.text), noSound && el("p", { class: "sk-muted" }, noSound));
  }

  #drawPlay(): void {
    this.#play.textContent = this.#clip.isPlaying ? "❚❚ Pause" : "▶ Play";
    this.#bridge.root.dataset["playing"] = String(this.#clip.isPlaying);
  }

  // -- what is heard

  #toggle(): void {
    if (!isAsking(this.#card) || this.#card.no_sound) return;
    if (this.#isLoaded) this.#clip.toggle();
    else void this.#playLine();
  }

  #nextLine(): void {
    if (!isAsking(this.#card)) return;
    this.#line = next(this.#line, this.#card.lines.length);
    this.#drawLine();
    this.#bridge.announce(this.#card.lines[this.#line]?.text ?? "");
    if (!this.#card.no_sound) void this.#playLine();
  }

  async #playLine(): Promise<void> {
    const line = isAsking(this.#card) ? this.#card.lines[this.#line] : undefined;
    if (!line || !isAsking(this.#card)) return;
    this.#isLoaded = false;
    const loaded = await this.#clip.load("play", { recording: this.#card.recording, start_ms: line.start_ms, end_ms: line.end_ms });
    if (loaded === "none" || loaded === "replaced") return;
    this.#isLoaded = true;
    await this.#clip.play();
  }

  // -- what is done

  #move(by: number): void {
    if (!isAsking(this.#card) || this.#card.left < 2) return;
    this.#playsNext = true;
    this.#bridge.send("move", { by });
  }

  /** Keys of the name; a text that is being composed (Chinese, Japanese …) keeps its Enter. */
  #press(event: KeyboardEvent): void {
    const name = keyName(event);
    if (event.isComposing || (name !== "Enter" && name !== "Ctrl+Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    if (name === "Enter") void this.#give(this.#name.value, false);
    else this.#toggle();
  }

  #submit(event: Event): void {
    event.preventDefault();
    void this.#give(this.#name.value, false);
  }

  async #give(name: string, merge: boolean): Promise<void> {
    if (!isAsking(this.#card)) return;
    if (!name.trim()) {
      this.#bridge.announce("Type a name first, or skip this speaker.");
      this.#name.focus();
      return;
    }
    const { recording, speaker } = this.#card;
    this.#playsNext = true;
    this.#name.focus();
    const focus = focusLater(this.#bridge.root);
    const answer = await this.#bridge.ask<Naming>("name", { recording, speaker, name, merge });
    if (answer?.name === undefined) this.#playsNext = false;
    if (answer?.taken !== undefined) focus(this.#ask(answer.taken, name));
  }

  /** Ask whether the speaker is the same person as somebody who has the name already; return the button that says so. */
  #ask(taken: string, name: string): HTMLButtonElement {
    const same = this.#button("same", "They are one person", "Merge the two speakers", () => void this.#give(name, true));
    const other = this.#button("other", "Another name", "Type another name", () => {
      this.#closeQuestion();
      this.#name.select();
    });
    replace(this.#question, el("span", {}, "In this recording ", el("bdi", {}, taken), " is the name of another speaker already."), same, other);
    this.#question.hidden = false;
    this.#bridge.announce(`In this recording ${taken} is the name of another speaker already. Are they one person?`);
    return same;
  }

  #closeQuestion(): void {
    this.#question.hidden = true;
    replace(this.#question);
  }

  async #takeBack(): Promise<void> {
    if (!this.#card.named) return;
    this.#playsNext = true;
    const undone = await this.#bridge.ask<{ name: string; speaker: string }>("undo");
    this.#playsNext = false;
    if (undone) this.#bridge.announce(`${undone.name} is ${undone.speaker} again.`);
  }
}

export default { render };
