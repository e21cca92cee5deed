// Folders under Node. Its own `mkdir` with `recursive` goes round for ever where the system says of an existing folder's child that there is no such
// file, as /proc does (seen in Node 20); here each folder is tried once, and one that cannot be made is named.

import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder and those around it, all with this `mode`; content with one that is there. At once, not as a promise: it is a few short calls to the
 * system. Throws an Error that names the folder and has the system's `code` where it cannot be made.
 *
 *     makeFolder("/proc/runs/targets") // throws: cannot make the folder /proc/runs/targets: ENOENT: no such file or directory, mkdir '/proc/runs'
 */
export function makeFolder(path: string, mode = 0o777): void {
  const folder = resolve(path);
  try {
    makeFrom(folder, mode);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    throw Object.assign(new Error(`cannot make the folder ${folder}: ${message}`, { cause: error }), { code });
  }
}

function makeFrom(folder: string, mode: number): void {
  if (isFolder(folder)) return;
  const around = dirname(folder);
  if (around !== folder) makeFrom(around, mode);
  try {
    mkdirSync(folder, mode);
  } catch (error) {
    // Another process may have been first.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Whatever is wrong, making it will say.
    return false;
  }
}
