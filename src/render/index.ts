// Figures on their way out: JSON, a page that works offline, SVG, PNG, PDF, a file. Nothing heavy is loaded before it is used,
// and the browser stays inside, for the types of what drives it ask for a page's.

export { checkFigure, toJson } from "./figure-data.js";
export { type HtmlOptions, pageConfig, toHtml } from "./html.js";
export { type ImageOptions, toPdf, toPng, toSvg } from "./image.js";
export { bundleFor, type PlotlyBundle, plotlyBundle } from "./plotly.js";
export { type SaveOptions, save } from "./save.js";
