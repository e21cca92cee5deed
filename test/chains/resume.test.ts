// Runs that are gone on with.

import { test } from "node:test";
import { gaussian } from "../../src/energies/gaussian.js";
import { mams, mclmc } from "../../src/samplers/index.js";
import { resumesExactly } from "./resume.js";

const correlated = gaussian({
  mean: [1, -1],
  covariance: [
    [1, 0.5],
    [0.5, 2],
  ],
});

for (const sampler of [mclmc(), mams()]) {
  test(`${sampler.kind} goes on as if it had never been interrupted`, () => resumesExactly(correlated, sampler));
}
