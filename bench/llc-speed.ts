// What sampling costs beside gradients, on Lambda-Hat's base model: SGLD's own work on a step (rows, noise, localisation, preconditioner)
// relative to the gradient of its 256 rows; pSGLD, which makes its preconditioner anew at every step, beside it without a limit; and four chains on
// one worker relative to two.

import {
  likelihoods,
  mlp,
  type Network,
  networkLoss,
  psgld,
  type Sampler,
  sample,
  sgld,
  stream,
  tempered,
} from "../src/index.js";
import { samplers } from "../src/samplers/index.js";
import { fastest } from "./fastest.js";
import { report } from "./report.js";

const ROWS = 20_000;
const BATCH = 256;
const STEP_SIZE = 1e-7;
const ROUNDS = 7;

const network: Network = mlp({ inputs: 32, hidden: [62, 62, 62], outputs: 1, activation: "relu" });
const random = stream(1, "bench");
const inputs = Array.from({ length: ROWS }, () => Array.from({ length: 32 }, () => random.normal()));
const loss = networkLoss(network, { inputs, outputs: inputs.map(([x, y]) => Math.sin(x) * y) }, likelihoods.gaussian());
const center = network.initialize(random);
const energy = tempered(loss, { center });

const SHARE = 0.15;
ownWork("SGLD", sgld({ stepSize: STEP_SIZE, batchSize: BATCH }), SHARE);
ownWork(
  "SGLD with a preconditioner",
  sgld({ stepSize: STEP_SIZE, batchSize: BATCH, preconditioner: "rmsprop" }),
  SHARE,
);
ownWork("pSGLD, whose preconditioner moves", psgld({ stepSize: STEP_SIZE, batchSize: BATCH }));
await workers();

/**
 * The time of a step and of a gradient on as many rows, call by call in turns, the shortest of each. The gradient has other rows each time, as the
 * step has, for they are gathered from all over the data; choosing them is the step's own work.
 */
function ownWork(name: string, { kind, options }: Sampler, atMost?: number): void {
  const kernel = samplers[kind].build(energy, options, 1);
  const chain = [random.split(name)];
  const state = kernel.init(center, chain);
  const rows = new Uint32Array(BATCH);
  const gradient = new Float64Array(loss.dim);
  const choose = (): void => random.subset(ROWS, rows);
  const chosen = (): void => {
    choose();
    loss.onRows(center, rows, gradient);
  };
  const [step, withChoice, choice] = fastest([() => kernel.step(state, chain), chosen, choose], 8000);
  const alone = withChoice - choice;
  report({
    what: `${name}, base model: own work of a step relative to the gradient of its ${BATCH} rows`,
    value: step / alone - 1,
    unit: "x",
    ...(atMost !== undefined && { limit: { atMost } }),
    note: `${(1e3 * step).toPrecision(3)} us, the gradient ${(1e3 * alone).toPrecision(3)} us`,
  });
}

/** Steps alone, on one worker and on two in turns; the best of several rounds, for two cores are not often free at once. */
async function workers(): Promise<void> {
  const run = async (threads: number): Promise<number> => {
    const began = performance.now();
    await sample(energy, sgld({ stepSize: STEP_SIZE, batchSize: BATCH }), {
      ...{ chains: 4, warmup: 0, draws: 1, thin: 600, init: center, seed: 1, workers: threads, onEvent() {} },
    });
    return performance.now() - began;
  };
  let [one, two] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    one = Math.min(one, await run(1));
    two = Math.min(two, await run(2));
  }
  report({
    what: "SGLD, base model, 4 chains: one worker relative to two",
    value: one / two,
    unit: "x",
    limit: { atLeast: 1.8 },
    note: `${(one / 1e3).toPrecision(3)} s, ${(two / 1e3).toPrecision(3)} s`,
  });
}
