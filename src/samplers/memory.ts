// Memories of parts, put together.

import type { Memory } from "./kernel.js";

/** The arrays under `prefix.name`, so that the memories of parts are one memory. */
export function named(prefix: string, memory: Memory): Memory {
  return Object.fromEntries(Object.entries(memory).map(([name, values]) => [`${prefix}.${name}`, values]));
}
