/** Enter in a field, and the clipboard, in every notebook front end. */

import { el } from "../shared/dom.ts";

/** Run an action on Enter, except during the composition of a character. Not every notebook submits a form on Enter. */
export function onEnter(event: KeyboardEvent, run: () => void): void {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  event.stopPropagation();
  run();
}

/** Copy a text, or show it where the page may not use the clipboard. Returns whether it was copied. */
export async function copy(text: string, root: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    showText(text, root);
    return false;
  }
}

function showText(text: string, root: HTMLElement): void {
  const field = el("textarea", { class: "sk-search-copy", attrs: { readonly: true, rows: 10, "aria-label": "Text to copy" } });
  field.value = text;
  const close = el("button", { attrs: { type: "button" }, on: { click: () => card.close() } }, "Close");
  const card = el("dialog", { class: "sk-help", attrs: { "aria-label": "Copy the text" }, on: { close: () => card.remove() } },
    el("h3", {}, "Copy the text"), el("p", {}, "This page may not use the clipboard. Press Ctrl+C or ⌘C."), field, close);
  root.append(card);
  card.showModal();
  field.select();
}
