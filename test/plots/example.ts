// Draws and estimates made by hand for the tests of figures: known numbers, no sampler.

import type { Draws } from "../../src/chains/draws.js";
import type { LlcEstimate } from "../../src/llc/estimate.js";
import { drawsOf } from "../chains/draws-of.js";

/** Standard normal numbers from a small generator (mulberry32 and Box and Muller), equal for equal seeds. */
export function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A chain with lag-one correlation `rho` and unit variance. */
export function autoregression(seed: number, length: number, rho: number): Float64Array {
  const normal = normals(seed);
  let x = normal();
  return Float64Array.from({ length }, () => (x = rho * x + Math.sqrt(1 - rho * rho) * normal()));
}

export interface ExampleOptions {
  chains?: number;
  draws?: number;
  dim?: number;
  names?: string[];
  rho?: number;
  lengths?: number[];
  /** Draws of chain 0 that diverged. */
  diverging?: number[];
  warmup?: number;
  /** Maps the independent unit coordinates of one draw, in place. */
  shape?: (q: Float64Array) => void;
}

/** Draws whose coordinates are autoregressions. */
export function exampleDraws({
  chains = 4,
  draws = 500,
  dim = 2,
  names = Array.from({ length: dim }, (_, i) => `q[${i}]`),
  rho = 0.6,
  lengths = new Array(chains).fill(draws),
  diverging = [],
  warmup = 0,
  shape = () => {},
}: ExampleOptions = {}): Draws {
  const fill = (count: number, seed: number, kept: readonly number[]): Float64Array => {
    const position = new Float64Array(chains * count * dim).fill(Number.NaN);
    for (let chain = 0; chain < chains; chain++) {
      const coordinates = Array.from({ length: dim }, (_, i) => autoregression(seed + 1000 * chain + i, count, rho));
      for (let draw = 0; draw < kept[chain]; draw++) {
        const q = Float64Array.from(coordinates, (values) => values[draw]);
        shape(q);
        position.set(q, (chain * count + draw) * dim);
      }
    }
    return position;
  };
  const position = fill(draws, 1, lengths);
  const flags = new Float64Array(chains * draws);
  for (const draw of diverging) flags[draw] = 1;
  const energy = Float64Array.from(flags, (_, i) => {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum += position[i * dim + k] ** 2 / 2;
    return sum;
  });
  return drawsOf(
    { chains, draws, dim, names, lengths, position },
    {
      stats: { energy, diverging: flags },
      ...(warmup > 0 && {
        warmup: {
          draws: warmup,
          position: fill(warmup, 77, new Array(chains).fill(warmup)),
          stats: { energy: new Float64Array(chains * warmup) },
        },
      }),
    },
  );
}

/** Draws of many coordinates, quickly made: uniform numbers about each coordinate's index, with a divergence in every hundredth draw of chain 0. */
export function longDraws({ chains, draws, dim }: Record<"chains" | "draws" | "dim", number>): Draws {
  const position = new Float64Array(chains * draws * dim);
  let state = 1;
  for (let i = 0; i < position.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    position[i] = state / 2 ** 31 + (i % dim);
  }
  const diverging = Float64Array.from({ length: chains * draws }, (_, i) => (i < draws && i % 100 === 0 ? 1 : 0));
  const energy = Float64Array.from({ length: chains * draws }, (_, i) => position[i * dim] ** 2);
  const names = Array.from({ length: dim }, (_, i) => `theta[${i}]`);
  const numbers = { chains, draws, dim, names, lengths: new Array<number>(chains).fill(draws), position };
  return drawsOf(numbers, { stats: { energy, diverging } });
}

export interface EstimateOptions {
  chains?: number;
  draws?: number;
  lambda?: number;
  rho?: number;
  dim?: number;
  ok?: boolean;
  seed?: number;
}

/** An estimate whose loss trace is an autoregression around the loss that gives `lambda`; n beta is 100. */
export function exampleEstimate({
  chains = 4,
  draws = 1000,
  lambda = 5,
  rho = 0.9,
  dim = 20,
  ok = true,
  seed = 1,
}: EstimateOptions = {}): LlcEstimate {
  const [dataSize, beta, lossAtCenter] = [500, 0.2, 0.25];
  const trace = Array.from({ length: chains }, (_, c) =>
    autoregression(seed + 31 * c, draws, rho).map(
      (x) => lossAtCenter + (lambda + Math.sqrt(Math.abs(lambda)) * x) / (dataSize * beta),
    ),
  );
  const perChain = trace.map(
    (chain) => dataSize * beta * (chain.reduce((sum, loss) => sum + loss, 0) / draws - lossAtCenter),
  );
  const mean = perChain.reduce((sum, value) => sum + value, 0) / chains;
  const spread = Math.sqrt(perChain.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (chains - 1) / chains);
  return {
    mean,
    standardError: spread,
    interval: [mean - 1.96 * spread, mean + 1.96 * spread],
    perChain,
    rhat: 1,
    essBulk: (chains * draws * (1 - rho)) / (1 + rho),
    lossAtCenter,
    center: new Float64Array(dim),
    trace,
    work: chains * draws,
    verdictWork: 0,
    workNormalizedVariance: spread ** 2 * chains * draws,
    verdict: ok
      ? { ok, problems: [] }
      : { ok, problems: [{ kind: "not-a-minimum", message: "chains go below the loss at the center" }] },
    beta,
    gamma: 1,
    dataSize,
    dim,
    draws: exampleDraws({ chains, draws: 1 }),
  };
}
