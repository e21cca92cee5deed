// What the figures of growing chains share: after how many draws a diagnostic is taken, of which chains, and one line per quantity.

import { integerAtLeast } from "../arguments/index.js";
import { type ChainSource, equallyLong, selectQuantities } from "./chains.js";

export interface EvolutionOptions {
  /** Coordinates (by name or index) and statistics (by name) to draw; the first eight coordinates where left out. */
  names?: readonly (string | number)[];
  /** Places at which the diagnostic is taken, 20 where left out. */
  places?: number;
  title?: string;
}

export interface GrowingChains {
  name: string;
  /** Equally long. */
  chains: Float64Array[];
  /** Draws per chain, ascending, at which to look. */
  draws: number[];
}

export interface Growing {
  quantities: GrowingChains[];
  /** Whether chains of other lengths were cut or left out. */
  cut: boolean;
  outOf: number;
}

/** The chains of each quantity, and the evenly spaced lengths, from `least` up, of their beginnings. */
export function growingChains(where: string, source: ChainSource, options: EvolutionOptions, least: number): Growing {
  const places = integerAtLeast(where, "places", options.places ?? 20, 2);
  const { quantities, outOf } = selectQuantities(where, source, options.names);
  let cut = false;
  const growing = quantities.map(({ name, chains: all }) => {
    const block = equallyLong(all);
    cut ||= block.cut;
    const lengths = Array.from({ length: places }, (_, i) => Math.round(((i + 1) * block.draws) / places));
    return { name, chains: block.chains, draws: [...new Set(lengths)].filter((length) => length >= least) };
  });
  return { quantities: growing, cut, outOf };
}

/** The first so many draws of each chain: views, no copies. */
export function beginnings(chains: readonly Float64Array[], draws: number): Float64Array[] {
  return chains.map((chain) => chain.subarray(0, draws));
}

/** What such a figure's note says of the choice of chains and coordinates. */
export function growingNote({ quantities, cut, outOf }: Growing): string[] {
  const said: string[] = [];
  if (outOf > 0) said.push(`the first ${quantities.length} of ${outOf} coordinates`);
  if (cut) said.push("of the part that the chains have in common");
  return said;
}
