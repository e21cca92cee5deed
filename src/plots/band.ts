// A line and the interval around it, point by point.

import type { Trace } from "./figure.js";
import { seriesColor, translucent } from "./theme.js";

export interface Band {
  x: (number | null)[];
  lower: (number | null)[];
  upper: (number | null)[];
}

/** The interval as a filled band in the colour of a series; nothing where none of its points are known. `look`: axes, and the group in the legend. */
export function bandTraces(
  { x, lower, upper }: Band,
  series: number,
  look: Readonly<Record<string, unknown>> = {},
): Trace[] {
  const there = x.flatMap((_, k) => (lower[k] === null || upper[k] === null ? [] : [k]));
  if (there.length === 0) return [];
  const back = [...there].reverse();
  return [
    {
      type: "scatter",
      mode: "lines",
      x: [...there, ...back].map((k) => x[k]),
      y: [...there.map((k) => upper[k]), ...back.map((k) => lower[k])],
      fill: "toself",
      fillcolor: translucent(seriesColor(series), 0.16),
      line: { width: 0 },
      showlegend: false,
      hoverinfo: "skip",
      ...look,
    },
  ];
}
