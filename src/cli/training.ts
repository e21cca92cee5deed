// What `ergodic train` does with its words: words become jobs, jobs become policies, and what came of them is said.

import {
  composeTraining,
  configurationYaml,
  jobsOf,
  runTrainingSweep,
  type StoredPolicy,
  type TrainingJob,
  type TrainingState,
  trainAll,
} from "../runs/index.js";
import { consoleTable } from "../runs/logs/index.js";
import { callbacksForParent, trainInChild } from "./child-training.js";
import { type ConfiguredOptions, filesOf, labelled } from "./jobs.js";
import { type Line, progressTable } from "./progress-table.js";
import { interruptible, print, say } from "./terminal.js";

export async function train(words: readonly string[], options: ConfiguredOptions): Promise<number> {
  const { multirun, runsRoot, cfg } = options;
  const files = await filesOf(options);
  const jobs = labelled(jobsOf(words, { sweep: multirun === true })).map(
    ({ label, said, overrides }): TrainingJob => ({
      label,
      overrides: said,
      configuration: composeTraining({ ...files, overrides }),
    }),
  );
  if (cfg === true) {
    print(jobs.map(({ configuration }) => configurationYaml(configuration).trimEnd()).join("\n---\n"));
    return 0;
  }
  return jobs.length > 1 ? trainSeveral(jobs, runsRoot) : trainOne(jobs[0], runsRoot);
}

function trainOne(job: TrainingJob, root: string): Promise<number> {
  const forParent = callbacksForParent();
  const isChild = forParent !== undefined;
  return interruptible(async (signal) => {
    const { console_every } = job.configuration.output;
    const [{ policy, error }] = await trainAll(root, [job], {
      signal,
      // A parent draws and shows what it wants.
      figures: !isChild,
      callbacks: forParent ?? [consoleTable({ everySeconds: console_every, write: say })],
      onNote: say,
    });
    if (policy !== undefined && !isChild) {
      print(`${inWords(policy)}\npolicy ${policy.folder}${policy.isNew ? "" : " (there already)"}`);
    }
    if (error !== undefined) say(`error: ${error.message}`);
    return error === undefined ? 0 : 1;
  });
}

function trainSeveral(jobs: readonly TrainingJob[], root: string): Promise<number> {
  return interruptible(async (signal) => {
    const table = progressTable(jobs.length);
    const sweep = await runTrainingSweep(root, jobs, {
      signal,
      figures: true,
      trainElsewhere: trainInChild(root),
      onNote: say,
      onState: (job, state) => table.update(job, lineOf(job, state)),
    }).finally(() => table.close());
    let failed = sweep.problems.length;
    for (const { job, error } of sweep.outcomes) {
      if (error === undefined) continue;
      failed++;
      say(`error: ${job.label}: ${error.message}`);
    }
    for (const problem of sweep.problems) say(`error: ${problem}`);
    if (sweep.summary !== "") say(sweep.summary);
    print(sweep.csv);
    return failed > 0 ? 1 : 0;
  });
}

function inWords({ metrics }: StoredPolicy): string {
  const { algorithm, environment, seed, episodes, steps } = metrics;
  return (
    `${algorithm} on ${environment}, seed ${seed}, ${steps} steps: return ${returnOf(metrics)} over ${episodes} episodes ` +
    `(with drawn actions ${digits(metrics.stochastic_return_mean)} +- ${digits(metrics.stochastic_return_sd)})`
  );
}

function lineOf({ label }: TrainingJob, state: TrainingState): Line {
  switch (state.state) {
    case "training":
      return { name: label, fraction: state.fraction, words: `${Math.round(100 * state.fraction)} %` };
    case "figures":
      return { name: label, fraction: 1, words: "figures" };
    case "done": {
      const known = state.policy.isNew ? "" : ", there already";
      const words = `return ${returnOf(state.policy.metrics)}${known}`;
      return { name: label, fraction: 1, words, end: "done" };
    }
    case "failed":
      return { name: label, fraction: 0, words: state.error.message.split("\n", 1)[0], end: "failed" };
  }
}

function returnOf({ return_mean, return_sd }: StoredPolicy["metrics"]): string {
  return `${digits(return_mean)} +- ${digits(return_sd)}`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
