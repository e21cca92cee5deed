// Whether the error bar of `llc` is an error bar: over 100 runs with different seeds, how often the 95 % interval covers the exact
// value at the run's own temperature, and how the standard error compares with the spread of the estimates.

import { importBuilt } from "./built.js";
import { mean, report } from "./report.js";

const RUNS = 100;
const CHAINS = 4;
const WARMUP = 300;
const DRAWS = 500;
const DATA_SIZE = 1000;
/** Inverse temperature times data size. */
const T = DATA_SIZE / Math.log(DATA_SIZE);

const { hmc, llc, loss } = await importBuilt();

// K = sum of h_i w_i^2 / 2 under exp(-t K - gamma |w|^2 / 2): E[t K] = sum of t h_i / (t h_i + gamma) / 2, coordinate by coordinate.
const curvatures = [4, 1, 0.1, 0.01];
const gamma = 1;
const quadratic = {
  name: "quadratic with gamma = 1, d = 4",
  loss: loss(4, DATA_SIZE, (w) => {
    const terms = w.unstack().map((wi, i) => wi.square().mul(curvatures[i] / 2));
    return terms.reduce((sum, term) => sum.add(term));
  }),
  gamma,
  exact: curvatures.reduce((sum, h) => sum + (T * h) / (T * h + gamma) / 2, 0),
};

// K = |w1|^4 + w2^2 under exp(-t K): t |w_i|^p is Gamma(1/p) distributed at every t, so E[t K] = 1/4 + 1/2.
const powerWells = {
  name: "power wells |w1|^4 + w2^2",
  loss: loss(2, DATA_SIZE, (w) => {
    const [w1, w2] = w.unstack();
    return w1.square().square().add(w2.square());
  }),
  gamma: 0,
  exact: 1 / 4 + 1 / 2,
};

for (const target of [quadratic, powerWells]) {
  const estimates: number[] = [];
  const errors: number[] = [];
  let covered = 0;
  let believed = 0;
  for (let seed = 0; seed < RUNS; seed++) {
    const { mean, standardError, interval, verdict } = await llc(target.loss, {
      center: new Float64Array(target.loss.dim),
      sampler: hmc(),
      chains: CHAINS,
      warmup: WARMUP,
      draws: DRAWS,
      gamma: target.gamma,
      seed,
      onEvent: () => {},
    });
    estimates.push(mean);
    errors.push(standardError);
    if (interval[0] <= target.exact && target.exact <= interval[1]) covered++;
    if (verdict.ok) believed++;
  }
  const center = mean(estimates);
  const spread = Math.sqrt(estimates.reduce((sum, one) => sum + (one - center) ** 2, 0) / (RUNS - 1));
  report({
    what: `LLC, ${target.name}: 95 % intervals that cover, of ${RUNS}`,
    value: covered,
    unit: "runs",
    limit: { atLeast: 90 },
    note: `exact ${target.exact.toFixed(4)}, mean estimate ${center.toFixed(4)}, spread ${spread.toFixed(4)}; verdict ok ${believed} times`,
  });
  report({ what: `LLC, ${target.name}: mean standard error / spread`, value: mean(errors) / spread, unit: "x" });
  report({
    what: `LLC, ${target.name}: |mean estimate - exact| in its standard errors`,
    value: Math.abs(center - target.exact) / (spread / Math.sqrt(RUNS)),
    unit: "se",
    limit: { atMost: 4.5 },
  });
}
