// A figure as a piece of HTML for a notebook's output: it works offline, beside other figures, and beside the module
// loader of the classic notebook. Plotly's source comes with one figure of a notebook and serves the others.

import type { Figure } from "../plots/figure.js";
import { escapeHtml, inScript } from "../render/escape.js";
import { layoutNumber } from "../render/html.js";
import { type PlotlyBundle, pageConfig } from "../render/index.js";
import type { StillPicture } from "./still.js";
import type { DisplayContent } from "./tslab.js";

export interface FragmentOptions {
  /** The element's id, unlike any other in the page; a live figure keeps its own. */
  readonly id: string;
  /** The figure as JSON. */
  readonly json: string;
  /** Which bundle of Plotly the figure needs. */
  readonly bundle: PlotlyBundle;
  /** The bundle's source, where this figure is the one that carries it. */
  readonly library?: string;
  /** The figure that carries the source, in words. */
  readonly carrier: string;
  /** Shown where scripts do not run. */
  readonly picture?: StillPicture;
  /** Whether it may take the place of an earlier state of itself. */
  readonly live?: boolean;
}

/** What a notebook is told of a figure: Plotly's own type, HTML, a line of text and, where there is one, its picture. */
export function figureContent(figure: Figure, options: FragmentOptions): DisplayContent {
  const { json, picture } = options;
  return {
    data: {
      "application/vnd.plotly.v1+json": { ...JSON.parse(json), config: pageConfig },
      "text/html": figureFragment(figure, options),
      "text/plain": plainText(figure),
      ...(picture && { "image/png": picture.base64 }),
    },
    metadata: picture && { "image/png": picture.size },
  };
}

/** plotly.js alone, where no figure can carry it. */
export function libraryContent({ bundle, library }: { bundle: PlotlyBundle; library: string }): DisplayContent {
  return {
    data: {
      "text/html": `<script>${inScript(libraryScript(bundle, library))}</script>`,
      "text/plain": "plotly.js, which draws the figures of this notebook",
    },
  };
}

/** The HTML of one figure; everything in it is escaped. */
export function figureFragment(figure: Figure, options: FragmentOptions): string {
  const { id, library, bundle, picture } = options;
  const height = layoutNumber(figure, "height") ?? 500;
  const words = escapeHtml(plainText(figure));
  // This stays where a page does not run scripts: on a forge, or in a notebook that is not trusted.
  const still =
    picture === undefined
      ? `<p>${words}: it is drawn when the notebook is trusted, or its cell run.</p>`
      : `<img alt="${words}" style="max-width: 100%" src="data:image/png;base64,${picture.base64}">`;
  const parts = [`<div id="${escapeHtml(id)}" style="width: 100%; min-height: ${height}px">${still}</div>`];
  if (library !== undefined) parts.push(`<script>${inScript(libraryScript(bundle, library))}</script>`);
  parts.push(`<script>${inScript(drawingScript(options))}</script>`);
  return parts.join("\n");
}

/** The figure in one line: `Figure "Trace of x", 4 traces`. */
export function plainText(figure: Figure): string {
  const title = titleOf(figure);
  const traces = `${figure.data.length} ${figure.data.length === 1 ? "trace" : "traces"}`;
  return `Figure${title === "" ? "" : ` "${title}"`}, ${traces}`;
}

// The figure's title without Plotly's markup; empty where it has none.
function titleOf({ layout }: Figure): string {
  const title = layout.title as { text?: unknown } | string | undefined;
  const text = typeof title === "string" ? title : title?.text;
  if (typeof text !== "string") return "";
  const plain = text.replace(/<br *\/?>/gi, ", ").replace(/<\/?[a-z][^<>]*>/gi, "");
  return plain.replace(/\s+/g, " ").trim();
}

// Plotly must not find the classic notebook's RequireJS, to which it would hand itself over and leave no trace; and it must
// not take the place of a Plotly that somebody else has put into the page, perhaps a larger one.
function libraryScript(bundle: PlotlyBundle, library: string): string {
  return `(function () {
var bundles = window.ergodicPlotly = window.ergodicPlotly || {};
if (bundles.${bundle}) return;
var before = window.Plotly;
var define, require, module, exports;
${library}
bundles.${bundle} = window.Plotly;
if (before) window.Plotly = before;
}).call(window);`;
}

// Frontends may run the scripts of outputs in any order, or attach an output when it is scrolled to: so each figure
// waits for Plotly and for its element, says what is missing after five seconds, and goes on looking for ten minutes.
function drawingScript({ id, json, bundle, carrier, live = false }: FragmentOptions): string {
  const advice =
    `This figure needs plotly.js, which this notebook keeps in the output of the cell that shows: ${carrier}. ` +
    "Run that cell again, or restart the kernel and run all cells.";
  return `(function () {
var id = ${JSON.stringify(id)};
var figure = ${json};
var config = ${JSON.stringify(pageConfig)};
var attempts = 0;
function library() {
  var bundles = window.ergodicPlotly || {};
  if (bundles.full || bundles.${bundle}) return bundles.full || bundles.${bundle};
  return window.Plotly && window.Plotly !== bundles.cartesian ? window.Plotly : undefined;
}
${live ? redraw : draw}
function attempt() {
  var element = document.getElementById(id);
  var plotly = library();
  if (element && plotly) {
    ${live ? "redraw" : "draw"}(element, plotly);
    return;
  }
  attempts += 1;
  if (attempts === 50 && element) {
    var advice = document.createElement("p");
    advice.textContent = ${JSON.stringify(advice)};
    element.appendChild(advice);
  }
  if (attempts < 650) setTimeout(attempt, attempts < 50 ? 100 : 1000);
}
attempt();
})();`;
}

const draw = `function draw(element, plotly) {
  element.textContent = "";
  plotly.newPlot(element, { data: figure.data, layout: figure.layout, frames: figure.frames, config: config });
}`;

// A notebook has put this state's empty element where the drawing of the last one was: the drawing comes back and changes, so that
// nothing flickers and the reader's zoom stays.
const redraw = `function redraw(element, plotly) {
  var states = window.ergodicLive = window.ergodicLive || {};
  var before = states[id];
  if (before && before.plotly === plotly && before.element !== element && !before.element.isConnected) {
    element.parentNode.replaceChild(before.element, element);
    element = before.element;
  } else if (!before || before.element !== element) element.textContent = "";
  states[id] = { element: element, plotly: plotly };
  plotly.react(element, { data: figure.data, layout: figure.layout, frames: figure.frames, config: config });
}`;
