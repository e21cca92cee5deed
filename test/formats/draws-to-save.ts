// Draws in which everything that a file must keep is there, made by hand: two variables of several axes, a stopped chain, a warmup.

import type { Draws } from "../../src/chains/draws.js";

const NAMES = ["mu", "w[0,0]", "w[0,1]", "w[0,2]", "w[1,0]", "w[1,1]", "w[1,2]", "theta[1]", "theta[2]", "a/b: 100%?"];

/** Three chains; the second was stopped after 4 of 7 draws. */
export function drawsToSave(): Draws {
  const [chains, draws, warmup] = [3, 7, 5];
  const dim = NAMES.length;
  const lengths = [7, 4, 7];
  return {
    chains,
    draws,
    dim,
    names: NAMES,
    lengths,
    position: table(chains, draws, dim, lengths, (k) => Math.sin(k) / 3),
    stats: statistics(chains, draws, lengths),
    warmup: {
      draws: warmup,
      position: table(chains, warmup, dim, [5, 5, 5], (k) => Math.cos(k) * 1e-300),
      stats: statistics(chains, warmup, [5, 5, 5]),
    },
    adapted: {
      stepSize: Float64Array.of(0.1, 0.2, 0.3),
      inverseMass: Float64Array.from({ length: chains * dim }, (_, k) => 1 / (1 + k)),
    },
    final: {
      position: Float64Array.from({ length: chains * dim }, (_, k) => k - 0.5),
      random: lengths.map((_, chain) => ({ seed: 11, path: ["chain", chain], words: [1, 2, 2 ** 32 - 1, chain] })),
      transitions: [12, 10, 12],
      memory: {
        position: new Float64Array(chains * dim).fill(0.25),
        "run.diverged": Float64Array.of(0, 1, Number.NaN),
      },
      warmup,
      thin: 1,
      energy: "0123456789abcdef0123456789abcdef",
    },
    sampler: {
      kind: "hmc",
      options: {
        stepSize: Float64Array.of(0.3, 0.2, Number.POSITIVE_INFINITY),
        mass: [1, [2, -0]],
        $name: "kept",
        fixed: true,
      },
    },
    seed: 11,
    stopped: [{ chain: 1, draw: 4, reason: "the energy is not finite" }],
    aborted: false,
    seconds: 1.25,
  };
}

function statistics(chains: number, draws: number, lengths: readonly number[]): Record<string, Float64Array> {
  const one = (at: (k: number) => number) => table(chains, draws, 1, lengths, at);
  return {
    energy: one((k) => 10 + k / 7),
    acceptance: one((k) => 1 / (1 + k)),
    diverging: one((k) => (k % 5 === 2 ? 1 : 0)),
    leapfrogSteps: one((k) => 3 + k),
    hamiltonian: one((k) => 12 + k / 7),
    gradientNorm: one((k) => k * 1e10),
  };
}

function table(
  chains: number,
  draws: number,
  dim: number,
  lengths: readonly number[],
  at: (k: number) => number,
): Float64Array {
  return Float64Array.from({ length: chains * draws * dim }, (_, k) => {
    const row = Math.floor(k / dim);
    return row % draws < lengths[Math.floor(row / draws)] ? at(k) : Number.NaN;
  });
}
