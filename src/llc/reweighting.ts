// Draws at several temperatures stacked into one sample that speaks of every temperature between them: each draw's weight is its
// density over the mixture that it came from (Watanabe 2013, equation 20, for one temperature; Shirts and Chodera 2008 for several).
// Localisation is the same at all of them and cancels, so that all there is to know of a draw is K = L_n(w) - L_n(w*).

/** Draws at one temperature. */
export interface Rung {
  readonly nbeta: number;
  /** K of every draw, chain by chain. */
  readonly losses: readonly Float64Array[];
}

export interface Stack {
  readonly nbetas: readonly number[];
  /** All draws, rung by rung. */
  readonly losses: Float64Array;
  /** log of the mixture's density over the localisation's, for each draw. */
  readonly logMixture: Float64Array;
  /** -log Z of each rung, the first being 0. */
  readonly freeEnergies: Float64Array;
}

const MOST_ITERATIONS = 500;
const TOLERANCE = 1e-9;

/** Solves for the rungs' free energies, to each other, by fixed-point iteration from `guess`. */
export function stacked(rungs: readonly Rung[], guess: ArrayLike<number>): Stack {
  const nbetas = rungs.map(({ nbeta }) => nbeta);
  const counts = rungs.map(({ losses }) => losses.reduce((sum, { length }) => sum + length, 0));
  const losses = new Float64Array(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const rung of rungs) {
    for (const chain of rung.losses) {
      losses.set(chain, at);
      at += chain.length;
    }
  }
  const f = Float64Array.from(guess);
  if (rungs.length > 1) solve(factorsOf(losses, nbetas), counts, f);
  const logMixture = new Float64Array(losses.length);
  mix(losses, nbetas, counts, f, logMixture);
  return { nbetas, losses, logMixture, freeEnergies: f };
}

/** exp(-t_k K) of every draw and rung, `[draw, rung]`, over each draw's largest: that cancels in every weight, and nothing overflows. */
function factorsOf(losses: Float64Array, nbetas: readonly number[]): Float64Array {
  const factors = new Float64Array(losses.length * nbetas.length);
  const [coldest, hottest] = [Math.max(...nbetas), Math.min(...nbetas)];
  let at = 0;
  for (let i = 0; i < losses.length; i++) {
    const K = losses[i];
    const nearest = K < 0 ? coldest : hottest;
    for (let k = 0; k < nbetas.length; k++) factors[at++] = Math.exp((nearest - nbetas[k]) * K);
  }
  return factors;
}

/** Overwrites free energies with the fixed point of `exp(-f_k) = sum_i exp(-t_k K_i) / mixture_i`, the first being 0. */
function solve(factors: Float64Array, counts: readonly number[], f: Float64Array): void {
  const rungs = f.length;
  const weights = new Float64Array(rungs);
  const sums = new Float64Array(rungs);
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    for (let k = 0; k < rungs; k++) weights[k] = counts[k] * Math.exp(f[k]);
    sums.fill(0);
    // Hot: two multiplications per draw and rung.
    for (let at = 0; at < factors.length; at += rungs) {
      let mixture = 0;
      for (let k = 0; k < rungs; k++) mixture += weights[k] * factors[at + k];
      for (let k = 0; k < rungs; k++) sums[k] += factors[at + k] / mixture;
    }
    const first = Math.log(sums[0]);
    let moved = 0;
    for (let k = 0; k < rungs; k++) {
      const value = first - Math.log(sums[k]);
      moved = Math.max(moved, Math.abs(value - f[k]));
      f[k] = value;
    }
    if (moved < TOLERANCE) break;
  }
}

/** Writes log sum_k N_k exp(f_k - t_k K). */
function mix(
  losses: Float64Array,
  nbetas: readonly number[],
  counts: readonly number[],
  f: Float64Array,
  out: Float64Array,
): void {
  const logs = counts.map((count, k) => Math.log(count) + f[k]);
  // Hot: an exponential per draw and rung.
  for (let i = 0; i < losses.length; i++) {
    const K = losses[i];
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < logs.length; k++) most = Math.max(most, logs[k] - nbetas[k] * K);
    let sum = 0;
    for (let k = 0; k < logs.length; k++) sum += Math.exp(logs[k] - nbetas[k] * K - most);
    out[i] = most + Math.log(sum);
  }
}

/** log Z(t), up to the constant that makes the first rung's 0. */
function logMeanWeight({ losses, logMixture }: Stack, t: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < losses.length; i++) most = Math.max(most, -t * losses[i] - logMixture[i]);
  let sum = 0;
  for (let i = 0; i < losses.length; i++) sum += Math.exp(-t * losses[i] - logMixture[i] - most);
  return most + Math.log(sum);
}

export interface AtTemperature {
  /** E[K] at this temperature. */
  readonly mean: number;
  /** Variance of K. */
  readonly variance: number;
  /** -log Z, that of the first rung being 0. */
  readonly freeEnergy: number;
  /** How many equal weights these weights are worth (Kish). */
  readonly effectiveWeights: number;
}

/** What the stack says of n beta = t. */
export function at(stack: Stack, t: number): AtTemperature {
  const { losses, logMixture } = stack;
  const logZ = logMeanWeight(stack, t);
  let mean = 0;
  let squares = 0;
  let squaredWeights = 0;
  for (let i = 0; i < losses.length; i++) {
    const weight = Math.exp(-t * losses[i] - logMixture[i] - logZ);
    mean += weight * losses[i];
    squares += weight * losses[i] * losses[i];
    squaredWeights += weight * weight;
  }
  return {
    mean,
    variance: Math.max(0, squares - mean * mean),
    freeEnergy: -logZ,
    effectiveWeights: 1 / squaredWeights,
  };
}

/** Parts that are left out one after the other: contiguous, at least so many. */
const LEAST_BLOCKS = 20;

/**
 * Standard errors of whatever is computed from rungs, by leaving out one block of draws after the other, the same of every rung (Kunsch
 * 1989): right where a block is longer than the draws remember.
 */
export function jackknifed(rungs: readonly Rung[], of: (rungs: readonly Rung[]) => Float64Array): Float64Array {
  const chains = Math.max(1, Math.min(...rungs.map(({ losses }) => losses.length)));
  const perChain = Math.ceil(LEAST_BLOCKS / chains);
  const values: Float64Array[] = [];
  for (let chain = 0; chain < chains; chain++) {
    for (let block = 0; block < perChain; block++) {
      values.push(of(rungs.map((rung) => without(rung, chain, block / perChain, (block + 1) / perChain))));
    }
  }
  const blocks = values.length;
  return values[0].map((_, j) => {
    const mean = values.reduce((sum, value) => sum + value[j], 0) / blocks;
    const squares = values.reduce((sum, value) => sum + (value[j] - mean) ** 2, 0);
    return Math.sqrt(((blocks - 1) / blocks) * squares);
  });
}

function without({ nbeta, losses }: Rung, chain: number, from: number, to: number): Rung {
  return {
    nbeta,
    losses: losses.map((values, c) => {
      if (c !== chain) return values;
      const [first, end] = [Math.floor(from * values.length), Math.floor(to * values.length)];
      const rest = new Float64Array(values.length - (end - first));
      rest.set(values.subarray(0, first));
      rest.set(values.subarray(end), first);
      return rest;
    }),
  };
}
