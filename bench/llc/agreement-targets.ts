// Lambda-Hat's targets on which samplers are held to each other, with the runs that each sampler gets.

import { cvSgld, hmc, mala, mams, mclmc, nuts, psgld, type Sampler, sghmc, sgld, sgnht } from "../../src/index.js";

export interface SamplerRun {
  readonly name: string;
  readonly sampler: Sampler;
  readonly warmup: number;
  readonly draws: number;
  readonly thin: number;
  /**
   * By what share it may be above, and below, without an accept step; that above is `stepExcess`, where an estimate states it. Absent
   * for kernels that are exact.
   */
  readonly bias?: { readonly above: number; readonly below: number };
}

export interface AgreementTarget {
  readonly name: string;
  /** As on the command line of `ergodic`: Lambda-Hat's presets, and its loss. */
  readonly words: readonly string[];
  readonly gamma: number;
  /** Gradients that its trained parameters are polished with, all samplers from the same centre. */
  readonly polish: number;
  readonly runs: readonly SamplerRun[];
  /** Whether chains get threads of their own; the others are too small to pay for them. */
  readonly threads: boolean;
}

const exact = (name: string, sampler: Sampler, warmup: number, draws: number, thin: number = 1): SamplerRun => {
  return { name, sampler, warmup, draws, thin };
};

const biased = (
  name: string,
  sampler: Sampler,
  [warmup, draws, thin]: readonly [number, number, number],
  [above, below]: readonly [number, number],
): SamplerRun => ({ name, sampler, warmup, draws, thin, bias: { above, below } });

/** `length` transitions, all kernels' own share of it: about the same number of effective draws. */
function everySampler(length: number, shortest: number): readonly SamplerRun[] {
  const many = [4 * length, length, 40] as const;
  return [
    exact("HMC", hmc(), shortest, 2 * shortest),
    exact("NUTS", nuts(), shortest, shortest),
    exact("MAMS", mams(), shortest, 2 * shortest),
    exact("MALA", mala(), 4 * length, length, 40),
    biased("MCLMC", mclmc(), [length, length, 10], [0.03, 0.03]),
    biased("SGLD", sgld(), many, [0.05, 0]),
    biased("SGLD, RMSProp", sgld({ preconditioner: "rmsprop" }), many, [0.05, 0]),
    biased("SGLD with control variates", cvSgld(), many, [0.05, 0]),
    biased("pSGLD", psgld(), many, [0.15, 0.15]),
    biased("SGHMC", sghmc(), many, [0.05, 0.02]),
    biased("SGNHT", sgnht(), many, [0.03, 0.03]),
  ];
}

export const agreementTargets: readonly AgreementTarget[] = [
  {
    name: "small",
    words: ["model=small", "data=small", "target.loss=mse"],
    ...{ gamma: 1, polish: 3000, threads: false },
    runs: everySampler(2000, 1000),
  },
  {
    name: "medium",
    words: ["model=medium", "data=medium", "target.loss=mse"],
    ...{ gamma: 250, polish: 3000, threads: true },
    runs: everySampler(1000, 200),
  },
  {
    name: "base",
    words: ["target.loss=mse"],
    // Lambda-Hat's prior_radius = 1: enough to hold chains back where the centre is a saddle, and every gradient takes a tenth of a second.
    ...{ gamma: 9921, polish: 200, threads: true },
    runs: [
      // So short a warmup would only learn a mass from noise, and one for all directions is right: gamma holds nearly all of them alike.
      exact("HMC", hmc({ mass: 1, leapfrogSteps: 30 }), 40, 60),
      exact("MAMS", mams({ diagonalPreconditioning: false }), 100, 150),
      biased("MCLMC", mclmc(), [200, 100, 3], [0.03, 0.03]),
      biased("SGLD", sgld(), [3000, 250, 40], [0.05, 0]),
    ],
  },
];
