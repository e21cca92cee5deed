// How the diagnostics see their input: one Float64Array per chain, all of one length. Checked once, at the door.

import { refuse } from "../arguments/index.js";

/** The chains as Float64Arrays, copied only where they are something else. Throws where they differ in length. */
export function asChains(where: string, chains: readonly ArrayLike<number>[]): Float64Array[] {
  if (!Array.isArray(chains) || chains.length === 0) refuse(where, "chains", "a list with one list per chain", chains);
  return chains.map((chain, m) => {
    if (m === 0) return asNumbers(where, "chains[0]", chain);
    const { length } = chains[0];
    const numbers = asNumbers(where, `chains[${m}]`, chain);
    if (numbers.length !== length) refuse(where, `chains[${m}]`, `as long as chains[0] (${length})`, chain);
    return numbers;
  });
}

/** A list of numbers as a Float64Array, copied only where it is something else. Chains given for one of them are refused, not NaN. */
export function asNumbers(where: string, name: string, x: ArrayLike<number>): Float64Array {
  if (x instanceof Float64Array) return x;
  if (!Array.isArray(x) && !ArrayBuffer.isView(x)) refuse(where, name, "a list of numbers", x);
  if (Array.isArray(x)) {
    const odd = x.findIndex((value) => typeof value !== "number");
    if (odd !== -1) refuse(where, `${name}[${odd}]`, "a number", x[odd]);
  }
  return Float64Array.from(x);
}

/** All draws in one array, chain after chain. */
export function pooled(chains: readonly Float64Array[]): Float64Array {
  const n = chains[0].length;
  const all = new Float64Array(chains.length * n);
  for (let m = 0; m < chains.length; m++) all.set(chains[m], m * n);
  return all;
}
