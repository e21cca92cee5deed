// Several figures as one: each becomes a column, with its own axes and its title above it.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { type Figure, isFigure, type Trace } from "./figure.js";
import { homelessType, inColumn, isCut, isInLegend, isOutsideLegends, numbersTaken, uprightBars } from "./in-column.js";
import { asText, layout, legendBelow } from "./theme.js";

export interface SideBySideOptions {
  title?: string;
  /** CSS pixels of each column, 460 where left out. */
  columnWidth?: number;
}

/** CSS pixels left and right of the columns. */
const margins = { l: 64, r: 28 };

/**
 * Puts figures side by side, in the order given; `titles` (their own titles where left out) stand above.
 * A name that several figures have stands in the legend once, and a click on it hides all of its traces; a colour bar stays beside its figure. Throws a RangeError
 * where there is no figure, the number of titles is another, or a figure moves, or has traces in space, on polar axes, on a map or in a triangle.
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
    const type = homelessType(figure);
    if (type !== undefined)
      refuse(where, `figures[${i}]`, "a figure whose traces lie on x and y axes or have a domain", type);
    if (figure.layout.grid !== undefined)
      refuse(where, `figures[${i}].layout.grid`, "left out, and each panel's domain said", figure.layout.grid);
  });
  knownOptions(where, options, ["title", "columnWidth"]);
  if (titles !== undefined && titles?.length !== figures.length)
    refuse(where, "titles", `${figures.length} titles`, titles);
  const columnWidth = positiveNumber(where, "columnWidth", options.columnWidth ?? 460);
  const gap = figures.length === 1 ? 0 : 0.22 / figures.length;
  const width = (1 - gap * (figures.length - 1)) / figures.length;
  const paper = Math.max(1, columnWidth * figures.length - margins.l - margins.r);
  const data: Trace[] = [];
  const parts: Record<string, unknown> = {};
  const together: Record<string, unknown[]> = { annotations: [], shapes: [], images: [] };
  const named = new Set<unknown>();
  // Room for what panels have above them, their names: a title in the middle of a column would stand on one.
  const lift = Math.max(...figures.map(roomAbove));
  let [axisShift, colorAxisShift] = [0, 0];

  figures.forEach((figure, i) => {
    const start = i * (width + gap);
    const column = { start, width: Math.max(width - roomForBar(figure) / paper, width / 2), axisShift, colorAxisShift };
    const { data: traces, layout: own } = inColumn(figure, column);
    for (const [key, value] of Object.entries(own)) {
      if (key in together) together[key].push(...(value as unknown[]));
      else parts[key] = value;
    }
    for (const trace of traces) {
      if (isOutsideLegends(trace)) {
        data.push(trace);
        continue;
      }
      const isNamed = isInLegend(trace, figure);
      data.push({
        ...trace,
        ...(trace.name !== undefined && { legendgroup: trace.legendgroup ?? trace.name }),
        ...((isNamed || isCut(trace) || trace.name !== undefined) && {
          showlegend: isNamed && (isCut(trace) || !named.has(trace.name)),
        }),
      });
      if (isNamed) named.add(isCut(trace) ? trace : trace.name);
    }
    together.annotations.push({
      text: titles === undefined ? titleOf(figure) : asText(titles[i]),
      xref: "paper",
      yref: "paper",
      x: start + column.width / 2,
      y: 1,
      xanchor: "center",
      yanchor: "bottom",
      yshift: 8 + lift,
      showarrow: false,
      font: { size: 14 },
    });
    axisShift += numbersTaken(figure, "axis");
    colorAxisShift += numbersTaken(figure, "coloraxis");
  });

  const heights = figures.map((figure) => (typeof figure.layout.height === "number" ? figure.layout.height : 460));
  const { images, ...always } = together;
  return {
    data,
    layout: layout(options.title ?? "", {
      ...ofBars(figures),
      ...parts,
      ...always,
      ...(images.length > 0 && { images }),
      width: columnWidth * figures.length,
      height: Math.min(Math.max(...heights) + 40, columnWidth + 110) + lift,
      ...(named.size > 0 ? { legend: { ...legendBelow(), itemsizing: "constant" } } : { showlegend: false }),
      margin: { ...margins, t: (options.title === undefined ? 48 : 84) + lift, b: named.size > 0 ? 92 : 60 },
    }),
  };
}

/** CSS pixels that names of panels take, or the names and largest values of parallel coordinates. */
function roomAbove({ data, layout: { annotations } }: Figure): number {
  if (data.some(({ type }) => type === "parcoords" || type === "parcats")) return 36;
  return Array.isArray(annotations) && annotations.length > 0 ? 18 : 0;
}

/** CSS pixels that a colour bar at the figure's right takes with its numbers and its title; 0 where there is none. */
function roomForBar(figure: Figure): number {
  const rooms = uprightBars(figure).map(({ title, thickness }) => {
    const text = titleText(title);
    const longest = Math.max(...text.split("<br>").map((line) => line.length));
    return 24 + Math.max(Number(thickness ?? 30) + 44, 7 * longest);
  });
  return Math.max(0, ...rooms);
}

/** How bars stand beside each other holds for a whole figure: as the first says that says it. */
function ofBars(figures: readonly Figure[]): Record<string, unknown> {
  const all = Object.assign({}, ...[...figures].reverse().map(({ layout: own }) => own)) as Figure["layout"];
  return Object.fromEntries(
    ["barmode", "bargap", "bargroupgap"].filter((key) => key in all).map((key) => [key, all[key]]),
  );
}

function titleOf(figure: Figure): string {
  return titleText(figure.layout.title).replace(/<br>.*$/s, "");
}

function titleText(title: unknown): string {
  return (typeof title === "string" ? title : (title as { text?: string } | undefined)?.text) ?? "";
}
