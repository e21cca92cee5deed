// The loss of an MLP 20-64-64-1 with tanh on 5000 rows, as users have it: its gradient on two threads, and what HMC adds to it. Part of
// bench/engine.ts.

import { hmc, type Loss, likelihoods, mlp, networkLoss, onThreads, sample, stream, tempered } from "../src/index.js";
import { fastest } from "./fastest.js";
import { report } from "./report.js";

const rows = 5000;
const leapfrogSteps = 10;
const draws = 10;

export async function networkOnThreads(): Promise<void> {
  const random = stream(1, "bench");
  const inputs = Array.from({ length: rows }, () => Array.from({ length: 20 }, () => random.normal()));
  const outputs = inputs.map(([x, y]) => Math.sin(x) * y);
  const network = mlp({ inputs: 20, hidden: [64, 64], outputs: 1 });
  const w = network.initialize(random);
  const gradient = new Float64Array(network.dim);
  for (const precision of ["f32", "f64"] as const) {
    const one = networkLoss(network, { inputs, outputs }, likelihoods.gaussian(), { precision });
    const two = onThreads(one, { threads: 2 });
    await two.ready;
    // Two cores are not often free at once where others use the machine too.
    const gradients = [one, two].map((loss) => () => loss.valueAndGradient(w, gradient));
    const [alone, together] = fastest(gradients, 10_000);
    await two.close();
    report({
      what: `MLP, ${rows} rows, ${precision}: gradient of a loss on one thread, relative to two`,
      value: alone / together,
      unit: "x",
      limit: { atLeast: 1.8 },
      note: `${(alone * 1e3).toPrecision(3)} us, ${(together * 1e3).toPrecision(3)} us`,
    });
    report({
      what: `MLP, ${rows} rows, ${precision}: a gradient within HMC, relative to one alone`,
      value: await withinHmc(one, w),
      unit: "x",
      limit: { atMost: 1.1 },
    });
  }
}

/** The time of one chain per gradient that it takes, relative to that of as many gradients alone; the best of several runs of each. */
async function withinHmc(loss: Loss, w: Float64Array): Promise<number> {
  const energy = tempered(loss, { center: w });
  const sampler = hmc({ stepSize: 1e-4, leapfrogSteps, mass: 1 });
  const options = { chains: 1, warmup: 0, draws, workers: 0, init: w, onEvent: () => {} };
  const gradient = new Float64Array(loss.dim);
  let [chain, alone] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 0; run < 12; run++) {
    const start = performance.now();
    const { stats } = await sample(energy, sampler, options);
    const between = performance.now();
    const gradients = 1 + stats.leapfrogSteps.reduce((sum, steps) => sum + steps);
    for (let i = 0; i < gradients; i++) loss.valueAndGradient(w, gradient);
    chain = Math.min(chain, (between - start) / gradients);
    alone = Math.min(alone, (performance.now() - between) / gradients);
  }
  return chain / alone;
}
