/** The keyboard shortcuts of a widget, and the card that lists them. */

import { el } from "./dom.ts";

export interface Key {
  /** As `KeyboardEvent.key`, with modifiers before it: "n", "Shift+ArrowLeft", "Ctrl+z" (also ⌘), " ". */
  keys: string[];
  /** What it does, for the card; empty when another entry of the card describes it. */
  does: string;
  /** What to do; missing for keys that are handled elsewhere and only listed here. */
  run?: () => void;
  /** Works also while somebody types in a field. */
  whileTyping?: boolean;
}

const NAMES: Record<string, string> = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };

/** Make keys work anywhere in an element; return the button that opens the help card ("?" does too). */
export function keyboard(root: HTMLElement, title: string, keys: Key[]): HTMLButtonElement {
  const card = helpCard(title, [...keys, { keys: ["?"], does: "Show this card" }]);
  const show = () => card.open || card.showModal();
  root.append(card);
  const byName = new Map(keys.flatMap((key) => key.keys.map((name) => [name, key] as const)));
  root.addEventListener("keydown", (event) => {
    if (card.open || event.defaultPrevented) return;
    const name = keyName(event);
    const key = name === "?" ? { keys: ["?"], does: "", run: show } : byName.get(name);
    if (!key?.run || (isTyping(event.target) && !key.whileTyping) || isPressing(event)) return;
    event.preventDefault();
    event.stopPropagation();
    key.run();
  });
  return el("button", { attrs: { type: "button", "aria-label": "Keyboard shortcuts", title: "Keyboard shortcuts (?)", "data-key": "help" }, on: { click: show } }, "?");
}

/** Return the name of a key press, as in `Key.keys`. */
export function keyName(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const shift = event.shiftKey && event.key.length > 1; // a shifted letter or sign is already a different key
  return [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt", shift && "Shift", event.key].filter(Boolean).join("+");
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("textarea, select, [contenteditable=true], input:not([type=checkbox], [type=radio], [type=range])");
}

/** Tell whether the key presses the focused button: Space or Enter. */
function isPressing(event: KeyboardEvent): boolean {
  return (event.key === " " || event.key === "Enter") && event.target instanceof HTMLElement && event.target.matches("button, a, summary, input");
}

function helpCard(title: string, keys: Key[]): HTMLDialogElement {
  const rows = keys.filter(({ does }) => does).flatMap(({ keys: names, does }) => [el("dt", {}, ...names.flatMap((name, at) => [at ? " " : null, el("kbd", {}, shown(name))])), el("dd", {}, does)]);
  const card = el("dialog", { class: "sk-help", attrs: { "aria-label": title } }, el("h3", {}, title), el("dl", {}, ...rows));
  card.append(el("button", { attrs: { type: "button" }, on: { click: () => card.close() } }, "Close"));
  return card;
}

function shown(name: string): string {
  if (name.length === 1) return NAMES[name] ?? (/[A-Z]/.test(name) ? `Shift + ${name}` : name.toUpperCase());
  return name
    .split("+")
    .map((part) => NAMES[part] ?? (part.length === 1 ? shown(part) : part))
    .join(" + ");
}
