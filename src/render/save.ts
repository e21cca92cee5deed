// Writes a figure to a file, in the format that the file's name says.

import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { knownOptions, refuse } from "../arguments/index.js";
import { makeFolder } from "../platform/folder.js";
import type { Figure } from "../plots/figure.js";
import type { ThemeName } from "../plots/theme.js";
import { checkedTheme, themed } from "../plots/themed.js";
import { checkFigure, toJson } from "./figure-data.js";
import { toHtml } from "./html.js";
import { toPdf, toPng, toSvg } from "./image.js";

export interface SaveOptions {
  /** CSS pixels; the figure's own, else 900 (an HTML page fills its window). */
  width?: number;
  /** CSS pixels; the figure's own, else 500. */
  height?: number;
  /** How many times as large a picture is: pixels of a PNG per CSS pixel, 2 where left out; 1 for SVG and PDF. */
  scale?: number;
  /** Of an HTML page; the figure's own title where left out. */
  title?: string;
  /** The look, as `plots.themed` gives it; the figure's own where left out. */
  theme?: ThemeName;
}

type Format = (figure: Figure, options: SaveOptions) => string | Promise<string | Uint8Array>;

const formats: Record<string, Format> = {
  ".html": (figure, { title, width, height }) => toHtml(figure, { title, width, height }, "save"),
  ".json": (figure) => toJson(figure, "save"),
  ".svg": (figure, { width, height, scale }) => toSvg(figure, { width, height, scale }, "save"),
  ".png": (figure, { width, height, scale }) => toPng(figure, { width, height, scale }, "save"),
  ".pdf": (figure, { width, height, scale }) => toPdf(figure, { width, height, scale }, "save"),
};

/**
 * Writes the figure as .html (self-contained, works offline), .json, .svg, .png or .pdf, by the extension of `path`, and returns
 * the absolute path. All pictures of a program share one browser, which closes by itself. Makes the folder; a file that is there is replaced as a whole or not touched. Throws a RangeError where
 * the figure, the extension or an option is wrong, and an Error that names the folder where it cannot be written.
 *
 *     await save(plots.trace(draws), "assets/trace.png")
 */
export async function save(figure: Figure, path: string, options: SaveOptions = {}): Promise<string> {
  checkFigure("save", figure);
  if (typeof path !== "string") refuse("save", "path", "a file name", path);
  knownOptions("save", options, ["width", "height", "scale", "title", "theme"]);
  const extension = extname(path).toLowerCase();
  if (!Object.hasOwn(formats, extension)) {
    refuse("save", "path", `a file name that ends in ${Object.keys(formats).join(", ")}`, path);
  }
  const painted = options.theme === undefined ? figure : themed(figure, checkedTheme("save", options.theme));
  const target = resolve(path);
  const folder = dirname(target);
  const partial = join(folder, `.${basename(target)}.${randomUUID()}.partial`);
  // The folder is tried before the figure is drawn: drawing is what takes time.
  await explained(folder, async () => {
    makeFolder(folder);
    await writeFile(partial, "");
  });
  try {
    const content = await formats[extension](painted, options);
    await explained(folder, async () => {
      await writeFile(partial, content);
      await rename(partial, target);
    });
  } finally {
    await rm(partial, { force: true });
  }
  return target;
}

async function explained(folder: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new Error(`save: cannot write into the folder ${folder} (${(error as Error).message})`, { cause: error });
  }
}
