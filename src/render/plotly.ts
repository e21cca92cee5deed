// Plotly's own source, as its package carries it: a partial bundle where that draws the figure, everything where it does not.

import { readFile } from "node:fs/promises";
import type { Figure } from "../plots/figure.js";
import { packageFile } from "./packages.js";

/** `cartesian` draws everything of `plots` in 1.4 MB; `full` (4.9 MB) adds WebGL, three dimensions and maps. */
export type PlotlyBundle = "cartesian" | "full";

const files: Record<PlotlyBundle, string> = { cartesian: "dist/plotly-cartesian.min.js", full: "dist/plotly.min.js" };

const cartesianTraces = new Set([
  "scatter",
  "bar",
  "box",
  "heatmap",
  "histogram",
  "histogram2d",
  "histogram2dcontour",
  "image",
  "pie",
  "contour",
  "scatterternary",
  "violin",
]);

const loaded = new Map<PlotlyBundle, Promise<string>>();

/** The source of a bundle; running it in a page defines `Plotly`. Read once per process. */
export function plotlyBundle(bundle: PlotlyBundle = "cartesian"): Promise<string> {
  let source = loaded.get(bundle);
  if (source === undefined) {
    source = readFile(packageFile("plotly.js", files[bundle]), "utf8");
    loaded.set(bundle, source);
    source.catch(() => loaded.delete(bundle));
  }
  return source;
}

/** The smallest bundle that draws this figure. */
export function bundleFor(figure: Figure): PlotlyBundle {
  return figure.data.every((trace) => cartesianTraces.has(String(trace.type ?? "scatter"))) ? "cartesian" : "full";
}
