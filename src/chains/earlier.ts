// The run that another goes on with: what `Draws` or a checkpoint hold of it, in one form.

import { refuse } from "../arguments/index.js";
import type { RandomState } from "../random/index.js";
import type { Draws } from "./draws.js";
import { OF_RUN, type Standing } from "./standing.js";

export interface Earlier {
  /** `[chain]`: kept draws. */
  readonly lengths: readonly number[];
  readonly draws: EarlierRows;
  /** The kept warmup; absent where it was not kept. */
  readonly warmup?: EarlierRows;
  readonly adapted: Readonly<Record<string, Float64Array>>;
  readonly stopped: Draws["stopped"];
  readonly seconds: number;
  /** `[chain, dim]`, in the user's coordinates. */
  readonly position: Float64Array;
  readonly standing: Standing;
}

/** Rows of all chains one after another; those of chain `c` begin at row `starts[c]`. */
export interface EarlierRows {
  readonly starts: ArrayLike<number>;
  readonly position: Float64Array;
  readonly stats: Readonly<Record<string, Float64Array>>;
}

/** Warmup transitions of which all was kept: the one at which a chain stopped was not. */
export function warmedOf({ transitions, stopped }: Standing, chain: number, warmup: number): number {
  const made = Number.isNaN(transitions[chain]) ? 0 : transitions[chain];
  return Math.min(made - stopped[chain], warmup);
}

/** Kept draws of a chain that stands there. */
export function keptOf({ transitions, stopped }: Standing, chain: number, warmup: number, thin: number): number {
  const made = Number.isNaN(transitions[chain]) ? 0 : transitions[chain];
  return Math.max(0, Math.floor((made - stopped[chain] - warmup) / thin));
}

/**
 * What `sample` returned, to go on with; it may have been through `structuredClone` or `JSON`. Throws a RangeError where the value is
 * something else or not whole, or where nobody knows where a chain stands.
 */
export function earlierOf(value: unknown): Earlier {
  const draws = value as Draws;
  if (typeof draws !== "object" || draws === null || typeof draws.final !== "object" || draws.final === null) {
    refuse("sample", "resume", "draws, such as sample returns", value);
  }
  const { chains, dim, final } = draws;
  const unknown = (final.transitions ?? []).flatMap((made, chain) => (Number.isFinite(made) ? [] : [chain]));
  if (unknown.length > 0) {
    const named = `${unknown.length === 1 ? "chain" : "chains"} ${unknown.slice(0, 8).join(", ")}${unknown.length > 8 ? ", ..." : ""}`;
    throw new RangeError(
      `sample: resume cannot go on: nobody knows where ${named} stood, because the run was looked at while it went on or a thread ` +
        "of it had to be ended; checkpoint keeps such runs",
    );
  }
  const memory = Object.fromEntries(Object.entries(final.memory ?? {}).map(([name, held]) => [name, floats(held)]));
  const begun = memory[`${OF_RUN}diverged`];
  const anyMade = final.transitions?.some((made) => made > 0);
  if (begun === undefined && anyMade) {
    throw new RangeError(
      "sample: resume cannot go on: the draws have no memory of their chains, as those of some files have not",
    );
  }
  const transitions = Float64Array.from({ length: chains }, (_, chain) =>
    begun === undefined || Number.isNaN(begun[chain]) ? Number.NaN : final.transitions[chain],
  );
  const stopped = new Uint8Array(chains);
  for (const { chain } of draws.stopped) stopped[chain] = 1;
  const earlier: Earlier = {
    lengths: draws.lengths,
    draws: rowsOf(draws, chains),
    ...(draws.warmup === undefined ? {} : { warmup: rowsOf(draws.warmup, chains) }),
    adapted: Object.fromEntries(Object.entries(draws.adapted).map(([name, held]) => [name, floats(held)])),
    stopped: draws.stopped,
    seconds: draws.seconds,
    position: floats(final.position),
    standing: { transitions, stopped, random: final.random as readonly RandomState[], memory },
  };
  const whole =
    draws.lengths.length === chains &&
    earlier.draws.position.length === chains * draws.draws * dim &&
    earlier.position.length === chains * dim &&
    final.transitions.length === chains &&
    final.random.length === chains &&
    draws.lengths.every((kept, chain) => kept === keptOf(earlier.standing, chain, final.warmup, final.thin));
  if (!whole) refuse("sample", "resume", "draws as sample returned them, whole", value);
  return earlier;
}

function rowsOf({ draws, position, stats }: Pick<Draws, "draws" | "position" | "stats">, chains: number): EarlierRows {
  return {
    starts: Array.from({ length: chains }, (_, chain) => chain * draws),
    position: floats(position),
    stats: Object.fromEntries(Object.entries(stats).map(([name, values]) => [name, floats(values)])),
  };
}

/** An array as it was, or as JSON leaves it: a record of numbers, in which null stands for what JSON has no number for. */
function floats(value: unknown): Float64Array {
  // It may come from a notebook's realm, where `instanceof Float64Array` fails.
  if (ArrayBuffer.isView(value)) return value as Float64Array;
  if (typeof value !== "object" || value === null) refuse("sample", "resume", "draws, such as sample returns", value);
  return Float64Array.from(Object.values(value), (number: number | null) => number ?? Number.NaN);
}
