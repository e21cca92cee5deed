// What is held to its error: estimates by every kernel, and what several temperatures, reweighting, single rows and two step sizes say beside
// them; each with the value that it should have.

import {
  adamSgld,
  amagold,
  cvSgld,
  hmc,
  type LlcEstimate,
  llc,
  llcExtrapolated,
  llcLadder,
  mams,
  nuts,
  psgld,
  reweightLlc,
  type Sampler,
  sghmc,
  sgld,
  sgnht,
  singularFluctuation,
} from "../../src/index.js";
import { fitLadder } from "../../src/llc/ladder-fit.js";
import type { Model } from "./models.js";

/** A number with its 95 % interval, and what it should be. */
export interface Claim {
  readonly what: string;
  readonly value: number;
  readonly standardError: number;
  readonly interval: readonly [number, number];
  readonly exact: number;
}

export interface Estimator {
  readonly name: string;
  /** With their own bias, which no interval of chains has: reported, and held to no bar. */
  readonly biased?: string;
  /** Everything that decides a run but the model and the seed. */
  readonly settings: object;
  suits?(model: Model): boolean;
  run(model: Model, seed: number): Promise<{ readonly claims: readonly Claim[]; readonly believed: boolean }>;
}

const NORMAL = 1.959963984540054;

const quick = { chains: 4, workers: 0, onEvent() {} } as const;
const exactRun = { warmup: 500, draws: 1000, thin: 1 } as const;
const stochasticRun = { warmup: 2000, draws: 500, thin: 10 } as const;
/** Its error is the difference of two runs: more steps between draws. */
const extrapolatedRun = { ...stochasticRun, thin: 20 } as const;
const nbetas = [50, 100, 200, 400, 800, 1600];
const REWEIGHTED = 1.2;

/** One estimate by a kernel; on rows, or on the bare loss, where rows would only take time. */
function byKernel(
  name: string,
  sampler: Sampler,
  run: typeof exactRun | typeof stochasticRun,
  biased?: string,
): Estimator {
  return {
    name,
    biased,
    settings: { sampler, ...run },
    async run(model, seed) {
      const estimate = await llc(run === stochasticRun ? model.onRows : model.bare, {
        ...quick,
        ...run,
        ...{ sampler, seed, center: model.center, gamma: model.gamma },
      });
      const exact = model.expected(nbetaOf(estimate)).mean;
      const claims = [{ ...claimOf("LLC", estimate, exact) }];
      if (estimate.stepExcess !== undefined) claims.push(withSteps(estimate, exact));
      return { claims, believed: estimate.verdict.ok };
    },
  };
}

/** The interval with what `stepExcess` says that the steps may have added. */
function withSteps(estimate: LlcEstimate, exact: number): Claim {
  const [low, high] = estimate.interval;
  const added = estimate.stepExcess! * Math.max(0, estimate.mean);
  return { ...claimOf("LLC, less stepExcess at most", estimate, exact), interval: [low - added, high] };
}

/** Its fixed steps meet the narrow arms of crossings at every temperature, where at 0.95 some chains are caught. */
const ladderSampler = hmc({ targetAcceptance: 0.99 });

const ladder: Estimator = {
  name: "llcLadder, HMC",
  settings: { sampler: ladderSampler, warmup: 500, draws: 500, nbetas, reweighted: REWEIGHTED },
  async run({ bare, center, gamma, expected }, seed) {
    const sampler = ladderSampler;
    const found = await llcLadder(bare, { ...quick, warmup: 500, draws: 500, center, gamma, sampler, nbetas, seed });
    const exact = (nbeta: number): number => expected(nbeta).mean;
    const fit = fitLadder(
      found.rungs.map(({ nbeta, standardError }) => ({ nbeta, llc: exact(nbeta), standardError })),
      0,
    );
    const n = bare.dataSize;
    const wbicAt = n / Math.log(n);
    const last = found.rungs[found.rungs.length - 1];
    const between = REWEIGHTED * nbetas[2];
    const reweighted = reweightLlc(found.rungs[2].estimate, between);
    return {
      claims: [
        claim("lambda of the fit", found.fit.lambda, found.fit.lambdaStandardError, fit.lambda),
        claim("WBIC", found.wbic!.value, found.wbic!.standardError, (n * exact(wbicAt)) / wbicAt),
        claim("free energy", last.freeEnergy, last.freeEnergyStandardError, freeEnergy(exact, nbetas[0], last.nbeta)),
        claim(
          "free energy, stacked",
          last.bridged,
          last.bridgedStandardError,
          freeEnergy(exact, nbetas[0], last.nbeta),
        ),
        claim(`reweighted to ${REWEIGHTED} n beta`, reweighted.llc, reweighted.standardError, exact(between)),
      ],
      believed: found.notes.length === 0,
    };
  },
};

const fluctuation: Estimator = {
  name: "singularFluctuation, MAMS",
  settings: { sampler: mams({ targetAcceptance: 0.95 }), warmup: 500, draws: 1000 },
  suits: ({ functionalVariance }) => functionalVariance !== undefined,
  async run({ onRows, bare, center, gamma, expected, functionalVariance }, seed) {
    const sampler = mams({ targetAcceptance: 0.95 });
    const estimate = await llc(bare, { ...quick, warmup: 500, draws: 1000, center, gamma, sampler, seed });
    // The draws are of the law that the rows have; their losses are those of the bare loss and a constant.
    const nbeta = nbetaOf(estimate);
    const found = singularFluctuation(onRows, estimate, { rows: onRows.dataSize, seed });
    const exact = expected(nbeta).mean;
    return {
      claims: [
        claim("nu", found.nu, found.standardError, (found.beta / 2) * functionalVariance!(nbeta)),
        claim("WBIC", found.wbic, found.wbicStandardError, (onRows.dataSize * exact) / nbeta),
      ],
      believed: estimate.verdict.ok,
    };
  },
};

const extrapolated: Estimator = {
  name: "llcExtrapolated, SGLD",
  settings: { sampler: sgld(), ...extrapolatedRun },
  async run({ onRows, center, gamma, expected }, seed) {
    const found = await llcExtrapolated(onRows, { ...quick, ...extrapolatedRun, center, gamma, sampler: sgld(), seed });
    const exact = expected(nbetaOf(found.coarse)).mean;
    return { claims: [claimOf("LLC", found, exact)], believed: found.verdict.ok };
  },
};

const steps = "what its steps add";

export const estimators: readonly Estimator[] = [
  byKernel("HMC", hmc({ targetAcceptance: 0.95 }), exactRun),
  byKernel("NUTS", nuts({ targetAcceptance: 0.99 }), exactRun),
  byKernel("MAMS", mams({ targetAcceptance: 0.95 }), exactRun),
  ladder,
  fluctuation,
  byKernel("SGLD", sgld(), stochasticRun, steps),
  byKernel("SGLD with control variates", cvSgld(), stochasticRun, steps),
  extrapolated,
  byKernel("pSGLD", psgld(), stochasticRun, `${steps}, and a metric that moves`),
  byKernel("Adam-SGLD", adamSgld(), stochasticRun, "a momentum without its noise"),
  byKernel("SGHMC", sghmc(), stochasticRun, steps),
  byKernel("SGNHT", sgnht(), stochasticRun, steps),
  byKernel("AMAGOLD", amagold({ leapfrogSteps: 8 }), stochasticRun),
];

function nbetaOf({ beta, dataSize }: LlcEstimate): number {
  return beta * dataSize;
}

function claimOf(
  what: string,
  estimate: Pick<LlcEstimate, "mean" | "standardError" | "interval">,
  exact: number,
): Claim {
  const { mean: value, standardError, interval } = estimate;
  return { what, value, standardError, interval, exact };
}

function claim(what: string, value: number, standardError: number, exact: number): Claim {
  const margin = NORMAL * standardError;
  return { what, value, standardError, interval: [value - margin, value + margin], exact };
}

/** -log Z(to) + log Z(from): the integral of E[t K] over log t, by Simpson's rule. */
function freeEnergy(mean: (nbeta: number) => number, from: number, to: number): number {
  const pieces = 32;
  const h = Math.log(to / from) / pieces;
  let sum = 0;
  for (let k = 0; k <= pieces; k++) {
    const weight = k === 0 || k === pieces ? 1 : k % 2 === 1 ? 4 : 2;
    sum += weight * mean(from * Math.exp(k * h));
  }
  return (sum * h) / 3;
}
