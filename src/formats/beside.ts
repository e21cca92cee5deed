// Files and folders that appear whole or not at all: they are written beside their place, under another name, and then renamed.

import { randomUUID } from "node:crypto";
import { access, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../platform/folder.js";

/** A file or a folder that is written under another name first. */
export interface Beside {
  /** Where it is to be written. */
  readonly path: string;
  /** Takes it to its place; what was there goes. */
  commit(): Promise<void>;
  /** Removes what was written. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Makes the folder around the place; of several beginnings beside each other each has a name of its own. */
export async function beginBeside(target: string): Promise<Beside> {
  const name = `${basename(target)}.partial-${randomUUID().slice(0, 8)}`;
  const path = join(dirname(target), name);
  makeFolder(dirname(target));
  return {
    path,
    async commit() {
      // A folder takes no other's place, as a file would; for a moment there is neither, but always one of the two under some name.
      const former = (await isFolder(target)) ? `${path}.replaced` : undefined;
      if (former !== undefined) await rename(target, former);
      try {
        await rename(path, target);
      } catch (error) {
        if (former !== undefined) await rename(former, target);
        throw error;
      }
      if (former !== undefined) await rm(former, { recursive: true, force: true });
    },
    discard: () => rm(path, { recursive: true, force: true }),
  };
}

export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

export async function isFolder(path: string): Promise<boolean> {
  return (await entriesOf(path)) !== undefined;
}

/** Of a folder, sorted; undefined where it is none. */
export async function entriesOf(path: string): Promise<string[] | undefined> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
