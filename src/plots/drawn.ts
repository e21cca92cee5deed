// The last step of a figure, for what it is of may be empty. Plotly would hide traces of no point, with their axes, and legends of no entry;
// its own check of figures minds the first and stumbles over the second.

import type { Figure, Trace } from "./figure.js";

/** A place on these axes where nothing is drawn. */
export function nothingAt(place: Readonly<Record<string, unknown>>): Trace {
  return { type: "scatter", mode: "lines", x: [null], y: [null], ...place, showlegend: false };
}

export function drawn({ data, layout }: Figure): Figure {
  const traces = data.map((trace) => (hasPoints(trace) ? trace : { ...trace, x: [null], y: [null] }));
  const named = traces.filter((trace) => trace.name !== undefined && trace.showlegend !== false).length;
  // Plotly shows a legend of one entry only where it is told to.
  if (named > (layout.showlegend === true ? 0 : 1)) return { data: traces, layout };
  const { legend: _, ...rest } = layout;
  return { data: traces, layout: { ...rest, showlegend: false } };
}

function hasPoints({ x, y }: Trace): boolean {
  return [x, y].every((values) => Array.isArray(values) && values.length > 0);
}
