// What the figures of chains draw: coordinates or statistics of some draws, or plain arrays that the caller names.

import { refuse } from "../arguments/index.js";
import { chainsOf, type Draws, isDraws } from "../chains/draws.js";

/** Draws, or named quantities with one array per chain, such as `{ loss: estimate.trace }`. */
export type ChainSource = Draws | Readonly<Record<string, readonly ArrayLike<number>[]>>;

/** One quantity of some chains. */
export interface Quantity {
  readonly name: string;
  /** One array per chain, each as long as its chain. */
  readonly chains: readonly ArrayLike<number>[];
}

export interface Selection {
  readonly quantities: Quantity[];
  /** How many there were to choose from, where the caller did not choose and not all were taken; else 0. */
  readonly outOf: number;
}

/** How many quantities are drawn where the caller does not choose. */
const quantitiesByDefault = 8;

/**
 * The quantities to draw: those named, in that order, else the first coordinates (or entries), `most` of them at most.
 * @throws RangeError where a name is not there, or where nothing is.
 */
export function selectQuantities(
  where: string,
  source: ChainSource,
  names: readonly (string | number)[] | undefined,
  most: number = quantitiesByDefault,
): Selection {
  const all = isDraws(source) ? source.names : Object.keys(source ?? {});
  if (names !== undefined && (!Array.isArray(names) || names.length === 0)) {
    refuse(where, "names", "a list of at least one name", names);
  }
  if (all.length === 0) refuse(where, "draws", "draws, or arrays by name, of at least one quantity", source);
  const chosen: readonly (string | number)[] = names ?? (isDraws(source) ? all.map((_, i) => i) : all).slice(0, most);
  return {
    quantities: chosen.map((name) => quantity(where, source, name)),
    outOf: names === undefined && all.length > chosen.length ? all.length : 0,
  };
}

/**
 * Chains cut to one length, for what compares them draw by draw: as `summarize` cuts them, to the block of equally long ones that
 * keeps most draws. `chains` is empty where none has a draw.
 */
export function equallyLong(chains: readonly ArrayLike<number>[]): {
  chains: Float64Array[];
  draws: number;
  cut: boolean;
} {
  let [draws, kept] = [0, 0];
  for (const { length } of chains) {
    const reaching = chains.filter((chain) => chain.length >= length).length;
    const [size, most] = [length * reaching, draws * kept];
    if (length > 0 && (size > most || (size === most && reaching > kept))) [draws, kept] = [length, reaching];
  }
  const block = draws === 0 ? [] : chains.filter((chain) => chain.length >= draws);
  return {
    // Views where that is possible: chains may be long.
    chains: block.map((chain) =>
      chain instanceof Float64Array ? chain.subarray(0, draws) : Float64Array.from(Array.from(chain).slice(0, draws)),
    ),
    draws,
    cut: chains.some((chain) => chain.length !== draws),
  };
}

/** For each chain the draws (0 for the first kept one) at which it diverged; empty where the sampler does not say. */
export function divergencesOf(source: ChainSource): number[][] {
  if (!isDraws(source) || source.stats.diverging === undefined) return [];
  return chainsOf(source, "diverging").map((diverging) => {
    const found: number[] = [];
    diverging.forEach((value, draw) => {
      if (value > 0) found.push(draw);
    });
    return found;
  });
}

function quantity(where: string, source: ChainSource, name: string | number): Quantity {
  if (isDraws(source)) {
    const known =
      typeof name === "number"
        ? Number.isInteger(name) && name >= 0 && name < source.dim
        : source.names.includes(name) || Object.hasOwn(source.stats, name);
    if (!known)
      refuse(
        where,
        "names",
        `coordinates (${listed(source.names)}) or statistics (${listed(Object.keys(source.stats))})`,
        name,
      );
    return { name: typeof name === "number" ? source.names[name] : name, chains: chainsOf(source, name) };
  }
  const key = typeof name === "number" ? Object.keys(source)[name] : name;
  if (key === undefined || !Object.hasOwn(source, key))
    refuse(where, "names", `among ${listed(Object.keys(source))}`, name);
  const chains = source[key];
  const isListOfArrays =
    Array.isArray(chains) && chains.every((chain) => typeof chain === "object" && chain !== null && "length" in chain);
  if (!isListOfArrays) refuse(where, key, "a list with one array of numbers per chain", chains);
  return { name: key, chains };
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.slice(0, 8).join(", ") + (names.length > 8 ? ", ..." : "");
}
