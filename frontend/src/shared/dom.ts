/** Build elements. Strings become text nodes: nothing in the widgets parses HTML. */

export type Child = Node | string | number | null | undefined | false;

type Value = string | number | boolean | null | undefined;

export interface Props<E extends Element = HTMLElement> {
  class?: string;
  /** Attributes by name; null, undefined and false omit one, true sets it empty. */
  attrs?: Record<string, Value>;
  style?: Record<string, string>;
  on?: { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K] & { currentTarget: E }) => void };
}

/** Create an HTML element; strings and numbers among the children become text. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props<HTMLElementTagNameMap[K]> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), props as Props<Element>, children);
}

/** Create an SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(tag: K, attrs: Record<string, Value> = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), { attrs }, children);
}

/** Replace the children of an element. */
export function replace(parent: Element, ...children: Child[]): void {
  parent.replaceChildren(...asNodes(children));
}

/** Set an attribute; null, undefined and false remove it. */
export function setAttribute(element: Element, name: string, value: Value): void {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** Return the focused element in the same tree. marimo shows a widget in a shadow tree, of which the document sees only the host. */
export function focusedInTreeOf(element: Element): HTMLElement | null {
  const tree = element.getRootNode();
  const found = tree instanceof Document || tree instanceof ShadowRoot ? tree.activeElement : null;
  return found instanceof HTMLElement ? found : null;
}

/** Return what gives an element the focus later, unless the person has moved it meanwhile: keys go where the person meant them to go. */
export function focusLater(root: Element): (to: HTMLElement) => void {
  const before = focusedInTreeOf(root);
  return (to) => {
    if (focusedInTreeOf(root) === before) to.focus();
  };
}

/**
 * Redraw without losing the focus: the element with the same `data-key` gets the focus and the caret back.
 * If it is gone or disabled, the focus moves to `root` instead of to the top of the page.
 */
export function keepFocus(root: HTMLElement, redraw: () => void): void {
  const focused = focusedInTreeOf(root);
  const before = focused && root.contains(focused) ? focused : null;
  const key = before?.closest<HTMLElement>("[data-key]")?.dataset["key"];
  const caret = before instanceof HTMLInputElement && before.type !== "checkbox" ? before.selectionStart : null;
  redraw();
  if (!before || (focusedInTreeOf(root) === before && before.isConnected && !before.matches(":disabled"))) return;
  const after = key === undefined ? null : root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
  if (!after) {
    root.tabIndex = -1;
    root.focus({ preventScroll: true });
    return;
  }
  after.focus({ preventScroll: true });
  if (caret !== null && after instanceof HTMLInputElement) after.setSelectionRange(caret, caret);
}

let ids = 0;

/** Return an id that no other element of the page has. */
export function uniqueId(prefix = "sk"): string {
  ids += 1;
  return `${prefix}-${ids}-${Math.random().toString(36).slice(2, 8)}`;
}

function fill<E extends Element>(element: E, props: Props<Element>, children: Child[]): E {
  if (props.class) element.setAttribute("class", props.class);
  for (const [name, value] of Object.entries(props.attrs ?? {})) setAttribute(element, name, value);
  for (const [name, value] of Object.entries(props.style ?? {})) (element as unknown as HTMLElement).style.setProperty(name, value);
  for (const [name, listener] of Object.entries(props.on ?? {})) element.addEventListener(name, listener as unknown as EventListener);
  element.append(...asNodes(children));
  return element;
}

function asNodes(children: Child[]): (Node | string)[] {
  return children.flatMap((child) => (child === null || child === undefined || child === false ? [] : [typeof child === "number" ? String(child) : child]));
}
