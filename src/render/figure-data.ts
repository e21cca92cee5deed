// Whether something is a figure, and its text as JSON: the first step of every way out.

import { refuse } from "../arguments/index.js";
import type { Figure } from "../plots/figure.js";

/** Refuses what is not a figure, by the name of the function that was asked to draw it. */
export function checkFigure(where: string, figure: unknown): asserts figure is Figure {
  const expected = "a figure, { data: [...traces], layout: {...} }";
  if (!isRecord(figure) || !Array.isArray(figure.data) || !isRecord(figure.layout)) {
    refuse(where, "figure", expected, figure);
  }
  if (figure.frames !== undefined && !Array.isArray(figure.frames)) {
    refuse(where, "figure.frames", "a list of frames, or left out", figure.frames);
  }
  figure.data.forEach((trace, i) => {
    if (!isRecord(trace))
      refuse(where, `figure.data[${i}]`, 'a trace, an object such as { type: "scatter", x, y }', trace);
  });
}

/**
 * A figure as JSON, `{"data":[...],"layout":{...}}`, with its `frames` where it has any. Typed arrays that a caller put into it become ordinary ones, and what is not
 * finite null. Throws a RangeError where it is not a figure, or not plain data.
 *
 *     toJson({ data: [], layout: {} })   // {"data":[],"layout":{}}
 */
export function toJson(figure: Figure, where = "toJson"): string {
  checkFigure(where, figure);
  try {
    return JSON.stringify({ data: figure.data, layout: figure.layout, frames: figure.frames }, plain);
  } catch (error) {
    throw new RangeError(`${where}: figure must be plain data that JSON can carry (${(error as Error).message})`);
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<number>);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
