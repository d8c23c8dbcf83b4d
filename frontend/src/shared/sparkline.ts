/** A small line chart in SVG. */

import { svg } from "./dom.ts";

/** Draw values at equal steps as a filled line with the last value marked; `label` describes it for screen readers. */
export function sparkline(values: readonly number[], label: string, width = 160, height = 32): SVGSVGElement {
  const most = Math.max(...values, 1e-9);
  const x = (at: number) => (values.length > 1 ? (at / (values.length - 1)) * width : width);
  const y = (value: number) => height - 1 - (value / most) * (height - 4);
  const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
  const last = values.at(-1);
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label, class: "sk-figure" },
    values.length > 1 && svg("polygon", { points: `0,${height} ${points.join(" ")} ${width},${height}`, fill: "var(--sk-1)", "fill-opacity": 0.15 }),
    values.length > 1 && svg("polyline", { points: points.join(" "), fill: "none", stroke: "var(--sk-1)", "stroke-width": 1.5 }),
    last !== undefined && svg("circle", { cx: x(values.length - 1), cy: y(last), r: 2.5, fill: "var(--sk-1)" }),
  );
}
