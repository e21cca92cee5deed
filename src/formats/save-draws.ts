// Writes draws to files, in the format that the path's extension says.

import { open, rm, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { knownOptions, refuse } from "../arguments/index.js";
import type { Draws } from "../chains/draws.js";
import { arvizText } from "./arviz.js";
import { type Beside, beginBeside, entriesOf, isThere } from "./beside.js";
import { chainPaths, numbered, presentPaths } from "./chain-paths.js";
import { checkDraws, type InferenceDataOptions, inferenceData, OPTIONS } from "./inference-data.js";
import { stanCsvText } from "./to-stan-csv.js";
import { writeZarr } from "./to-zarr.js";

export interface SaveDrawsOptions extends InferenceDataOptions {
  /** Replaces what is there; refused where left out. */
  readonly overwrite?: boolean;
}

type Write = (draws: Draws, path: string, options: SaveDrawsOptions) => Promise<string[]>;

const FORMATS: Readonly<Record<string, Write>> = { ".zarr": saveZarr, ".json": saveJson, ".csv": saveCsv };

/** The extensions that draws can be saved under and loaded from. */
export const EXTENSIONS: readonly string[] = Object.keys(FORMATS);

const WHERE = "saveDraws";

/**
 * Writes draws by the extension of `path`, and returns the absolute paths of what was written. Makes the folder around it. What is there
 * already is refused, or with `overwrite` replaced as a whole; nothing is ever there by halves, for all is written beside and renamed.
 *
 * - `.zarr`: a folder in ArviZ's layout, for xarray, zarr-python 3 and ArviZ 1 (see `toZarr`). Nothing is lost, and it is written chunk by
 *   chunk.
 * - `.json`: what ArviZ's `from_dict` takes (see `toArviz`). What was adapted, the sampler, the seed and all that `resume` needs are lost.
 * - `.csv`: Stan's layout (see `toStanCsv`), a file per chain: `fit.csv`, of several chains `fit_1.csv`, `fit_2.csv`, ..., which all go
 *   where they are replaced. The same is lost, but for step size, inverse mass and seed.
 *
 * `logLikelihood` and `observedData` go along into `.zarr` and `.json`. Rejects with a RangeError where an argument does not fit, and with
 * an Error where the system cannot write.
 * @example await saveDraws(draws, "fits/schools.zarr") // ["/home/ada/fits/schools.zarr"]
 */
export async function saveDraws(draws: Draws, path: string, options: SaveDrawsOptions = {}): Promise<string[]> {
  checkDraws(WHERE, draws);
  knownOptions(WHERE, options, ["overwrite", ...OPTIONS]);
  const { overwrite } = options;
  if (overwrite !== undefined && typeof overwrite !== "boolean") refuse(WHERE, "overwrite", "true or false", overwrite);
  const extension = typeof path === "string" ? extname(path).toLowerCase() : "";
  if (!Object.hasOwn(FORMATS, extension)) {
    refuse(WHERE, "path", `a name that ends in ${EXTENSIONS.join(", ")}`, path);
  }
  return FORMATS[extension](draws, resolve(path), options);
}

async function saveZarr(draws: Draws, target: string, { overwrite, ...options }: SaveDrawsOptions): Promise<string[]> {
  const entries = await entriesOf(target);
  if (entries === undefined) await refuseFile(target, overwrite);
  else if (overwrite !== true) throw alreadyThere(target);
  else if (entries.length > 0 && !entries.includes("zarr.json")) {
    throw new RangeError(`${WHERE}: ${target} is there and is no Zarr store, and is not replaced`);
  }
  const { default: FileSystemStore } = await import("@zarrita/storage/fs");
  await writeAll([target], async ([{ path }]) => {
    const store = new FileSystemStore(path);
    await writeZarr(
      WHERE,
      draws,
      {
        get: (key) => store.get(key as `/${string}`),
        set: (key, value) => store.set(key as `/${string}`, value),
      },
      options,
    );
  });
  return [target];
}

async function saveJson(draws: Draws, target: string, { overwrite, ...options }: SaveDrawsOptions): Promise<string[]> {
  await refuseFile(target, overwrite);
  await writeAll([target], ([{ path }]) => writeText(path, arvizText(WHERE, draws, options)));
  return [target];
}

async function saveCsv(draws: Draws, target: string, { overwrite, ...options }: SaveDrawsOptions): Promise<string[]> {
  // Checked like the others', although Stan's layout has no place for them.
  inferenceData(WHERE, draws, options);
  const unplaced = OPTIONS.find((name) => options[name as keyof InferenceDataOptions] !== undefined);
  if (unplaced !== undefined) {
    throw new RangeError(`${WHERE}: ${unplaced} must be left out of .csv, which has no place for it`);
  }
  const targets = chainPaths(target, draws.chains);
  const { single, numbers } = await presentPaths(target);
  // Only those that count on from 1: `fit_2020.csv` may be something else.
  const inARow = numbers.filter((number, k) => number === k + 1);
  const present = [...(single ? [target] : []), ...inARow.map((number) => numbered(target, number))];
  for (const path of present) await refuseFile(path, overwrite);
  await writeAll(targets, async (besides) => {
    for (const [chain, { path }] of besides.entries()) await writeText(path, stanCsvText(draws, chain));
  });
  // Else chains of another run would be read along.
  for (const path of present) if (!targets.includes(path)) await rm(path);
  return targets;
}

async function refuseFile(path: string, overwrite: boolean | undefined): Promise<void> {
  if (!(await isThere(path))) return;
  if (overwrite !== true) throw alreadyThere(path);
  const isFile = (await stat(path)).isFile();
  if (!isFile || extname(path).toLowerCase() === ".zarr") {
    throw new RangeError(`${WHERE}: ${path} is there as ${isFile ? "a file" : "a folder"}, and is not replaced`);
  }
}

function alreadyThere(path: string): RangeError {
  return new RangeError(`${WHERE}: ${path} is there already; { overwrite: true } replaces it`);
}

/** Nothing is renamed before everything is written. */
async function writeAll(targets: readonly string[], write: (besides: Beside[]) => Promise<void>): Promise<void> {
  const besides: Beside[] = [];
  try {
    for (const target of targets) besides.push(await beginBeside(target));
    await write(besides);
    for (const beside of besides) await beside.commit();
  } catch (error) {
    for (const beside of besides) await beside.discard();
    throw error;
  }
}

const ENOUGH = 1 << 16;

/** Piece by piece, so that only some of the text is in memory. */
async function writeText(path: string, pieces: Iterable<string>): Promise<void> {
  const file = await open(path, "wx");
  try {
    let unwritten = "";
    for (const piece of pieces) {
      unwritten += piece;
      if (unwritten.length < ENOUGH) continue;
      await file.writeFile(unwritten);
      unwritten = "";
    }
    await file.writeFile(unwritten);
    // Before the new name: otherwise a crash of the machine could leave the name on a file without its text.
    await file.sync();
  } finally {
    await file.close();
  }
}
