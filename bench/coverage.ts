// Whether the error bar of `llc` is an error bar, for HMC on two models: over 100 runs with different seeds, how often the 95 % interval covers the
// exact value at the run's own temperature, and how the standard error compares with the spread of the estimates. Every estimator on
// every model is bench/llc-coverage.ts, which takes an hour.

import { cellOf, LEAST_COVERED } from "./llc/cells.js";
import { estimators } from "./llc/estimators.js";
import { models } from "./llc/models.js";
import { report } from "./report.js";

const [hmc] = estimators;
for (const model of models.slice(0, 2)) {
  const { runs, believed, claims } = await cellOf(hmc, model, false);
  const [{ covered, exact, value, spread, standardError }] = claims;
  const what = `LLC by ${hmc.name}, ${model.name}`;
  report({
    what: `${what}: 95 % intervals that cover, of ${runs}`,
    value: covered,
    unit: "runs",
    limit: { atLeast: LEAST_COVERED },
    note: `exact ${exact.toFixed(4)}, mean estimate ${value.toFixed(4)}, spread ${spread.toFixed(4)}; verdict ok ${believed} times`,
  });
  report({ what: `${what}: mean standard error / spread`, value: standardError / spread, unit: "x" });
  report({
    what: `${what}: |mean estimate - exact| in its standard errors`,
    value: Math.abs(value - exact) / (spread / Math.sqrt(runs)),
    unit: "se",
    limit: { atMost: 4.5 },
  });
}
