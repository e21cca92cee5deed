// Reads draws from files, by the path's extension.

import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { refuse } from "../arguments/index.js";
import type { Draws } from "../chains/draws.js";
import { readArviz } from "./arviz.js";
import { entriesOf, isThere } from "./beside.js";
import { numbered, presentPaths } from "./chain-paths.js";
import { readStanCsv } from "./from-stan-csv.js";
import { groupOf, type LabelledArray, readZarr } from "./from-zarr.js";
import { EXTENSIONS } from "./save-draws.js";
import type { ReadableStore } from "./to-zarr.js";
import { openStore } from "./zarr-reader.js";

const WHERE = "loadDraws";

/**
 * Draws from what `saveDraws` or another program wrote: a Zarr store (`.zarr`) or JSON for `from_dict` (`.json`) in ArviZ's layout, or
 * Stan's CSV (`.csv`). For `fit.csv` that file is read, or where there is none `fit_1.csv`, `fit_2.csv`, ... of all chains; a list of
 * paths is read as it is. What each format keeps is said at `saveDraws`.
 *
 * Rejects with a RangeError where the argument does not fit, and with an Error that names the file and the place in it where something is
 * missing, cut off, damaged, or not as the format has it.
 * @example summarize(await loadDraws("fits/schools.zarr"))
 */
export async function loadDraws(path: string | readonly string[]): Promise<Draws> {
  if (Array.isArray(path) && path.length > 0 && path.every((one) => extensionOf(one) === ".csv")) {
    return loadCsv(path.map((one: string) => resolve(one)));
  }
  if (typeof path !== "string" || !EXTENSIONS.includes(extensionOf(path))) {
    refuse(WHERE, "path", `a name that ends in ${EXTENSIONS.join(", ")}, or a list of .csv`, path);
  }
  const place = resolve(path);
  if (extensionOf(path) === ".zarr") return readZarr(`${WHERE}: ${place}`, await storeAt(WHERE, place));
  if (extensionOf(path) === ".csv") return loadCsv(await csvFilesAt(place));
  return readArviz(`${WHERE}: ${place}`, new TextDecoder().decode(await bytesOf(place)));
}

/**
 * The arrays in one group of a Zarr store in a folder, by name: `log_likelihood`, `observed_data`, or what another program put there. Rejects
 * like `loadDraws`.
 * @example (await loadGroup("fits/schools.zarr", "log_likelihood")).y.shape // [4, 1000, 8]
 */
export async function loadGroup(path: string, group: string): Promise<Record<string, LabelledArray>> {
  if (typeof path !== "string") refuse("loadGroup", "path", "the path of a Zarr store", path);
  if (typeof group !== "string") refuse("loadGroup", "group", "the name of a group", group);
  const place = resolve(path);
  const where = `loadGroup: ${place}`;
  return groupOf(where, await openStore(where, await storeAt("loadGroup", place)), group);
}

function extensionOf(path: unknown): string {
  return typeof path === "string" ? extname(path).toLowerCase() : "";
}

async function storeAt(where: string, folder: string): Promise<ReadableStore> {
  if ((await entriesOf(folder)) === undefined) throw new Error(`${where}: there is no folder ${folder}`);
  const { default: FileSystemStore } = await import("@zarrita/storage/fs");
  const store = new FileSystemStore(folder);
  return { get: (key) => store.get(key as `/${string}`) };
}

async function csvFilesAt(path: string): Promise<string[]> {
  if (await isThere(path)) return [path];
  const { numbers } = await presentPaths(path);
  if (numbers.length === 0) throw new Error(`${WHERE}: there is neither ${path} nor ${numbered(path, 1)}`);
  const gap = numbers.findIndex((number, k) => number !== k + 1);
  if (gap >= 0) {
    const next = numbered(path, numbers[gap]);
    throw new Error(`${WHERE}: ${numbered(path, gap + 1)} is missing before ${next}; a list of paths is read as it is`);
  }
  return numbers.map((number) => numbered(path, number));
}

async function loadCsv(paths: readonly string[]): Promise<Draws> {
  const files = [];
  for (const place of paths) files.push({ place, content: await bytesOf(place) });
  return readStanCsv(WHERE, files);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`${WHERE}: ${path} cannot be read (${(error as Error).message})`, { cause: error });
  }
}
