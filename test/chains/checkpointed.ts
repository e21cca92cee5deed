// The run that tests of checkpoints kill and take up again; as a program of its own, the path of its checkpoint is its argument.

import { pathToFileURL } from "node:url";
import "./platform.js";
import type { Draws } from "../../src/chains/draws.js";
import { type SampleOptions, sample } from "../../src/chains/index.js";
import type { Energy } from "../../src/energies/energy.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { mclmc } from "../../src/samplers/index.js";
import { normal } from "./exported-energies.js";

const correlated = gaussian({
  mean: [1, -1],
  covariance: [
    [1, 0.5],
    [0.5, 2],
  ],
});

/** Some seconds of work on any machine. */
export const options: SampleOptions = { chains: 5, warmup: 4000, draws: 20_000, thin: 20, seed: 23, keepWarmup: true };

export function run(where: string, more: SampleOptions): Promise<Draws> {
  const [energy, workers, thin]: [Energy, number, number] = where === "threads" ? [correlated, 2, 20] : [normal, 0, 40];
  return sample(energy, mclmc(), { ...options, workers, thin, onEvent: () => {}, ...more });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , path, where] = process.argv;
  await run(where, { checkpoint: { path, everySeconds: 0.02 } });
}
