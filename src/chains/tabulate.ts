// Schedules among a sampler's options become tables, so that the sampler is plain data: only data travels to threads and stays with
// the draws.

import { refuse } from "../arguments/index.js";
import type { Sampler } from "../samplers/kernel.js";

/** Longer runs have no tables: 1 GiB each. */
const MOST_ENTRIES = 2 ** 27;

/**
 * The sampler with every function `(t, steps) => value` in its options, those of samplers within samplers too, replaced by its values
 * at t = 0 ... steps - 1. Where `like` is given, a table gets the length of the one that `like` has in that place. Throws a RangeError
 * that names the option where a value is not a number, or where there would be too many.
 */
export function tabulated(sampler: Sampler, steps: number, like?: Sampler): Sampler {
  return withTables(sampler, sampler.kind, steps, like) as Sampler;
}

/** Whether two samplers are the same data; one of them may have been through JSON. */
export function isSameSampler(a: Sampler, b: Sampler): boolean {
  return canonical(a) === canonical(b);
}

// What holds no function is returned as it is, not copied: a graph among the options keeps what is known of it by identity.
function withTables(value: unknown, name: string, steps: number, like: unknown): unknown {
  if (typeof value === "function") return tableOf(value as Schedule, name, lengthOf(like) ?? steps);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  const part = (entry: unknown, key: string): unknown =>
    withTables(entry, key === "options" ? name : `${name}.${key}`, steps, (like as Record<string, unknown>)?.[key]);
  const entries = Object.entries(value).map(([key, entry]) => [key, part(entry, key)] as const);
  if (entries.every(([key, entry]) => entry === (value as Record<string, unknown>)[key])) return value;
  return Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
}

type Schedule = (t: number, steps: number) => unknown;

function tableOf(schedule: Schedule, name: string, steps: number): Float64Array {
  if (steps > MOST_ENTRIES) {
    throw new RangeError(`sample: the schedule ${name} cannot be tabulated over ${steps} transitions`);
  }
  const table = new Float64Array(steps);
  for (let t = 0; t < steps; t++) {
    const value = schedule(t, steps);
    if (typeof value !== "number" || Number.isNaN(value)) {
      refuse("sample", `the schedule ${name} at transition ${t} of ${steps}`, "a number", value);
    }
    table[t] = value;
  }
  return table;
}

/** Of a table, which JSON makes a record. */
function lengthOf(table: unknown): number | undefined {
  return typeof table === "object" && table !== null ? Object.keys(table).length : undefined;
}

function canonical(value: unknown): string {
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(value))));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}
