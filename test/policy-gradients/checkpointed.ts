// The training that a test kills and takes up again; as a program of its own, the folder of its files is its argument.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import "../../src/index.js";
import { environments } from "../../src/policy-gradients/environments/index.js";
import { ppo, type TrainedPolicy, trainPolicy } from "../../src/policy-gradients/index.js";
import { csvLog, jsonLinesLog, tensorBoardLog } from "../../src/runs/logs/index.js";

/** A second of work and more on any machine. */
const totalSteps = 16_000;
const algorithm = ppo({ environments: 4, steps: 64, minibatches: 4, epochs: 8 });
const environment = environments.normalizeObservation(environments.cartPole());

/** With logs and a checkpoint in the folder; without either where there is none. */
export function run(folder?: string): Promise<TrainedPolicy> {
  const options = { totalSteps, seed: 29, evaluateEvery: 3000, evaluation: { episodes: 1 } };
  if (folder === undefined) return trainPolicy(algorithm, environment, options);
  return trainPolicy(algorithm, environment, {
    ...options,
    checkpoint: { path: join(folder, "checkpoint"), everySeconds: 0.02 },
    callbacks: [csvLog(join(folder, "log.csv")), jsonLinesLog(join(folder, "log.jsonl")), tensorBoardLog(folder)],
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await run(process.argv[2]);
}
