// Shows a figure where it was asked for: under the running cell of a tslab notebook, else in an HTML file.

import { createHash } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { knownOptions } from "../arguments/index.js";
import type { Figure } from "../plots/figure.js";
import type { ThemeName } from "../plots/theme.js";
import { checkedTheme, themed } from "../plots/themed.js";
import { bundleFor, checkFigure, save, toJson } from "../render/index.js";
import { figureContent, plainText } from "./figure-html.js";
import { libraryFor } from "./library.js";
import { stillPicture } from "./still.js";
import { runningCell } from "./tslab.js";

export interface ShowOptions {
  /** The look, as `plots.themed` gives it; the figure's own where left out. The picture for forges is always light. */
  readonly theme?: ThemeName;
}

/**
 * Shows a figure under the running cell of a tslab notebook; elsewhere saves it as an HTML file and prints where.
 *
 * The display holds Plotly's own type (JupyterLab, VS Code), HTML that works offline (classic notebook, nbconvert) and
 * a line of text. Plotly's source goes into the notebook once. When `ergodic notebooks` runs the notebook, a picture
 * is added, so that it is not blank where no script runs; an interactive cell never waits for a browser.
 * Warns of a figure of more than 2 MB. Throws a RangeError where `figure` is not a figure, or an option is wrong.
 *
 * Example: `await show(plots.trace(draws), { theme: "dark" })`.
 */
export async function show(figure: Figure, options: ShowOptions = {}): Promise<void> {
  const shown = painted("show", figure, options);
  const json = toJson(shown, "show");
  warnOfSize("show", shown, json);
  // Asked for before anything is awaited: while we wait, the next cell may have begun.
  const cell = runningCell();
  if (cell === undefined) {
    const path = await save(shown, await figurePath());
    console.log(`${plainText(shown)}: ${path}`);
    return;
  }
  const { bundle, source, carrier } = libraryFor(plainText(shown), bundleFor(shown), cell);
  const [library, picture] = await Promise.all([source, stillPicture(shown)]);
  cell.display(figureContent(shown, { id: elementId(json), json, bundle, library, carrier, picture }));
}

/** The figure in the look asked for. Refuses, in the name of `where`, what is no figure and options that are none. */
export function painted(where: string, figure: Figure, options: ShowOptions): Figure {
  checkFigure(where, figure);
  knownOptions(where, options, ["theme"]);
  return options.theme === undefined ? figure : themed(figure, checkedTheme(where, options.theme));
}

/** More of these make a notebook slow to open and to store. */
const muchJson = 2_000_000;

/** Says what to do about a figure that is too large for a notebook; whether it was. */
export function warnOfSize(where: string, figure: Figure, json: string): boolean {
  if (json.length <= muchJson) return false;
  console.warn(
    `${where}: ${plainText(figure)}, is ${(json.length / 1e6).toFixed(1)} MB of JSON, and a notebook holds it twice. ` +
      "Draw fewer points, or round them (the figures of plots thin long chains by themselves), or keep it out of the notebook: " +
      'await save(figure, "figure.html")',
  );
  return true;
}

let shownBefore = 0;

/** Unlike any other in the page, and the same when a notebook is run anew, so that versions of it can be compared. */
export function elementId(json: string): string {
  return `ergodic-${createHash("sha256").update(json).digest("hex").slice(0, 12)}-${++shownBefore}`;
}

let folder: Promise<string> | undefined;
let files = 0;

/** Where a figure goes that is shown outside a notebook: a file of its own, in a folder of this process. */
export async function figurePath(): Promise<string> {
  const number = ++files;
  folder ??= mkdtemp(join(tmpdir(), "ergodic-figures-"));
  return join(await folder, `ergodic-figure-${number}.html`);
}
