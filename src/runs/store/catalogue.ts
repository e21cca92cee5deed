// Catalogues: what there is of artifacts, one line of JSON each, in the order of their ids. Folders are the truth; a catalogue is for
// whoever wants to read all at once.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileWhole } from "./artifact.js";
import { withLock } from "./lock.js";

/** One artifact's line; `id` is unique in its catalogue. */
export interface CatalogueEntry {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** The lines that can be read; none where there is no catalogue. */
export async function readCatalogue(path: string): Promise<CatalogueEntry[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => {
    try {
      const entry = JSON.parse(line) as CatalogueEntry;
      return typeof entry?.id === "string" ? [entry] : [];
    } catch {
      return [];
    }
  });
}

/** Enters an artifact into the catalogue of this name below `root`, in place of an earlier line with its id. Does nothing where this very line is there. */
export async function enter(root: string, name: string, entry: CatalogueEntry): Promise<void> {
  const path = join(root, name);
  const line = JSON.stringify(entry);
  const isThere = (entries: readonly CatalogueEntry[]): boolean =>
    entries.some((other) => JSON.stringify(other) === line);
  // Whoever only reads needs no right to write.
  if (isThere(await readCatalogue(path))) return;
  await withLock(root, name.replaceAll(/[\\/]/g, "-"), async () => {
    const before = await readCatalogue(path);
    if (isThere(before)) return;
    const entries = [...before.filter(({ id }) => id !== entry.id), entry].sort((a, b) => (a.id < b.id ? -1 : 1));
    await writeFileWhole(path, entries.map((one) => `${JSON.stringify(one)}\n`).join(""));
  });
}
