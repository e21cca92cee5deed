// What NUTS adds to the gradients that it needs: gradients per second of one chain through `sample`, warmup included, relative to a bare loop over
// `valueAndGradient`. Both run in turns, so that whatever else the machine does falls on both; medians of the pairs' ratios.

import { type Energy, energies, energy, type NutsOptions, nuts, sample, stream, tensor } from "../src/index.js";
import { mean, median, report } from "./report.js";

const REPETITIONS = 7;
/** How long a run of either takes, about. */
const SECONDS = 0.6;

const dim = 100;
const scales = Array.from({ length: dim }, (_, i) => 0.5 + i / 50);
const rows = Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => 0.9 ** Math.abs(i - j)));

await compare("logistic regression, 1000 x 25", logisticRegression(1000, 25), 0.6);
const correlated = energies.gaussian({ mean: new Float64Array(dim), covariance: rows });
await compare("correlated Gaussian in 100-D", correlated, 0.6);
// A product with a dense matrix per step, beside the two of the gradient, and the factor of each new one in warmup.
await compare("the same with a dense mass", correlated, undefined, { mass: "dense" });
// Two vector operations per coordinate: nothing is cheaper to differentiate, and little can be hidden behind it.
await compare("independent Gaussian in 100-D", energies.gaussian({ mean: scales, covariance: scales }));

/** Bernoulli outcomes with 25 standard normal predictors and coefficients; a standard normal prior. */
function logisticRegression(count: number, predictors: number): Energy {
  const random = stream(0, "logistic regression");
  const truth = Float64Array.from({ length: predictors }, () => random.normal());
  const x = Array.from({ length: count }, () => Array.from({ length: predictors }, () => random.normal()));
  const y = x.map((row) => {
    const eta = row.reduce((sum, value, j) => sum + value * truth[j], 0);
    return random.uniform() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
  });
  const [inputs, outcomes] = [tensor.constant(x), tensor.constant(y)];
  return energy(predictors, (q) => {
    const eta = inputs.matmul(q);
    return eta.softplus().sub(outcomes.mul(eta)).sum().add(q.square().sum().div(2));
  });
}

async function compare(what: string, target: Energy, atLeast?: number, options: NutsOptions = {}): Promise<void> {
  const trial = await chain(target, options, 200, 1);
  const draws = Math.max(200, Math.ceil((trial.draws * SECONDS) / trial.seconds));
  const gradients = Math.ceil(SECONDS * bare(target, trial.positions, 1000));
  bare(target, trial.positions, gradients);
  const ratios: number[] = [];
  const [ours, theirs, depths]: number[][] = [[], [], []];
  for (let seed = 2; seed < 2 + REPETITIONS; seed++) {
    const alone = bare(target, trial.positions, gradients);
    const run = await chain(target, options, draws, seed);
    const perSecond = run.gradients / run.seconds;
    ratios.push(perSecond / alone);
    ours.push(perSecond);
    theirs.push(alone);
    depths.push(run.leapfrogSteps);
  }
  report({
    what: `NUTS, ${what}: gradients per second, relative to a bare loop`,
    value: median(ratios),
    unit: "x",
    limit: atLeast === undefined ? undefined : { atLeast },
    note: `${nanoseconds(median(ours))} beside ${nanoseconds(median(theirs))} ns each, ${median(depths).toFixed(1)} leapfrog steps per draw`,
  });
}

function nanoseconds(perSecond: number): string {
  return (1e9 / perSecond).toFixed(0);
}

interface Chain {
  readonly seconds: number;
  readonly gradients: number;
  readonly draws: number;
  readonly leapfrogSteps: number;
  readonly positions: readonly Float64Array[];
}

async function chain(target: Energy, sampler: NutsOptions, draws: number, seed: number): Promise<Chain> {
  const warmup = 1000;
  const options = { chains: 1, warmup, draws, seed, workers: 0, keepWarmup: true, onEvent: () => {} };
  const began = performance.now();
  const result = await sample(target, nuts(sampler), options);
  const seconds = (performance.now() - began) / 1000;
  const steps = result.stats.leapfrogSteps;
  const warmupSteps = (result.warmup as { stats: Record<string, Float64Array> }).stats.leapfrogSteps;
  return {
    seconds,
    draws,
    gradients: draws * mean(steps) + warmup * mean(warmupSteps),
    leapfrogSteps: mean(steps),
    positions: Array.from({ length: Math.min(draws, 100) }, (_, t) =>
      result.position.slice(t * target.dim, (t + 1) * target.dim),
    ),
  };
}

/** Gradients per second of the energy alone, at positions of its law. */
function bare(target: Energy, positions: readonly Float64Array[], gradients: number): number {
  const gradient = new Float64Array(target.dim);
  const began = performance.now();
  for (let k = 0; k < gradients; k++) target.valueAndGradient(positions[k % positions.length], gradient);
  return gradients / ((performance.now() - began) / 1000);
}
