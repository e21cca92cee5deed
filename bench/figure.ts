// The results as a picture, bench/results.svg: how much of its limit each benchmark uses, on a logarithmic axis. What lies left of
// the line keeps its limit.

import type { Figure } from "../src/index.js";
import { importBuilt } from "./built.js";
import { meets, type Row } from "./report.js";

const SHARES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** The share of its limit that a row uses: below 1 where it is kept, whichever way the limit points. */
export function shareOfLimit({ value, limit }: Row): number | undefined {
  if (limit?.atMost !== undefined) return limit.atMost > 0 ? value / limit.atMost : undefined;
  return limit?.atLeast !== undefined && value > 0 ? limit.atLeast / value : undefined;
}

/** One dot per row that has a limit, grouped by benchmark in the order of `results`. */
export function resultsFigure(results: Readonly<Record<string, readonly Row[]>>): Figure {
  const dots = Object.entries(results).flatMap(([name, rows]) =>
    rows.flatMap((row) => {
      const share = shareOfLimit(row);
      return share === undefined ? [] : [{ label: `${name}: ${row.what}`, share, kept: meets(row) }];
    }),
  );
  const trace = (kept: boolean, name: string, color: string) => {
    const shown = dots.filter((dot) => dot.kept === kept);
    return {
      type: "scatter",
      mode: "markers",
      name,
      x: shown.map(({ share }) => share),
      y: shown.map(({ label }) => label),
      marker: { color, size: 9 },
    };
  };
  return {
    data: [trace(true, "kept", "#0072B2"), trace(false, "missed", "#D55E00")],
    layout: {
      title: { text: "How much of its limit each benchmark uses", x: 0.02, xanchor: "left" },
      width: 1100,
      height: 110 + 24 * dots.length,
      margin: { l: 80, r: 30, t: 60, b: 50 },
      showlegend: dots.some(({ kept }) => !kept),
      xaxis: { type: "log", title: { text: "share of the limit" }, tickvals: SHARES, ticktext: SHARES.map(String) },
      yaxis: {
        automargin: true,
        autorange: "reversed",
        categoryorder: "array",
        categoryarray: dots.map(({ label }) => label),
      },
      shapes: [{ type: "line", x0: 1, x1: 1, yref: "paper", y0: 0, y1: 1, line: { color: "#222222", width: 1 } }],
    },
  };
}

/** Draws the results into bench/results.svg. */
export async function draw(results: Readonly<Record<string, readonly Row[]>>): Promise<void> {
  const { save } = await importBuilt();
  const { pathname } = new URL("results.svg", import.meta.url);
  await save(resultsFigure(results), decodeURIComponent(pathname));
}
