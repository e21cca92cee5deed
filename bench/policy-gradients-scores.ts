// Training runs of the library's recipes, recorded whatever they reach, and the table of them in bench/policy-gradients.md. It takes hours, so
// `npm run bench` leaves it out; `npm run bench -- policy-gradients-scores ppo/acrobot walker2d` runs what of these is not recorded yet,
// and with `table` alone nothing is run and the table is written again. A run that was broken off goes on where it was.

import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Evaluation } from "../src/policy-gradients/policy.js";
import { type TrainedPolicy, trainPolicy } from "../src/policy-gradients/train-policy.js";
import { commitOf, provenance } from "./records.js";
import { append, readRecords, type Score, type ScoreRecord, settingsId } from "./scores/records.js";
import { askedRows, type ScoreRow } from "./scores/rows.js";
import { writeTable } from "./scores/table.js";
// The composition of the library for Node: clock and threads.
import "../src/index.js";

const EPISODES = 100;
/** Apart from the seeds of training. */
const EVALUATION_SEED = 10_000;

/** At the start: what runs is what was loaded then. */
const COMMIT = commitOf("src/policy-gradients", "src/networks", "src/tensor");

const words = process.argv.slice(2);
if (words.join() !== "table") {
  for (const row of askedRows(words)) {
    const settings = settingsId(row.recipe);
    for (let seed = 1; seed <= row.seeds; seed++) {
      const there = readRecords().some(
        (record) => record.name === row.name && record.settings === settings && record.seed === seed,
      );
      if (there) continue;
      const record = await scored(row, settings, seed);
      append(record);
      console.log(asLine(record));
    }
  }
}
writeTable(readRecords());

async function scored({ name, recipe }: ScoreRow, settings: string, seed: number): Promise<ScoreRecord> {
  const { algorithm, environment, totalSteps } = recipe;
  const facts = {
    ...{ name, seed, settings, totalSteps },
    command: `npm run bench -- policy-gradients-scores ${name}`,
    ...provenance(COMMIT),
  };
  const elapsed = () => Math.round((performance.now() - began) / 100) / 10;
  const began = performance.now();
  let trained: TrainedPolicy;
  try {
    trained = await trainPolicy(algorithm, environment, {
      ...{ totalSteps, seed, evaluation: { episodes: EPISODES, seed: EVALUATION_SEED + seed } },
      checkpoint: join(tmpdir(), `ergodic-scores-${name.replace("/", "-")}-${settings}-${seed}.training`),
    });
  } catch (error) {
    return { ...facts, seconds: elapsed(), failed: (error as Error).message };
  }
  if (trained.reason !== "steps done") {
    console.log(`  ${name}, seed ${seed}: broken off; the same command goes on from here`);
    process.exit(130);
  }
  const last = trained.log[trained.log.length - 1];
  return {
    ...facts,
    // Those of a run that was broken off count too.
    seconds: Math.round(10 * last["time/time_elapsed"]) / 10,
    deterministic: scoreOf(trained.evaluation),
    stochastic: scoreOf(trained.stochasticEvaluation),
    training: last["rollout/ep_rew_mean"],
  };
}

function scoreOf({ episodes, meanReturn, sdReturn }: Evaluation): Score {
  return { episodes, mean: meanReturn, sd: sdReturn };
}

function asLine({ name, seed, seconds, failed, deterministic, stochastic }: ScoreRecord): string {
  const number = (score?: Score) => score?.mean.toFixed(1);
  const found = failed ?? `${number(deterministic)} deterministic, ${number(stochastic)} stochastic`;
  return `  ${name}, seed ${seed}: ${found} (${seconds} s)`;
}
