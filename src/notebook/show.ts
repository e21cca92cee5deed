// Shows a figure where it was asked for: under the running cell of a tslab notebook, else in an HTML file.

import { createHash } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "../plots/figure.js";
import { layoutNumber } from "../render/html.js";
import { bundleFor, type PlotlyBundle, pageConfig, plotlyBundle, save, toJson, toPng } from "../render/index.js";
import { figureFragment, plainText } from "./figure-html.js";
import { cellFingerprint, type RunningCell, runningCell } from "./tslab.js";

/**
 * Shows a figure under the running cell of a tslab notebook; elsewhere saves it as an HTML file and prints where.
 *
 * The display holds Plotly's own type (JupyterLab, VS Code), HTML that works offline (classic notebook, nbconvert) and
 * a line of text. Plotly's source goes into the notebook once. When `ergodic notebooks` runs the notebook, a picture
 * is added, so that it is not blank where no script runs; an interactive cell never waits for a browser.
 * Throws a RangeError where `figure` is not a figure.
 *
 * Example: `await show(plots.trace(draws))`.
 */
export async function show(figure: Figure): Promise<void> {
  const json = toJson(figure, "show");
  // Asked for before anything is awaited: while we wait, the next cell may have begun.
  const cell = runningCell();
  if (cell === undefined) return showAsFile(figure);
  const bundle = bundleFor(figure);
  const library = carriesLibrary(figure, bundle, cell) ? plotlyBundle(bundle) : undefined;
  library?.catch(() => carriers.delete(bundle));
  const picture = process.env.ERGODIC_NOTEBOOK_RUNNER === "1" ? await stillPicture(figure) : undefined;
  const html = figureFragment(figure, {
    id: elementId(json),
    json,
    bundle,
    library: await library,
    carrier: (carriers.get("full") ?? carriers.get(bundle))?.words ?? "",
    png: picture?.base64,
  });
  cell.display({
    data: {
      "application/vnd.plotly.v1+json": { ...JSON.parse(json), config: pageConfig },
      "text/html": html,
      "text/plain": plainText(figure),
      ...(picture && { "image/png": picture.base64 }),
    },
    metadata: picture && { "image/png": picture.size },
  });
}

let shown = 0;

// Unlike any other in the page, and the same when a notebook is run anew, so that versions of it can be compared.
function elementId(json: string): string {
  return `ergodic-${createHash("sha256").update(json).digest("hex").slice(0, 12)}-${++shown}`;
}

interface Carrier {
  readonly words: string;
  readonly source: string | undefined;
  readonly run: unknown;
}

// Which figure of this kernel's notebook carries which bundle of Plotly.
const carriers = new Map<PlotlyBundle, Carrier>();

// The first figure does. And it does again when its cell is run again, because the new output replaces the old one
// with the library in it. The full bundle serves every figure.
function carriesLibrary(figure: Figure, bundle: PlotlyBundle, { run }: RunningCell): boolean {
  const source = cellFingerprint();
  const isThere = ({ source: from, run: by }: Carrier): boolean =>
    source === undefined || from !== source || by === run;
  const present = [carriers.get("full"), carriers.get(bundle)].some((carrier) => carrier && isThere(carrier));
  if (!present) carriers.set(bundle, { words: plainText(figure), source, run });
  return !present;
}

let warned = false;

async function stillPicture(figure: Figure): Promise<{ base64: string; size: object } | undefined> {
  const size = { width: layoutNumber(figure, "width") ?? 900, height: layoutNumber(figure, "height") ?? 500 };
  try {
    const png = await toPng(figure, { ...size, scale: 2 }, "show");
    return { base64: Buffer.from(png).toString("base64"), size };
  } catch (error) {
    // The figure itself needs no browser: the notebook is complete without the picture, and says why it lacks it.
    if (!warned) console.warn(`show: no still pictures in this notebook: ${(error as Error).message}`);
    warned = true;
    return undefined;
  }
}

let folder: Promise<string> | undefined;
let files = 0;

async function showAsFile(figure: Figure): Promise<void> {
  const number = ++files;
  folder ??= mkdtemp(join(tmpdir(), "ergodic-figures-"));
  const path = await save(figure, join(await folder, `ergodic-figure-${number}.html`));
  console.log(`${plainText(figure)}: ${path}`);
}
