// Losses whose minima are known in closed form, for the tests of training.

import { type Loss, likelihoods, loss, mlp, networkLoss } from "../../src/networks/index.js";
import { stream } from "../../src/random/index.js";

/** `(w - target)^2 / 2`: gradient descent from 0 with rate r is at `target (1 - (1 - r)^t)` after t steps. */
export const parabola = (target: number): Loss =>
  loss(1, 10, (w) => w.sub(target).square().sum().mul(0.5), {}, { initialize: () => Float64Array.of(0) });

const n = 40;
const random = stream(12, "regression");
const inputs = Array.from({ length: n }, () => [random.normal(), random.normal()]);
const outputs = inputs.map(([a, b]) => 1 + 2 * a - 3 * b + 0.3 * random.normal());
export const line: Loss = networkLoss(
  mlp({ inputs: 2, hidden: [], outputs: 1 }),
  { inputs, outputs },
  likelihoods.gaussian(),
);

/** Solves the normal equations by elimination; the intercept last, as the network has it. */
export function leastSquares(): number[] {
  const rows = inputs.map(([a, b]) => [a, b, 1]);
  const system = [0, 1, 2].map((i) => [
    ...[0, 1, 2].map((j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
    rows.reduce((sum, row, k) => sum + row[i] * outputs[k], 0),
  ]);
  for (let i = 0; i < 3; i++) {
    for (let k = 0; k < 3; k++) {
      if (k === i) continue;
      const factor = system[k][i] / system[i][i];
      system[k] = system[k].map((entry, j) => entry - factor * system[i][j]);
    }
  }
  return system.map((row, i) => row[3] / row[i]);
}
