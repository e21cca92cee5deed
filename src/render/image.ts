// A figure as a picture: SVG, PNG and PDF, drawn by Plotly in a headless browser.

import { positiveNumber } from "../arguments/index.js";
import type { Figure } from "../plots/figure.js";
import { evaluateWithPlotly, printBody } from "./browser.js";
import { toJson } from "./figure-data.js";
import { layoutNumber } from "./html.js";
import { bundleFor } from "./plotly.js";
import { rasterized } from "./raster.js";

export interface ImageOptions {
  /** CSS pixels; the figure's own width, else 900, where left out. */
  width?: number;
  /** CSS pixels; the figure's own height, else 500, where left out. */
  height?: number;
  /** Times as large: pixels of a PNG per CSS pixel, 2 where left out; 1 for SVG and PDF. */
  scale?: number;
}

/**
 * The figure as an SVG document of `width * scale` by `height * scale`, drawn as for `width` by `height`.
 * Throws an Error where no browser can be started or Plotly refuses the figure.
 */
export async function toSvg(figure: Figure, options: ImageOptions = {}, where = "toSvg"): Promise<string> {
  const { json, width, height, scale } = drawing(figure, options, 1, where);
  const url = await inBrowser(where, () =>
    evaluateWithPlotly<string>(
      bundleFor(figure),
      `Plotly.toImage(${json}, ${JSON.stringify({ format: "svg", width, height })})`,
    ),
  );
  const svg = decodeURIComponent(url.slice(url.indexOf(",") + 1));
  // Plotly gives the size and the same as view box: the one may grow without the other.
  return scale === 1
    ? svg
    : svg.replace(/ width="[^"]*" height="[^"]*"/, ` width="${width * scale}" height="${height * scale}"`);
}

/** The figure as the bytes of a PNG of `width * scale` by `height * scale` pixels. Throws as `toSvg` does. */
export async function toPng(figure: Figure, options: ImageOptions = {}, where = "toPng"): Promise<Uint8Array> {
  const { json, width, height, scale } = drawing(figure, options, 2, where);
  const url = await inBrowser(where, () =>
    evaluateWithPlotly<string>(bundleFor(figure), rasterized(json, { width, height, scale })),
  );
  // A browser answers a canvas that is too large for it with an image of no bytes.
  if (url.endsWith(",")) {
    throw new RangeError(`${where}: the browser cannot draw ${width * scale} by ${height * scale} pixels`);
  }
  return Uint8Array.from(Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
}

/**
 * The figure as the bytes of a PDF with one page of `width * scale` by `height * scale` CSS pixels (96 to the inch): lines and
 * text, not pixels. Throws as `toSvg` does.
 */
export async function toPdf(figure: Figure, options: ImageOptions = {}, where = "toPdf"): Promise<Uint8Array> {
  const { width, height, scale } = drawing(figure, options, 1, where);
  const svg = await toSvg(figure, { width, height, scale }, where);
  return inBrowser(where, () => printBody(svg, width * scale, height * scale));
}

interface Drawing {
  readonly json: string;
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

function drawing(figure: Figure, options: ImageOptions, scale: number, where: string): Drawing {
  return {
    json: toJson(figure, where),
    width: positiveNumber(where, "width", options.width ?? layoutNumber(figure, "width") ?? 900),
    height: positiveNumber(where, "height", options.height ?? layoutNumber(figure, "height") ?? 500),
    scale: positiveNumber(where, "scale", options.scale ?? scale),
  };
}

async function inBrowser<T>(where: string, draw: () => Promise<T>): Promise<T> {
  try {
    return await draw();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}
