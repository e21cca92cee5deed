// A figure's parts as they are in a column of a wider one: its axes under other numbers, what stands on the paper moved and narrowed with it.

import type { Figure, Trace } from "./figure.js";

/** Where the column is: its part of the paper's width, and by how much the numbers of axes and of axes of colours grow. */
export interface Column {
  readonly start: number;
  readonly width: number;
  readonly axisShift: number;
  readonly colorAxisShift: number;
}

type Part = Readonly<Record<string, unknown>>;

/** What annotations, shapes and images of a layout lie on where they do not say it. */
const loose: Readonly<Record<string, readonly [string, string]>> = {
  annotations: ["paper", "paper"],
  shapes: ["x", "y"],
  images: ["paper", "paper"],
};
/** Traces on a pair of axes; without a type they are `scatter`. */
const onAxes: readonly unknown[] = [
  undefined,
  ...words("scatter scattergl bar box candlestick carpet contour contourcarpet funnel heatmap histogram histogram2d"),
  ...words("histogram2dcontour image ohlc scattercarpet violin waterfall"),
];
/** Traces that say themselves which part of the paper they take. */
const withDomain: readonly unknown[] = words(
  "funnelarea icicle indicator parcats parcoords pie sankey sunburst table treemap",
);
/** Traces with a place in the legend for each of their parts, named or not. */
const cut: readonly unknown[] = ["pie", "funnelarea"];
/** Traces that have a colour bar unless they say otherwise, and no place in a legend. */
const maps: readonly unknown[] = ["heatmap", "contour", "histogram2d", "histogram2dcontour"];

/** The traces and what is in the layout: axes, axes of colours, annotations, shapes and images. */
export function inColumn(figure: Figure, column: Column): { data: Trace[]; layout: Record<string, unknown> } {
  const { start, width, axisShift, colorAxisShift } = column;
  const along = (x: unknown): unknown => (typeof x === "number" ? start + x * width : x);
  const rename = (reference: unknown): unknown => renamed(reference, axisShift);
  const layout: Record<string, unknown> = {};

  for (const [key, axis] of axesOf(figure)) {
    const [first, last] = (axis.domain as [number, number] | undefined) ?? [0, 1];
    layout[renumbered(key, "axis", axisShift)] = {
      ...axis,
      anchor: rename(axis.anchor ?? (key[0] === "x" ? "y" : "x")),
      domain: key[0] === "x" ? [along(first), along(last)] : [first, last],
      ...(axis.matches !== undefined && { matches: rename(axis.matches) }),
      ...(axis.scaleanchor !== undefined && { scaleanchor: rename(axis.scaleanchor) }),
      ...(axis.overlaying !== undefined && { overlaying: rename(axis.overlaying) }),
    };
  }
  const recoloured = (part: Part): Part => ({
    ...part,
    ...(part.coloraxis !== undefined && { coloraxis: renamedColors(part.coloraxis, colorAxisShift) }),
    ...(isWithBar(part) && { colorbar: barBeside(part.colorbar as Part | undefined) }),
  });
  const barBeside = (bar: Part = {}): Part =>
    bar.orientation === "h"
      ? { ...bar, x: along(bar.x ?? 0.5), ...(bar.lenmode !== "pixels" && { len: Number(bar.len ?? 1) * width }) }
      : { ...bar, x: along(bar.x ?? 1.02) };
  for (const [key, value] of Object.entries(figure.layout)) {
    if (!isNumbered(key, "coloraxis")) continue;
    const axis = value as Part;
    layout[renumbered(key, "coloraxis", colorAxisShift)] =
      axis.showscale === false ? axis : { ...axis, colorbar: barBeside(axis.colorbar as Part | undefined) };
  }
  for (const [kind, [looseX, looseY]] of Object.entries(loose)) {
    layout[kind] = partsOf(figure, kind).map((part) => {
      const placed = {
        ...part,
        xref: rename(part.xref ?? looseX),
        yref: rename(part.yref ?? looseY),
        ...(part.axref !== undefined && { axref: rename(part.axref) }),
        ...(part.ayref !== undefined && { ayref: rename(part.ayref) }),
      };
      return placed.xref === "paper" ? { ...placed, ...onPaper(part, along, width) } : placed;
    });
  }

  const data = figure.data.map((trace): Trace => {
    const { x: across = [0, 1], ...domain } = (trace.domain as { x?: readonly [number, number] } | undefined) ?? {};
    const place = withDomain.includes(trace.type)
      ? { domain: { ...domain, x: [along(across[0]), along(across[1])] } }
      : { xaxis: rename(trace.xaxis ?? "x"), yaxis: rename(trace.yaxis ?? "y") };
    return {
      ...trace,
      ...place,
      ...(trace.coloraxis !== undefined && { coloraxis: renamedColors(trace.coloraxis, colorAxisShift) }),
      ...(hasBar(trace) && { colorbar: barBeside(trace.colorbar as Part | undefined) }),
      ...Object.fromEntries(colouredParts(trace).map(([name, part]) => [name, recoloured(part)])),
    };
  });
  return { data, layout };
}

/** The type of the first trace that is on no pair of axes and has no domain of its own; undefined where all can be put into a column. */
export function homelessType({ data }: Figure): unknown {
  return data.find(({ type }) => !onAxes.includes(type) && !withDomain.includes(type))?.type;
}

/** The figure's axes; a pair of plain ones where the layout has none and something lies on them. */
export function axesOf(figure: Figure): [string, Part][] {
  const found = Object.entries(figure.layout).filter(([key]) => isNumbered(key, "axis")) as [string, Part][];
  if (figure.data.length > 0 && figure.data.every(({ type }) => withDomain.includes(type))) return found;
  const keys = found.map(([key]) => key);
  return [...found, ...["xaxis", "yaxis"].filter((key) => !keys.includes(key)).map((key): [string, Part] => [key, {}])];
}

/** How many numbers a figure's axes of this sort take: `axis` or `coloraxis`. */
export function numbersTaken(figure: Figure, sort: "axis" | "coloraxis"): number {
  const keys = sort === "axis" ? axesOf(figure).map(([key]) => key) : Object.keys(figure.layout);
  return Math.max(0, ...keys.filter((key) => isNumbered(key, sort)).map((key) => Number(/\d*$/.exec(key)?.[0] || "1")));
}

/** The colour bars that stand upright, at the right of what they explain. */
export function uprightBars(figure: Figure): Part[] {
  const axes = Object.entries(figure.layout).filter(([key]) => isNumbered(key, "coloraxis"));
  const bars = [
    ...figure.data.filter(hasBar).map((trace) => trace.colorbar),
    ...figure.data.flatMap(colouredParts).flatMap(([, part]) => (isWithBar(part) ? [part.colorbar] : [])),
    ...axes.filter(([, axis]) => (axis as Part).showscale !== false).map(([, axis]) => (axis as Part).colorbar),
  ].map((bar): Part => (bar as Part | undefined) ?? {});
  return bars.filter(({ orientation, x }) => orientation !== "h" && !(typeof x === "number" && x < 1));
}

/** Whether the trace has an entry in its figure's legend, or several. */
export function isInLegend(trace: Trace, { layout }: Figure): boolean {
  if (layout.showlegend === false) return false;
  if (isCut(trace)) return trace.showlegend !== false;
  if (trace.name === undefined) return false;
  return maps.includes(trace.type) ? trace.showlegend === true : trace.showlegend !== false;
}

function hasBar(trace: Trace): boolean {
  return maps.includes(trace.type) && trace.coloraxis === undefined && trace.showscale !== false;
}

/** Whether a trace of this type is in no legend, whatever it says. */
export function isOutsideLegends({ type }: Trace): boolean {
  return withDomain.includes(type) && !cut.includes(type);
}

/** Whether the legend has the trace's parts in place of itself. */
export function isCut({ type }: Trace): boolean {
  return cut.includes(type);
}

/** The parts of a trace that may have a scale of colours. */
function colouredParts({ marker, line }: Trace): [string, Part][] {
  return Object.entries({ marker, line }).filter((entry): entry is [string, Part] => entry[1] !== undefined);
}

function isWithBar({ showscale, colorbar, coloraxis }: Part): boolean {
  return coloraxis === undefined && (showscale === true || (colorbar !== undefined && showscale !== false));
}

function partsOf({ layout }: Figure, kind: string): readonly Part[] {
  return (layout[kind] as Part[] | undefined) ?? [];
}

function isNumbered(key: string, sort: string): boolean {
  return sort === "axis" ? /^[xy]axis\d*$/.test(key) : /^coloraxis\d*$/.test(key);
}

/** `xaxis2` becomes `xaxis4` for a shift of two. */
function renumbered(key: string, sort: string, shift: number): string {
  const end = key.indexOf(sort) + sort.length;
  return key.slice(0, end) + numberedBy(key.slice(end), shift);
}

/** `x` becomes `x3`, `y2 domain` becomes `y4 domain` for a shift of two; what names no axis stays. */
function renamed(reference: unknown, shift: number): unknown {
  if (typeof reference !== "string") return reference;
  return reference.replace(
    /^([xy])(\d*)(?= domain$|$)/,
    (_, letter: string, number: string) => letter + numberedBy(number, shift),
  );
}

function renamedColors(reference: unknown, shift: number): unknown {
  return typeof reference === "string" ? renumbered(reference, "coloraxis", shift) : reference;
}

/** The first of a sort has no number. */
function numberedBy(number: string, shift: number): string {
  const index = Number(number || "1") + shift;
  return index === 1 ? "" : String(index);
}

/** What changes of an annotation, a shape or an image on the paper: the numbers that are places across it, and the width. */
function onPaper(part: Part, along: (x: unknown) => unknown, width: number): Part {
  // Pixels are counted from the anchor.
  const places = part.xsizemode === "pixel" ? ["xanchor"] : ["x", "x0", "x1"];
  return {
    ...Object.fromEntries(places.filter((name) => name in part).map((name) => [name, along(part[name])])),
    ...(typeof part.path === "string" && part.xsizemode !== "pixel" && { path: pathAlong(part.path, along) }),
    ...(typeof part.sizex === "number" && { sizex: part.sizex * width }),
  };
}

/** A path as Plotly reads it, its places across moved: all numbers of H, none of V, and every other one of the rest. */
function pathAlong(path: string, along: (x: unknown) => unknown): string {
  return path.replace(/([MLHVQCTSZ])([^MLHVQCTSZ]*)/g, (_, command: string, numbers: string) => {
    let count = 0;
    const moved = numbers.replace(/[^\s,]+/g, (number) => {
      const isAcross = command === "H" || (command !== "V" && count % 2 === 0);
      count++;
      return isAcross ? String(along(Number(number))) : number;
    });
    return command + moved;
  });
}

function words(text: string): string[] {
  return text.split(" ");
}
