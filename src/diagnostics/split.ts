// Split chains (Gelman et al. 2013): a chain that drifts disagrees with itself, so each half counts as a chain.

/** The first and the last `floor(N / 2)` draws of each chain; the middle draw of an odd N is dropped, as in `posterior`. */
export function split(chains: readonly Float64Array[]): Float64Array[] {
  const n = chains[0].length;
  if (n < 2) return [...chains];
  const half = Math.floor(n / 2);
  // All first halves, then all second halves.
  return [...chains.map((x) => x.subarray(0, half)), ...chains.map((x) => x.subarray(n - half))];
}
