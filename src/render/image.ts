// A figure as a picture: SVG and PNG, drawn by Plotly in a headless browser.

import { positiveNumber } from "../arguments/index.js";
import type { Figure } from "../plots/figure.js";
import { evaluateWithPlotly } from "./browser.js";
import { toJson } from "./figure-data.js";
import { layoutNumber } from "./html.js";
import { bundleFor } from "./plotly.js";

export interface ImageOptions {
  /** CSS pixels; the figure's own width, else 900, where left out. */
  width?: number;
  /** CSS pixels; the figure's own height, else 500, where left out. */
  height?: number;
}

export interface PngOptions extends ImageOptions {
  /** Pixels of the image per CSS pixel, 2 where left out. */
  scale?: number;
}

/** The figure as an SVG document. Throws an Error where no browser can be started or Plotly refuses the figure. */
export async function toSvg(figure: Figure, options: ImageOptions = {}, where = "toSvg"): Promise<string> {
  const url = await imageUrl(figure, "svg", { ...options, scale: 1 }, where);
  return decodeURIComponent(url.slice(url.indexOf(",") + 1));
}

/** The figure as the bytes of a PNG of `width * scale` by `height * scale` pixels. Throws as `toSvg` does. */
export async function toPng(figure: Figure, options: PngOptions = {}, where = "toPng"): Promise<Uint8Array> {
  const url = await imageUrl(figure, "png", options, where);
  return Uint8Array.from(Buffer.from(url.slice(url.indexOf(",") + 1), "base64"));
}

async function imageUrl(figure: Figure, format: "svg" | "png", options: PngOptions, where: string): Promise<string> {
  const json = toJson(figure, where);
  const size = {
    width: positiveNumber(where, "width", options.width ?? layoutNumber(figure, "width") ?? 900),
    height: positiveNumber(where, "height", options.height ?? layoutNumber(figure, "height") ?? 500),
    scale: positiveNumber(where, "scale", options.scale ?? 2),
  };
  let url: string;
  try {
    url = await evaluateWithPlotly(
      bundleFor(figure),
      `Plotly.toImage(${json}, ${JSON.stringify({ format, ...size })})`,
    );
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
  // A browser answers a canvas that is too large for it with an image of no bytes.
  if (url.endsWith(",")) {
    const { width, height, scale } = size;
    throw new RangeError(`${where}: the browser cannot draw ${width * scale} by ${height * scale} pixels`);
  }
  return url;
}
