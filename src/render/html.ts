// A figure as one HTML page that works without a network: the library and the data are inside, and the page's own
// security policy forbids it to load anything.

import { positiveNumber } from "../arguments/index.js";
import type { Figure } from "../plots/figure.js";
import { escapeHtml, inScript } from "./escape.js";
import { toJson } from "./figure-data.js";
import { bundleFor, plotlyBundle } from "./plotly.js";

export interface HtmlOptions {
  /** Of the page; the figure's own title where left out. */
  title?: string;
  /** CSS pixels; the width of the window where left out. */
  width?: number;
  /** CSS pixels; the figure's own height, else 500, where left out. */
  height?: number;
}

/** How figures behave in a page: without Plotly's logo, which is a link, and without its server. */
export const pageConfig: Readonly<Record<string, unknown>> = {
  displaylogo: false,
  responsive: true,
  showLink: false,
  showSendToCloud: false,
  plotlyServerURL: "",
};

const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; worker-src blob:";

/** A self-contained page that shows the figure, as wide as its window unless `width` is given. */
export async function toHtml(figure: Figure, options: HtmlOptions = {}, where = "toHtml"): Promise<string> {
  const json = toJson(figure, where);
  if (options.width !== undefined) positiveNumber(where, "width", options.width);
  if (options.height !== undefined) positiveNumber(where, "height", options.height);
  const library = await plotlyBundle(bundleFor(figure));
  const height = options.height ?? layoutNumber(figure, "height") ?? 500;
  const width = options.width === undefined ? "100%" : `${options.width}px`;
  // A figure with a width of its own, such as one with equal scales, does not gain from a wider window.
  const own = options.width === undefined ? layoutNumber(figure, "width") : undefined;
  const most = own === undefined ? "none" : `${own}px`;
  const page = groundOf(figure);
  const title = options.title === undefined ? titleOf(figure) : escapeHtml(options.title);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title}</title>
<meta name="color-scheme" content="${page.scheme}">
<style>body { margin: 0; background: ${page.color}; } #figure { width: ${width}; max-width: ${most}; height: ${height}px; margin: 0 auto; }</style>
</head>
<body>
<div id="figure"></div>
<script>${inScript(library)}</script>
<script>
(function () {
  const figure = ${inScript(json)};
  delete figure.layout.width;
  delete figure.layout.height;
  figure.config = ${inScript(JSON.stringify(pageConfig))};
  Plotly.newPlot("figure", figure);
})();
</script>
</body>
</html>
`;
}

/** The colour behind the figure, which its page takes too, and whether browsers are to draw their own parts light or dark. */
function groundOf({ layout }: Figure): { color: string; scheme: "light" | "dark" } {
  const { paper_bgcolor: color } = layout;
  // Only what is surely a colour: this text goes into a style sheet.
  const channels = typeof color === "string" ? /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(color) : null;
  if (channels === null) return { color: "#FFFFFF", scheme: "light" };
  const [red, green, blue] = channels.slice(1).map((channel) => Number.parseInt(channel, 16));
  // Luma of ITU-R BT.601: what an eye makes of the three.
  return { color: channels[0], scheme: 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light" };
}

/** A number of the figure's layout, where it has one. */
export function layoutNumber(figure: Figure, name: string): number | undefined {
  const value = figure.layout[name];
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}

function titleOf(figure: Figure): string {
  const title = figure.layout.title as { text?: unknown } | string | undefined;
  const text = typeof title === "string" ? title : title?.text;
  // A figure's text has Plotly's bit of HTML in it: the first line will do, its entities may stay, tags may not.
  if (typeof text !== "string" || text === "") return "Figure";
  const [line] = text.split("<br>", 1);
  return line
    .replace(/<[^>]*>/g, "")
    .replaceAll("<", "&lt;")
    .trim();
}
