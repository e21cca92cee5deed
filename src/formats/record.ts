// What InferenceData has no place for, and `resume` and the diagnostics need: the group `ergodic` of a store. Long arrays are arrays of
// the group, everything else is its attribute `record`.

import type { Draws } from "../chains/draws.js";
import { fromJsonValue, toJsonValue } from "../platform/plain-data.js";

export const RECORD_VERSION = 1;

/** An array of the group. */
export interface RecordArray {
  readonly title: string;
  readonly shape: readonly number[];
  readonly dims: readonly string[];
  readonly data: Float64Array;
}

/** `json` refers to the arrays by their index. Throws a TypeError where the sampler is not plain data. */
export function recordOf(draws: Draws): { json: unknown; arrays: RecordArray[] } {
  const { chains, names, lengths, adapted, final, sampler, seed, stopped, aborted, seconds } = draws;
  const arrays: RecordArray[] = [];
  const keepAs =
    (title: string, perChain = false) =>
    (data: Float64Array): number => {
      const shape = perChain ? [chains, data.length / chains] : [data.length];
      // Axes of one name must have one length.
      const own = perChain ? `row_${shape[1]}` : `entry_${shape[0]}`;
      return arrays.push({ title, shape, dims: perChain ? ["chain", own] : [own], data }) - 1;
    };
  const all = (prefix: string, values: Readonly<Record<string, Float64Array>>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, data]) => {
        const perChain = chains > 0 && data.length % chains === 0;
        return [name, toJsonValue(data, keepAs(prefix + name, perChain))];
      }),
    );
  const json = {
    version: RECORD_VERSION,
    names: toJsonValue(names, keepAs("names")),
    lengths,
    stats: Object.keys(draws.stats),
    adapted: all("adapted.", adapted),
    final: {
      ...(toJsonValue({ ...final, position: undefined, memory: undefined }, keepAs("final")) as object),
      position: toJsonValue(final.position, keepAs("final.position", chains > 0)),
      memory: all("memory.", final.memory),
    },
    sampler: toJsonValue(sampler, keepAs("sampler")),
    seed,
    stopped: toJsonValue(stopped, keepAs("stopped")),
    aborted,
    seconds: toJsonValue(seconds, keepAs("seconds")),
  };
  return { json, arrays };
}

/** What the record says of draws. */
export type Recorded = Pick<
  Draws,
  "names" | "lengths" | "adapted" | "final" | "sampler" | "seed" | "stopped" | "aborted" | "seconds"
> & { readonly stats: readonly string[] };

/** The inverse of `recordOf`. Throws an Error where the record is none, or of a later version. */
export function recordedIn(json: unknown, kept: (index: number) => Float64Array): Recorded {
  const { version, ...rest } = (json ?? {}) as { version?: unknown };
  if (version !== RECORD_VERSION)
    throw new Error(`it is of version ${version}, and this Ergodic reads ${RECORD_VERSION}`);
  const recorded = fromJsonValue(rest, kept) as Recorded;
  const { names, lengths, stats, adapted, final, sampler, stopped } = recorded;
  const lists = { names, lengths, stats, stopped };
  const records = { adapted, final, sampler };
  for (const [name, value] of Object.entries(lists)) if (!Array.isArray(value)) throw new Error(`it has no ${name}`);
  for (const [name, value] of Object.entries(records)) {
    if (typeof value !== "object" || value === null) throw new Error(`it has no ${name}`);
  }
  return recorded;
}
