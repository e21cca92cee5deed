// Estimates by every kernel of the library: those with an accept step within their error, the others within the bias that they state.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  adamSgld,
  amagold,
  cvSgld,
  hmc,
  known,
  type LlcEstimate,
  langevin,
  likelihoods,
  llc,
  mala,
  mams,
  mclmc,
  mlp,
  networkLoss,
  nuts,
  preflight,
  psgld,
  randomWalk,
  type Sampler,
  sghmc,
  sgld,
  sgnht,
  stream,
} from "../../src/index.js";

interface Kernel {
  readonly sampler: Sampler;
  /** Transitions per draw, so that all kernels have about as many effective draws. */
  readonly thin: number;
  /** By what share the estimate may be above, and below, what it should be. */
  readonly above: number;
  readonly below: number;
}

const exact = { above: 0, below: 0 };

const kernels: readonly Kernel[] = [
  { sampler: hmc(), thin: 1, ...exact },
  { sampler: nuts(), thin: 1, ...exact },
  { sampler: mala(), thin: 5, ...exact },
  { sampler: mams(), thin: 1, ...exact },
  { sampler: amagold({ leapfrogSteps: 8 }), thin: 2, ...exact },
  { sampler: randomWalk(), thin: 10, ...exact },
  // Steps of which the stiffest direction gets 5 % too much variance, and the others less.
  { sampler: langevin(), thin: 10, above: 0.05, below: 0 },
  { sampler: sgld(), thin: 10, above: 0.05, below: 0 },
  { sampler: cvSgld({ batchSize: 20 }), thin: 10, above: 0.05, below: 0 },
  // Heated by 5 % at most; and the discretisation of what is no Gaussian.
  { sampler: sghmc(), thin: 10, above: 0.05, below: 0.02 },
  { sampler: sgnht(), thin: 10, above: 0.03, below: 0.03 },
  // The step, and a metric that moves without the term that belongs to it.
  { sampler: psgld(), thin: 10, above: 0.15, below: 0 },
  // A momentum without its noise: wider by eps a / (2 (1 - beta1)), which is 0.2 / 0.2 for the automatic step, in the stiffest direction.
  { sampler: adamSgld(), thin: 10, above: 1, below: 0 },
  { sampler: mclmc(), thin: 10, above: 0.03, below: 0.03 },
];

const random = stream(7, "kernels");
const inputs = Array.from({ length: 60 }, () => random.normal());
const outputs = inputs.map((x) => Math.tanh(1.5 * x) + 0.3 * random.normal());
const network = mlp({ inputs: 1, hidden: [2], outputs: 1 });
const fit = networkLoss(network, { inputs, outputs }, likelihoods.gaussian({ sigma: 0.3 }));
const fitted = preflight(fit, network.initialize(random), { polish: 2000 });

const Z = 4.5;
const quick = { chains: 4, warmup: 1000, seed: 5, workers: 0, onEvent() {} } as const;

interface Reference {
  readonly mean: number;
  readonly standardError: number;
}

const losses = {
  "a quadratic": { ...known.quadratic({ curvatures: [1, 4, 0.1] }), gamma: 1 },
  "w^4, with a regular direction": { ...known.powers({ powers: [4, 2] }), gamma: 1 },
  "a network on 60 rows": { loss: fit, center: fitted.center, gamma: 10, expected: undefined },
};

for (const [name, { loss, center, gamma, expected }] of Object.entries(losses)) {
  describe(name, () => {
    let known: Promise<Reference> | undefined;
    /** The exact value, or that of a run eight times as long. */
    const reference = (): Promise<Reference> => {
      const n = loss!.dataSize;
      const run = () =>
        llc(loss!, {
          ...quick,
          center: center!,
          gamma,
          sampler: nuts({ targetAcceptance: 0.9 }),
          draws: 12_000,
          seed: 6,
        });
      known ??=
        expected === undefined
          ? run()
          : Promise.resolve({ mean: expected({ nbeta: n / Math.log(n), gamma }).mean, standardError: 0 });
      return known;
    };

    for (const { sampler, thin, above, below } of kernels) {
      const title = sampler.options.controlVariate === true ? "sgld with control variates" : sampler.kind;
      test(`by ${title}`, async () => {
        const truth = await reference();
        const estimate = (draws: number): Promise<LlcEstimate> =>
          llc(loss!, { ...quick, center: center!, gamma, sampler, thin, draws });
        const misses = ({ mean, standardError }: LlcEstimate): boolean => {
          const error = Z * Math.hypot(standardError, truth.standardError);
          return mean > truth.mean * (1 + above) + error || mean < truth.mean * (1 - below) - error;
        };
        let found = await estimate(1500);
        if (misses(found)) found = await estimate(6000);
        assert.ok(!misses(found), `${found.mean} +- ${found.standardError}, where it should be ${truth.mean}`);
        assert.ok(found.standardError < 0.12 * truth.mean, `standard error ${found.standardError}`);
        assert.ok(found.work > 0 && found.workNormalizedVariance > 0);
      });
    }
  });
}
