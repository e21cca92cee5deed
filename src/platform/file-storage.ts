// Storage under Node: files. What is written appears whole or not at all, whenever the process or the machine stops.

import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Storage } from "./platform.js";

const BUFFER_BYTES = 1 << 20;

export const fileStorage: Storage = {
  async read(path) {
    try {
      return await readFile(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  },

  async write(path, parts) {
    const beside = `${path}.partial`;
    try {
      await writeParts(beside, parts);
      await rename(beside, path);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
    await keepEntry(dirname(path));
  },

  async remove(path) {
    await rm(path, { force: true });
    // Left where a process was killed while it wrote.
    await rm(`${path}.partial`, { force: true });
  },
};

// Through one buffer, because parts are often small, and shared memory must not be handed to the system while others write to it.
async function writeParts(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const file = await open(path, "w");
  try {
    const buffer = new Uint8Array(BUFFER_BYTES);
    let filled = 0;
    for (const part of parts) {
      for (let from = 0; from < part.length; ) {
        const count = Math.min(part.length - from, buffer.length - filled);
        buffer.set(part.subarray(from, from + count), filled);
        filled += count;
        from += count;
        if (filled < buffer.length) continue;
        await writeWhole(file, buffer);
        filled = 0;
      }
    }
    await writeWhole(file, buffer.subarray(0, filled));
    // Before the new name: otherwise a crash of the machine could leave the name on a file without its bytes.
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeWhole(file: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length; ) from += (await file.write(bytes, from)).bytesWritten;
}

// The new name itself reaches the disk with the folder. Not every system lets a folder be opened; then the name follows in time.
async function keepEntry(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {}
}
