// The draws of several chains as one sorted list, from which quantiles are read many times.

/** Of all chains, smallest first; NaN last. */
export function pooledDraws(chains: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(chains.reduce((sum, chain) => sum + chain.length, 0));
  let at = 0;
  for (const chain of chains) {
    all.set(chain, at);
    at += chain.length;
  }
  return all.sort();
}

/** Those that are finite, smallest first. */
export function finiteDraws(chains: readonly ArrayLike<number>[]): Float64Array {
  const all = pooledDraws(chains);
  let [start, end] = [0, all.length];
  while (start < end && all[start] === Number.NEGATIVE_INFINITY) start++;
  while (end > start && !Number.isFinite(all[end - 1])) end--;
  return all.subarray(start, end);
}
