/** A table of any length: only the visible rows are fetched from the kernel and exist in the page. */

import { el, replace, setAttribute, uniqueId, type Child } from "./dom.ts";
import { contains, isMove, rowAfterKey, scrollTopFor, visibleRows, type Span } from "./row_window.ts";

export interface Column<Row> {
  name: string;
  title: string;
  /** A CSS grid track: "8em", "minmax(12em, 2fr)". */
  width: string;
  isNumber?: boolean;
  isSortable?: boolean;
  cell: (row: Row) => Child;
  /** The full content of the cell, for the tooltip. */
  hint?: (row: Row) => string;
}

export interface Sort {
  column: string;
  descending: boolean;
}

export interface Options<Row> {
  label: string;
  columns: Column<Row>[];
  /** The height of the table in rows. */
  height?: number;
  /** Fetch rows; resolves to undefined when a newer request has replaced this one. */
  fetch: (span: Span, sort: Sort | null) => Promise<{ rows: Row[]; total: number } | undefined>;
  keyOf: (row: Row) => string;
  /** Cells depend on nothing but their row: rows equal to those shown are not drawn again. */
  skipsEqualRows?: boolean;
  /** The text of a table without rows. */
  empty?: string;
  /** Whether a row can be selected; without this, no row can. */
  isSelectable?: (row: Row) => boolean;
  onSelection?: (keys: ReadonlySet<string>) => void;
  /** Called on Enter or a double click on a row. */
  onOpen?: (row: Row) => void;
  /** Called on a click on a row, outside its tick. */
  onClick?: (row: Row) => void;
}

const ROW = 28;
const SPARE = 6;

export class VirtualTable<Row> {
  readonly element: HTMLElement;
  readonly selected = new Set<string>();
  #sort: Sort | null = null;
  #active = 0;
  #total = 0;
  #loaded: Span = { first: 0, count: 0 };
  #rows: Row[] = [];
  #asked: Span | null = null;
  #shown = "";
  /** Whether the rows loaded are those of a former view. */
  #isStale = false;
  /** What was asked for while the active row was on its way; it is done, in order, when the row is there. */
  #early: ((isVoid: boolean) => void)[] = [];
  readonly #id = uniqueId("grid");
  readonly #options: Options<Row>;
  readonly #head: HTMLElement;
  readonly #body = el("div", { class: "sk-grid-body", attrs: { role: "rowgroup" } });
  readonly #tracks: string;

  constructor(options: Options<Row>) {
    this.#options = options;
    const { label, columns, height = 12 } = options;
    this.#tracks = [...(options.isSelectable ? ["16px"] : []), ...columns.map((column) => column.width)].join(" ");
    this.#head = el("div", { class: "sk-grid-head", attrs: { role: "rowgroup" } });
    this.element = el(
      "div",
      {
        class: "sk-grid",
        attrs: { role: "grid", tabindex: 0, "aria-label": label, "aria-multiselectable": options.isSelectable ? "true" : null, "data-key": "grid" },
        style: { height: `${(height + 1) * ROW + 2}px` },
        on: { scroll: () => this.#fetchMissing(), keydown: (event) => this.#press(event) },
      },
      el("div", { class: "sk-grid-sheet" }, this.#head, this.#body),
    );
    this.#drawHead();
    void this.refresh();
  }

  /** Fetch the visible rows again, because something may have changed. */
  async refresh(): Promise<void> {
    const span = this.#visible();
    await this.#load(span.count ? span : { first: 0, count: (this.#options.height ?? 12) + SPARE });
  }

  /** Draw the next rows even if they are equal to those shown. */
  invalidate(): void {
    this.#shown = "";
  }

  /** Scroll to the top and fetch, because the table shows other rows now. */
  async restart(): Promise<void> {
    if (this.#active > 0) this.invalidate();
    this.#active = 0;
    this.#isStale = true;
    for (const act of this.#early.splice(0)) act(true);
    this.element.scrollTop = 0;
    this.#total = 0;
    await this.refresh();
  }

  /** The row that keys act on, as soon as it is loaded; undefined when there is none, or when other rows are shown by then. */
  activeRow(): Promise<Row | undefined> {
    return new Promise((resolve) => this.#whenLoaded((isVoid) => resolve(isVoid ? undefined : this.#activeRow())));
  }

  clearSelection(): void {
    this.selected.clear();
    this.#selectionChanged();
  }

  #visible(spare = SPARE): Span {
    return visibleRows(this.element.scrollTop, this.element.clientHeight, ROW, this.#total, spare);
  }

  async #load(span: Span): Promise<void> {
    this.#asked = span;
    const answer = await this.#options.fetch(span, this.#sort);
    if (this.#asked === span) this.#asked = null;
    if (!answer) return this.#doEarly();
    const shown = this.#options.skipsEqualRows ? JSON.stringify([span, answer]) : "";
    if (shown && shown === this.#shown) {
      this.#total = answer.total;
      this.#isStale = false;
      this.#fetchMissing();
      return this.#doEarly();
    }
    this.#shown = shown;
    this.#rows = answer.rows;
    this.#loaded = span;
    this.#isStale = false;
    this.#total = answer.total;
    this.#active = Math.min(this.#active, Math.max(answer.total - 1, 0));
    setAttribute(this.element, "aria-rowcount", answer.total + 1);
    this.#body.style.height = `${answer.total * ROW}px`;
    this.#draw();
    this.#doEarly();
  }

  /** Do something with the active row: now, or when it has come. */
  #whenLoaded(act: (isVoid: boolean) => void): void {
    this.#early.push(act);
    this.#doEarly();
  }

  #doEarly(): void {
    while (this.#activeRow() || !this.#asked) {
      const act = this.#early.shift();
      if (!act) return;
      act(false);
    }
  }

  /** Rows are placed absolutely, so scrolling within the loaded rows draws nothing. */
  #fetchMissing(): void {
    if (!contains(this.#loaded, this.#visible(4)) && !this.#asked) void this.#load(this.#visible());
  }

  #draw(): void {
    this.#fetchMissing();
    if (this.#total === 0) {
      replace(this.#body, el("div", { attrs: { role: "row" }, style: { position: "static" } }, el("div", { class: "sk-grid-empty", attrs: { role: "gridcell" } }, this.#options.empty ?? "Nothing here")));
      this.element.removeAttribute("aria-activedescendant");
      return;
    }
    const rows = this.#rows.map((row, at) => this.#row(row, this.#loaded.first + at));
    replace(this.#body, ...rows);
    setAttribute(this.element, "aria-activedescendant", this.#activeRow() ? this.#rowId(this.#active) : null);
  }

  #row(row: Row, index: number): HTMLElement {
    const { columns, isSelectable, keyOf, onOpen } = this.#options;
    const isSelected = this.selected.has(keyOf(row));
    const tick = isSelectable
      ? el("div", { attrs: { role: "gridcell" } }, el("span", { class: isSelectable(row) ? "sk-tick" : "sk-tick sk-off", attrs: { "aria-hidden": "true" } }, isSelected ? "✓" : ""))
      : null;
    const cells = columns.map((column) => el("div", { class: column.isNumber ? "sk-number" : "", attrs: { role: "gridcell", title: column.hint?.(row) } }, column.cell(row)));
    return el(
      "div",
      {
        class: index === this.#active ? "sk-active" : "",
        attrs: { role: "row", id: this.#rowId(index), "aria-rowindex": index + 2, "aria-selected": isSelectable?.(row) ? String(isSelected) : null },
        style: { "grid-template-columns": this.#tracks, height: `${ROW}px`, top: `${index * ROW}px` },
        on: { click: (event) => this.#click(event, index), dblclick: () => onOpen?.(row) },
      },
      tick,
      ...cells,
    );
  }

  #drawHead(): void {
    const cells = this.#options.columns.map((column) => {
      const sort = this.#sort?.column === column.name ? this.#sort : null;
      const attrs = { role: "columnheader", "aria-sort": sort ? (sort.descending ? "descending" : "ascending") : null };
      const arrow = sort ? (sort.descending ? " ▾" : " ▴") : "";
      const inside = column.isSortable
        ? el("button", { class: "sk-plain", attrs: { type: "button", "data-key": `sort-${column.name}` }, on: { click: () => this.#sortBy(column.name) } }, column.title + arrow)
        : column.title;
      return el("div", { class: column.isNumber ? "sk-number" : "", attrs }, inside);
    });
    const tick = this.#options.isSelectable ? el("div", { attrs: { role: "columnheader" } }, el("span", { class: "sk-hidden" }, "Selected")) : null;
    replace(this.#head, el("div", { attrs: { role: "row", "aria-rowindex": 1 }, style: { "grid-template-columns": this.#tracks, height: `${ROW}px` } }, tick, ...cells));
  }

  #sortBy(column: string): void {
    const was = this.#sort?.column === column ? this.#sort : null;
    this.#sort = was?.descending ? null : { column, descending: was !== null };
    this.#drawHead();
    this.#head.querySelector<HTMLElement>(`[data-key="sort-${CSS.escape(column)}"]`)?.focus({ preventScroll: true });
    void this.restart();
  }

  #press(event: KeyboardEvent): void {
    if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) return;
    const { isSelectable, onOpen } = this.#options;
    if (!isMove(event.key) && !(event.key === " " && isSelectable) && !(event.key === "Enter" && onOpen)) return;
    const { key, shiftKey } = event;
    // A move needs the number of rows alone; it waits only for what was pressed before it.
    if (isMove(key) && this.#total > 0 && !this.#early.length) this.#act(key, shiftKey);
    else this.#whenLoaded((isVoid) => isVoid || this.#act(key, shiftKey));
    event.preventDefault();
    event.stopPropagation();
  }

  #act(key: string, isExtended: boolean): void {
    if (isMove(key)) return this.#move(key, isExtended);
    const row = this.#activeRow();
    if (!row) return;
    if (key === "Enter") this.#options.onOpen?.(row);
    else this.toggle(row);
  }

  #move(key: string, isExtended: boolean): void {
    const page = Math.max(Math.floor(this.element.clientHeight / ROW) - 2, 1);
    const to = rowAfterKey(key, this.#active, this.#total, page);
    if (to === null) return;
    if (isExtended) this.#extend(to);
    this.moveTo(to);
  }

  /** Make a row the active one and scroll it into view. */
  moveTo(index: number): void {
    this.#active = index;
    this.element.scrollTop = scrollTopFor(index, this.element.scrollTop, this.element.clientHeight - ROW, ROW);
    this.#draw();
  }

  #click(event: MouseEvent, index: number): void {
    const onTick = event.target instanceof Element && event.target.matches(".sk-tick");
    if (event.shiftKey) this.#extend(index);
    this.#active = index;
    const row = this.#activeRow();
    if (onTick && row && !event.shiftKey) this.toggle(row);
    else this.#draw();
    if (!onTick && row && !event.shiftKey) this.#options.onClick?.(row);
  }

  /** Select the loaded rows from the active one to another. */
  #extend(to: number): void {
    const [from, until] = [Math.min(this.#active, to), Math.max(this.#active, to)];
    const { isSelectable, keyOf } = this.#options;
    for (const [at, row] of this.#rows.entries()) {
      const index = this.#loaded.first + at;
      if (index >= from && index <= until && isSelectable?.(row)) this.selected.add(keyOf(row));
    }
    this.#selectionChanged();
  }

  /** Select or deselect a row. */
  toggle(row: Row): void {
    if (!this.#options.isSelectable?.(row)) return;
    const key = this.#options.keyOf(row);
    if (!this.selected.delete(key)) this.selected.add(key);
    this.#selectionChanged();
  }

  #selectionChanged(): void {
    this.#draw();
    this.#options.onSelection?.(this.selected);
  }

  #activeRow(): Row | undefined {
    return this.#isStale ? undefined : this.#rows[this.#active - this.#loaded.first];
  }

  #rowId(index: number): string {
    return `${this.#id}-${index}`;
  }
}
