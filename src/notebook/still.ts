// A picture beside a figure in a notebook, for places that run no scripts, such as the previews of forges. Their pages
// are light, and so is the picture, whatever the figure.

import type { Figure } from "../plots/figure.js";
import { themed } from "../plots/themed.js";
import { layoutNumber } from "../render/html.js";
import { toPng } from "../render/index.js";

export interface StillPicture {
  readonly base64: string;
  /** CSS pixels. */
  readonly size: { readonly width: number; readonly height: number };
}

let warned = false;

/** The picture of a figure where our runner executes the notebook; undefined in an interactive one, which never waits for a browser. */
export async function stillPicture(figure: Figure): Promise<StillPicture | undefined> {
  if (process.env.ERGODIC_NOTEBOOK_RUNNER !== "1") return undefined;
  const size = { width: layoutNumber(figure, "width") ?? 900, height: layoutNumber(figure, "height") ?? 500 };
  try {
    const png = await toPng(themed(figure, "light"), { ...size, scale: 2 }, "show");
    return { base64: Buffer.from(png).toString("base64"), size };
  } catch (error) {
    // The figure itself needs no browser: the notebook is complete without the picture, and says why it lacks it.
    if (!warned) console.warn(`show: no still pictures in this notebook: ${(error as Error).message}`);
    warned = true;
    return undefined;
  }
}
