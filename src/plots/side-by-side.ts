// Several figures as one: each becomes a column, with its own axes and its title above it.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { type Figure, isFigure, type Trace } from "./figure.js";
import { asText, layout, legendBelow } from "./theme.js";

export interface SideBySideOptions {
  title?: string;
  /** CSS pixels of each column, 460 where left out. */
  columnWidth?: number;
}

type Axis = Record<string, unknown>;

/**
 * Puts figures with Cartesian axes side by side, in the order given; `titles` (their own titles where left out) stand above.
 * A name that several figures have stands in the legend once, and a click on it hides all of its traces. Throws a RangeError
 * where there is no figure, the number of titles is another, or a figure is one in space or moves.
 *
 *     plots.sideBySide([plots.scatter2d(unit), plots.scatter2d(scaled)], ["unit mass", "mass 0.1, 1"])
 */
export function sideBySide(
  figures: readonly Figure[],
  titles?: readonly string[],
  options: SideBySideOptions = {},
): Figure {
  const where = "plots.sideBySide";
  if (!Array.isArray(figures) || figures.length === 0)
    refuse(where, "figures", "a list of at least one figure", figures);
  figures.forEach((figure, i) => {
    if (!isFigure(figure)) refuse(where, `figures[${i}]`, "a figure, { data, layout }", figure);
    if (figure.layout.scene !== undefined || figure.frames !== undefined)
      refuse(where, `figures[${i}]`, "a standing figure in the plane", figure);
  });
  knownOptions(where, options, ["title", "columnWidth"]);
  if (titles !== undefined && titles?.length !== figures.length)
    refuse(where, "titles", `${figures.length} titles`, titles);
  const columnWidth = positiveNumber(where, "columnWidth", options.columnWidth ?? 460);
  const gap = figures.length === 1 ? 0 : 0.22 / figures.length;
  const width = (1 - gap * (figures.length - 1)) / figures.length;
  const traces: Trace[] = [];
  const axes: Record<string, Axis> = {};
  const [annotations, shapes]: [unknown[], unknown[]] = [[], []];
  const named = new Set<unknown>();
  // Room for what panels have above them, their names: a title in the middle of a column would stand on one.
  const lift = figures.some(({ layout: { annotations: own } }) => Array.isArray(own) && own.length > 0) ? 18 : 0;
  let shift = 0;

  figures.forEach((figure, column) => {
    const start = column * (width + gap);
    const along = (x: unknown): unknown => (typeof x === "number" ? start + x * width : x);
    const rename = (reference: unknown): unknown => renamed(reference, shift);
    for (const [key, value] of axisEntries(figure)) {
      const axis = value as Axis;
      const [first, last] = (axis.domain as [number, number] | undefined) ?? [0, 1];
      const letter = key[0];
      axes[
        `${letter}axis${rename(letter + key.slice(5))!
          .toString()
          .slice(1)}`
      ] = {
        ...axis,
        anchor: rename(axis.anchor ?? (letter === "x" ? "y" : "x")),
        domain: letter === "x" ? [along(first), along(last)] : [first, last],
        ...(axis.matches !== undefined && { matches: rename(axis.matches) }),
        ...(axis.scaleanchor !== undefined && { scaleanchor: rename(axis.scaleanchor) }),
      };
    }
    for (const trace of figure.data) {
      const isNamed = trace.showlegend !== false && trace.name !== undefined;
      traces.push({
        ...trace,
        xaxis: rename(trace.xaxis ?? "x"),
        yaxis: rename(trace.yaxis ?? "y"),
        ...(trace.name !== undefined && { legendgroup: trace.legendgroup ?? trace.name }),
        ...(isNamed && { showlegend: !named.has(trace.name) }),
      });
      if (isNamed) named.add(trace.name);
    }
    for (const item of (figure.layout.annotations as Axis[] | undefined) ?? []) {
      annotations.push({
        ...item,
        xref: rename(item.xref ?? "paper"),
        yref: rename(item.yref ?? "paper"),
        ...(item.xref === "paper" && { x: along(item.x) }),
      });
    }
    for (const item of (figure.layout.shapes as Axis[] | undefined) ?? []) {
      shapes.push({
        ...item,
        xref: rename(item.xref),
        yref: rename(item.yref),
        ...(item.xref === "paper" && { x0: along(item.x0), x1: along(item.x1) }),
      });
    }
    annotations.push({
      text: titles === undefined ? titleOf(figure) : asText(titles[column]),
      xref: "paper",
      yref: "paper",
      x: start + width / 2,
      y: 1,
      xanchor: "center",
      yanchor: "bottom",
      yshift: 8 + lift,
      showarrow: false,
      font: { size: 14 },
    });
    shift += Math.max(...axisEntries(figure).map(([key]) => Number(key.slice(5) || "1")), 1);
  });

  const heights = figures.map((figure) => (typeof figure.layout.height === "number" ? figure.layout.height : 460));
  return {
    data: traces,
    layout: layout(options.title ?? "", {
      ...axes,
      annotations,
      shapes,
      width: columnWidth * figures.length,
      height: Math.min(Math.max(...heights) + 40, columnWidth + 110) + lift,
      legend: { ...legendBelow(), itemsizing: "constant" },
      margin: { l: 64, r: 28, t: (options.title === undefined ? 48 : 84) + lift, b: 92 },
    }),
  };
}

/** The figure's axes; a pair of plain ones where the layout has none. */
function axisEntries(figure: Figure): [string, unknown][] {
  const found = Object.entries(figure.layout).filter(([key]) => /^[xy]axis\d*$/.test(key));
  const keys = found.map(([key]) => key);
  return [
    ...found,
    ...["xaxis", "yaxis"].filter((key) => !keys.includes(key)).map((key): [string, unknown] => [key, {}]),
  ];
}

/** `x` becomes `x3`, `y2 domain` becomes `y4 domain` for a shift of two; what names no axis stays. */
function renamed(reference: unknown, shift: number): unknown {
  if (typeof reference !== "string") return reference;
  return reference.replace(/^([xy])(\d*)(?= domain$|$)/, (_, letter: string, number: string) => {
    const index = Number(number || "1") + shift;
    return letter + (index === 1 ? "" : String(index));
  });
}

function titleOf(figure: Figure): string {
  const title = figure.layout.title as { text?: string } | string | undefined;
  return ((typeof title === "string" ? title : title?.text) ?? "").replace(/<br>.*$/s, "");
}
