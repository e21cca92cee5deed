// Samplers as records: what a factory returns.

import type { Sampler } from "./kernel.js";

/** A sampler of this kind with the settings that are there: plain data. */
export function record(kind: string, settings: object): Sampler {
  return { kind, options: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) };
}
