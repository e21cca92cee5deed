// What rank figures compare: equally long chains, thinned until their draws can pass for independent, for the bands are those of such.

import { integerAtLeast } from "../arguments/index.js";
import { essBulk, essTail } from "../diagnostics/index.js";
import { type ChainSource, equallyLong, selectQuantities } from "./chains.js";

export interface RankOptions {
  /** Coordinates (by name or index) and statistics (by name) to draw; the first eight coordinates where left out. */
  names?: readonly (string | number)[];
  /** Every how manyth draw counts; where left out as many as it takes to have about independent ones, but never fewer than 50 of a chain. */
  thin?: number;
  title?: string;
}

export interface RankedQuantity {
  name: string;
  chains: Float64Array[];
  thin: number;
}

export interface RankedChains {
  quantities: RankedQuantity[];
  /** As legends name them: `chain 0`, ..., or the two halves where there is one chain only. */
  labels: string[];
  cut: boolean;
  outOf: number;
}

const leastKept = 50;

/** A single chain is compared with itself: its first half with its last. */
export function rankedChains(where: string, source: ChainSource, options: RankOptions): RankedChains {
  const thin = options.thin === undefined ? undefined : integerAtLeast(where, "thin", options.thin, 1);
  const { quantities, outOf } = selectQuantities(where, source, options.names);
  const single = quantities.every(({ chains }) => chains.length < 2);
  let cut = false;
  const ranked = quantities.map(({ name, chains: all }) => {
    const block = equallyLong(all);
    cut ||= block.cut;
    const chains = block.chains.length === 1 ? halves(block.chains[0]) : block.chains;
    const step = thin ?? independentStep(chains);
    return { name, chains: chains.map((chain) => chain.filter((_, i) => i % step === 0)), thin: step };
  });
  const most = Math.max(...ranked.map(({ chains }) => chains.length));
  return {
    quantities: ranked,
    labels: single ? ["first half", "last half"] : Array.from({ length: most }, (_, chain) => `chain ${chain}`),
    cut,
    outOf,
  };
}

export function rankNote({ quantities, cut, outOf }: RankedChains): string[] {
  const said: string[] = [];
  if (outOf > 0) said.push(`the first ${quantities.length} of ${outOf} coordinates`);
  if (cut) said.push("of the part that the chains have in common");
  const thins = quantities.map(({ thin }) => thin);
  const [least, most] = [Math.min(...thins), Math.max(...thins)];
  if (most > 1)
    said.push(`one draw in ${least === most ? most : `${least} to ${most}`}, to have about independent ones`);
  return said;
}

function halves(chain: Float64Array): Float64Array[] {
  const half = Math.floor(chain.length / 2);
  return half === 0 ? [chain] : [chain.slice(0, half), chain.slice(chain.length - half)];
}

/**
 * Draws over effective ones, each chain by itself: chains that disagree would have few effective draws together, and it is their
 * disagreement that shall be seen.
 */
function independentStep(chains: readonly Float64Array[]): number {
  const draws = chains[0]?.length ?? 0;
  // The smaller of both, for a chain may swing from side to side, which its centre forgets, and be slow to leave a tail.
  const effective = chains.map((chain) => Math.min(essBulk([chain]), essTail([chain]))).filter(Number.isFinite);
  if (effective.length === 0) return 1;
  const mean = effective.reduce((sum, ess) => sum + ess, 0) / effective.length;
  return Math.max(1, Math.min(Math.ceil(draws / mean), Math.floor(draws / leastKept)));
}
