/** The cost planner: controls on the left, results on the right; Python does the arithmetic. */

import { duration, ticks, timeUnit } from "../shared/axis.ts";
import { Bridge, type Context } from "../shared/bridge.ts";
import { el, replace, svg, type Child } from "../shared/dom.ts";
import { count, dollars, percent } from "../shared/format.ts";
import { keyboard } from "../shared/keyboard.ts";

interface Choices {
  models: { names: string[]; per_hour: number | null }[];
  features: { option: string; name: string; per_hour: Record<string, number | null> }[];
  concurrent_jobs: number[];
  upload_mbps: (number | null)[];
  rates_of: string;
}

interface Settings {
  models: string[];
  features: string[];
  concurrent_jobs: number;
  upload_mbps: number | null;
  budget_usd: number | null;
}

type Row = Record<string, number | string | null>;

interface Figures {
  row: Row;
  stages: { stage: string; alone_s: number | null; share: number | null; meaning: string }[];
  curve: { audio_hours: number[]; at_s_10: number[]; at_s_50: number[]; at_s_90: number[] };
  assumptions: string[];
  call: string;
}

const EXCLUDED = { in_corpus: "in the corpus already", refused: "refused", duplicates: "duplicates", held: "held back by the budget" };
const DEBOUNCE_MS = 120; // a dragged slider passes through many values
const PLOT = { width: 460, height: 190, left: 48, bottom: 34, top: 16, right: 12 };

function render(context: Context): () => void {
  const bridge = new Bridge(context, "Cost planner");
  const choices = bridge.trait<Choices>("choices");
  let settings = { ...bridge.trait<Settings>("settings") };
  let timer = 0;

  const change = (changes: Partial<Settings>, pause = 0) => {
    settings = { ...settings, ...changes };
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      bridge.announce("Calculating …");
      bridge.send("change_settings", { settings });
    }, pause);
  };
  bridge.onClose(() => window.clearTimeout(timer));

  const controls = el("form", { class: "sk-planner-settings", attrs: { "aria-label": "Settings of the plan" }, on: { submit: (event) => event.preventDefault() } });
  const facts = el("dl", { class: "sk-planner-facts" });
  const picture = el("div");
  const stages = el("table", { class: "sk-figures" });
  const assumptions = el("ul");
  const call = el("code");
  const results = el("div", { class: "sk-stack" }, facts, picture, stages);

  replace(
    controls,
    modelsControl(choices, settings, (models) => change({ models })),
    featuresControl(choices, settings, (features) => change({ features })),
    slider("jobs", "Jobs at once", choices.concurrent_jobs, settings.concurrent_jobs, count, (value) => change({ concurrent_jobs: value ?? 1 }, DEBOUNCE_MS)),
    slider("upload", "Upload bandwidth", choices.upload_mbps, settings.upload_mbps, (value) => (value === null ? "not limited" : `${count(value)} Mbit/s`), (value) => change({ upload_mbps: value }, DEBOUNCE_MS)),
    budgetControl(settings, (budget_usd) => change({ budget_usd }, DEBOUNCE_MS)),
  );
  const help = keyboard(bridge.root, "Keys of the cost planner", [
    { keys: ["ArrowLeft", "ArrowRight"], does: "Move the slider, or choose another model" },
    { keys: [" "], does: "Turn a feature on or off" },
    { keys: ["c"], does: "Copy the call", run: () => void copy(bridge) },
  ]);
  bridge.body.append(
    el("div", { class: "sk-row" }, el("h3", {}, "Plan of a batch"), el("span", { class: "sk-spread" }), help),
    el("div", { class: "sk-planner" }, controls, results),
    el("details", {}, el("summary", {}, `Assumptions (rates of ${choices.rates_of})`), assumptions),
    el(
      "div",
      { class: "sk-row sk-planner-call" },
      el("pre", { attrs: { tabindex: 0, "aria-label": "The call that sends this plan" } }, call),
      el("button", { attrs: { type: "button" }, on: { click: () => void copy(bridge) } }, "Copy the call"),
    ),
  );
  bridge.follow<Figures>("figures", (figures) => {
    bridge.announce("");
    replace(facts, ...factsOf(figures.row));
    replace(picture, chart(figures));
    replace(stages, ...stageRows(figures.stages));
    replace(assumptions, ...figures.assumptions.map((text) => el("li", {}, text)));
    call.textContent = figures.call;
  });
  return bridge.close;
}

async function copy(bridge: Bridge): Promise<void> {
  try {
    await navigator.clipboard.writeText(bridge.trait<Figures>("figures").call);
    bridge.announce("Copied.");
  } catch {
    bridge.announce("The browser does not let the page copy; select the call and copy it by hand.");
  }
}

function fieldset(legend: string, ...children: Child[]): HTMLFieldSetElement {
  return el("fieldset", {}, el("legend", {}, legend), ...children);
}

function modelsControl(choices: Choices, settings: Settings, choose: (names: string[]) => void): HTMLElement {
  const group = `models-${Math.random().toString(36).slice(2)}`;
  const radios = choices.models.map(({ names, per_hour }) =>
    el(
      "label",
      {},
      el("input", {
        attrs: { type: "radio", name: group, checked: String(names) === String(settings.models) },
        on: { change: () => choose(names) },
      }),
      names.join(", else "),
      el("span", { class: "sk-muted" }, per_hour === null ? "no rate" : `${rate(per_hour)}/h`),
    ),
  );
  return fieldset("Model", ...radios);
}

function featuresControl(choices: Choices, settings: Settings, choose: (options: string[]) => void): HTMLElement {
  const chosen = new Set(settings.features);
  const boxes = choices.features.map(({ option, name, per_hour }) => {
    const rates = Object.values(per_hour).filter((price) => price !== null);
    const price = rates.length ? `+${rate(Math.max(...rates))}/h` : "no rate";
    const models = Object.keys(per_hour);
    const box = el("input", {
      attrs: { type: "checkbox", checked: chosen.has(option) },
      on: {
        change: () => {
          if (box.checked) chosen.add(option);
          else chosen.delete(option);
          choose([...chosen]);
        },
      },
    });
    return el("label", {}, box, name, el("span", { class: "sk-muted" }, `${price}${models.length === 1 ? `, ${models[0]} only` : ""}`));
  });
  return fieldset("Features", ...boxes);
}

function slider<T extends number | null>(key: string, label: string, values: T[], value: T, write: (value: T) => string, choose: (value: T) => void): HTMLElement {
  const at = Math.max(0, values.indexOf(value));
  const shown = el("output", {}, write(values[at] as T));
  const range = el("input", {
    attrs: { type: "range", min: 0, max: values.length - 1, step: 1, value: at, "aria-label": label, "aria-valuetext": write(values[at] as T), "data-key": key },
    on: {
      input: () => {
        const chosen = values[Number(range.value)] as T;
        shown.textContent = write(chosen);
        range.setAttribute("aria-valuetext", write(chosen));
        choose(chosen);
      },
    },
  });
  return el("div", { class: "sk-planner-slider" }, el("span", {}, label), shown, range);
}

function budgetControl(settings: Settings, choose: (usd: number | null) => void): HTMLElement {
  const field = el("input", {
    attrs: { type: "number", min: 0, step: "any", value: settings.budget_usd, placeholder: "none", "data-key": "budget" },
    on: { input: () => choose(field.value.trim() === "" ? null : Number(field.value)) },
  });
  return el("label", { class: "sk-planner-budget" }, "Budget, US dollars", field);
}

function factsOf(row: Row): HTMLElement[] {
  const figure = (name: string) => row[name] as number | null;
  const excluded = Object.entries(EXCLUDED).filter(([name]) => figure(name)).map(([name, said]) => `${count(figure(name))} ${said}`);
  const assumed = figure("unknown_duration") ? `and ${dollars(figure("assumed_usd"))} for ${count(figure("unknown_duration"))} of assumed length` : "";
  const budget = figure("budget_usd") === null ? "" : `of a budget of ${dollars(figure("budget_usd"))}`;
  const held = figure("held") ? `all ${count((figure("jobs") ?? 0) + (figure("held") ?? 0))} recordings: ${price(figure("usd_without_budget"))}` : "";
  const facts: [string, string, string][] = [
    ["Cost", price(figure("usd")), [[assumed, budget].filter(Boolean).join(", "), held].filter(Boolean).join("; ")],
    ["Time", duration(figure("wall_s_50")), `9 times in 10 within ${duration(figure("wall_s_90"))}`],
    ["Audio", `${(figure("audio_hours") ?? 0).toLocaleString("en-US", { maximumFractionDigits: 1 })} h`, [`${count(figure("jobs"))} recordings`, ...excluded].join(", ")],
    ["Limited by", String(row["bottleneck"] ?? "–"), `${count(figure("requests"))} requests`],
  ];
  return facts.map(([name, value, more], place) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, el("strong", {}, value), place === 0 && budgetLine(figure("usd"), figure("budget_usd")), el("span", { class: "sk-muted" }, more))),
  );
}

function price(usd: number | null): string {
  return usd === null ? "no rate" : dollars(usd);
}

/** A bar: the share of the budget that the plan takes. */
function budgetLine(usd: number | null, budget: number | null): HTMLElement | false {
  if (usd === null || budget === null) return false;
  const share = Math.min(1, usd / budget);
  return el("div", { class: "sk-planner-used", attrs: { role: "img", "aria-label": `${percent(share)} of the budget` } }, el("div", { style: { width: `${share * 100}%` } }));
}

/** Format a price per hour: to the cent, where that is exact. */
function rate(usd: number): string {
  return Math.abs(usd * 100 - Math.round(usd * 100)) < 1e-9 ? `$${usd.toFixed(2)}` : dollars(usd);
}

function stageRows(stages: Figures["stages"]): HTMLElement[] {
  const rows = stages
    .filter(({ share }) => (share ?? 0) >= 0.005)
    .map(({ stage, alone_s, share, meaning }) =>
      el(
        "tr",
        {},
        el("th", { attrs: { scope: "row", title: meaning } }, stage),
        el("td", {}, el("div", { class: "sk-planner-bar", attrs: { "aria-hidden": "true" }, style: { width: `${Math.max(2, Math.min(1, share ?? 0) * 120)}px` } })),
        el("td", { class: "sk-number" }, duration(alone_s)),
        el("td", { class: "sk-number sk-muted" }, percent(share)),
      ),
    );
  return [el("caption", {}, "If only this stage took time"), el("tbody", {}, ...rows)];
}

/** Draw the hours of audio done over time: the median as a line, the middle 80 % as a band. */
function chart({ curve, row }: Figures): SVGSVGElement | HTMLElement {
  const { width, height, left, bottom, top, right } = PLOT;
  const end = Math.max(...curve.at_s_90);
  const hours = Math.max(...curve.audio_hours);
  if (!(end > 0) || !(hours > 0)) return el("p", { class: "sk-muted" }, "Nothing to send.");
  const x = (seconds: number) => left + (seconds / end) * (width - left - right);
  const y = (value: number) => height - bottom - (value / hours) * (height - bottom - top);
  const [unit, name] = timeUnit(end);
  const line = (times: number[]) => times.map((at, place) => `${x(at).toFixed(1)},${y(curve.audio_hours[place] ?? 0).toFixed(1)}`);
  const marks: [string, number][] = [
    ["50 %", row["wall_s_50"] as number],
    ["90 %", row["wall_s_90"] as number],
  ];
  const told = `Hours of audio done over time: ${Math.round(hours * 10) / 10} hours after ${duration(marks[0]?.[1])}, nine times in ten after ${duration(marks[1]?.[1])}`;
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": told, class: "sk-figure sk-planner-chart" },
    ...ticks(hours).flatMap((value) => [
      svg("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), stroke: "var(--sk-line)" }),
      svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, value.toLocaleString("en-US")),
    ]),
    ...ticks(end / unit).map((value) => svg("text", { x: x(value * unit), y: height - bottom + 15, "text-anchor": "middle" }, value.toLocaleString("en-US"))),
    svg("text", { x: (left + width) / 2, y: height - 4, "text-anchor": "middle" }, `${name} since the start`),
    svg("text", { x: 0, y: 10 }, "h of audio done"),
    svg("polygon", { points: [...line(curve.at_s_10), ...line(curve.at_s_90).reverse()].join(" "), fill: "var(--sk-1)", "fill-opacity": 0.2 }),
    svg("polyline", { points: line(curve.at_s_50).join(" "), fill: "none", stroke: "var(--sk-1)", "stroke-width": 2 }),
    ...marks.flatMap(([chance, at], place) => [
      svg("line", { x1: x(at), x2: x(at), y1: top, y2: height - bottom, stroke: "var(--sk-muted)", "stroke-dasharray": "4 3" }),
      svg("text", { x: x(at) - 4, y: height - bottom - 8 - 14 * place, "text-anchor": "end" }, `${chance} ${duration(at)}`),
    ]),
  );
}

export default { render };
