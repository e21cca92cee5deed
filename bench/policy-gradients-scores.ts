// Training runs of the library's recipes, recorded whatever they reach, and the table of them in bench/policy-gradients.md. It takes hours, so
// `npm run bench` leaves it out; `npm run bench -- policy-gradients-scores ppo/acrobot walker2d` runs what of these is not recorded yet,
// and with `table` alone nothing is run and the table is written again.

import { execFileSync } from "node:child_process";
import { evaluatePolicy } from "../src/policy-gradients/policy.js";
import { type TrainedPolicy, trainPolicy } from "../src/policy-gradients/train-policy.js";
import { machine } from "./results.js";
import { append, readRecords, type Score, type ScoreRecord, settingsId } from "./scores/records.js";
import { askedRows, type ScoreRow } from "./scores/rows.js";
import { writeTable } from "./scores/table.js";
// The composition of the library for Node: clock and threads.
import "../src/index.js";

const EPISODES = 100;
/** Apart from the seeds of training. */
const EVALUATION_SEED = 10_000;

/** At the start: what runs is what was loaded then. */
const COMMIT = commit();

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
    ...{ machine: machine(), commit: COMMIT, date: new Date().toISOString() },
  };
  const began = performance.now();
  const seconds = () => Number(((performance.now() - began) / 1000).toFixed(1));
  let trained: TrainedPolicy;
  try {
    trained = await trainPolicy(algorithm, environment, { totalSteps, seed, evaluation: { episodes: 1 } });
  } catch (error) {
    return { ...facts, seconds: seconds(), failed: (error as Error).message };
  }
  const taken = seconds();
  const score = async (deterministic: boolean): Promise<Score> => {
    const options = { episodes: EPISODES, seed: EVALUATION_SEED + seed, deterministic };
    const { episodes, meanReturn, sdReturn } = await evaluatePolicy(trained.policy, environment, options);
    return { episodes, mean: meanReturn, sd: sdReturn };
  };
  return {
    ...facts,
    seconds: taken,
    deterministic: await score(true),
    stochastic: await score(false),
    training: trained.log.at(-1)?.["rollout/ep_rew_mean"],
  };
}

/** Of the checkout, with a plus where its sources have changed since; "unknown" outside of a repository. */
function commit(): string {
  const git = (...words: string[]) =>
    execFileSync("git", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  try {
    const changed = git("status", "--porcelain", "--", "src/policy-gradients", "src/networks", "src/tensor") !== "";
    return git("rev-parse", "--short", "HEAD").trim() + (changed ? "+" : "");
  } catch {
    return "unknown";
  }
}

function asLine({ name, seed, seconds, failed, deterministic, stochastic }: ScoreRecord): string {
  const number = (score?: Score) => score?.mean.toFixed(1);
  const found = failed ?? `${number(deterministic)} deterministic, ${number(stochastic)} stochastic`;
  return `  ${name}, seed ${seed}: ${found} (${seconds} s)`;
}
