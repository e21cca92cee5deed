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
    const marker = trace.marker as Part | undefined;
    return {
      ...trace,
      xaxis: rename(trace.xaxis ?? "x"),
      yaxis: rename(trace.yaxis ?? "y"),
      ...(trace.coloraxis !== undefined && { coloraxis: renamedColors(trace.coloraxis, colorAxisShift) }),
      ...(hasBar(trace) && { colorbar: barBeside(trace.colorbar as Part | undefined) }),
      ...(marker !== undefined && {
        marker: {
          ...marker,
          ...(marker.coloraxis !== undefined && { coloraxis: renamedColors(marker.coloraxis, colorAxisShift) }),
          ...(hasMarkerBar(trace) && { colorbar: barBeside(marker.colorbar as Part | undefined) }),
        },
      }),
    };
  });
  return { data, layout };
}

/** The figure's axes; a pair of plain ones where the layout has none. */
export function axesOf(figure: Figure): [string, Part][] {
  const found = Object.entries(figure.layout).filter(([key]) => isNumbered(key, "axis")) as [string, Part][];
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
    ...figure.data.filter(hasMarkerBar).map((trace) => (trace.marker as Part).colorbar),
    ...axes.filter(([, axis]) => (axis as Part).showscale !== false).map(([, axis]) => (axis as Part).colorbar),
  ].map((bar): Part => (bar as Part | undefined) ?? {});
  return bars.filter(({ orientation, x }) => orientation !== "h" && !(typeof x === "number" && x < 1));
}

/** Whether the trace has an entry in its figure's legend. */
export function isInLegend(trace: Trace, { layout }: Figure): boolean {
  if (layout.showlegend === false || trace.name === undefined) return false;
  return maps.includes(trace.type) ? trace.showlegend === true : trace.showlegend !== false;
}

function hasBar(trace: Trace): boolean {
  return maps.includes(trace.type) && trace.coloraxis === undefined && trace.showscale !== false;
}

function hasMarkerBar({ marker }: Trace): boolean {
  const { showscale, colorbar, coloraxis } = (marker as Part | undefined) ?? {};
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
