// What the commands of the laboratory do with their arguments: words become jobs, jobs become runs, and what came of them is said.

import {
  ConfigurationError,
  checkId,
  compose,
  configurationYaml,
  execute,
  type GroupName,
  type Job,
  jobsOf,
  listed,
  type Outcome,
  obtainTarget,
  promote,
  promotePolicies,
  refuseMoreRows,
  runSweep,
  type StoredRun,
  type SweptJob,
  shownInWords,
  storeComparison,
  type Task,
  type TaskState,
  targetGroups,
} from "../runs/index.js";
import { type ConfiguredOptions, filesOf, labelled, valueAt } from "./jobs.js";
import { type Line, type ProgressTable, progressTable } from "./progress-table.js";
import { interruptible, print, say } from "./terminal.js";

/** `ergodic llc`: target, samplers, comparison. */
export async function llcCommand(words: readonly string[], options: ConfiguredOptions): Promise<number> {
  const jobs = await jobsFrom(words, options);
  if (options.cfg === true) return printConfigurations(jobs);
  if (jobs.length > 1) return sweepJobs(jobs, options);
  return interruptible(async (signal) => {
    const outcomes = await execute(options.runsRoot, jobs, { signal, figures: true, onNote: say });
    let failed = reportFailures(outcomes);
    const runs = outcomes.flatMap(({ run }) => run ?? []);
    const target = outcomes.find((outcome) => outcome.target !== undefined)?.target;
    if (target === undefined || runs.length === 0) return 1;
    for (const run of runs) print(placeOf(run));
    const comparison = await storeComparison(options.runsRoot, jobs[0].configuration, target, runs, {
      signal,
      figures: true,
    });
    print(comparison.summary);
    print(`target ${target.folder}`);
    print(`comparison ${comparison.folder}`);
    for (const problem of comparison.problems) say(`error: ${problem}`);
    if (comparison.problems.length > 0) failed++;
    return failed > 0 ? 1 : 0;
  });
}

/** `ergodic sweep`: every job of the product. */
export async function sweepCommand(words: readonly string[], options: ConfiguredOptions): Promise<number> {
  const jobs = await jobsFrom(words, { ...options, multirun: true });
  return options.cfg === true ? printConfigurations(jobs) : sweepJobs(jobs, options);
}

/** `ergodic build-target`: prints the ids. */
export async function buildTargetCommand(words: readonly string[], options: ConfiguredOptions): Promise<number> {
  const jobs = await jobsFrom(words, options);
  if (options.cfg === true) return printConfigurations(jobs);
  for (const { configuration } of jobs) {
    refuseMoreRows("training.batch_size", configuration.training.batch_size, configuration.data.n_data);
  }
  return interruptible(async (signal) => {
    let failed = 0;
    for (const { label, configuration } of jobs) {
      try {
        const onWait = (pid: number): void => say(`waiting for process ${pid}, which is building the same target`);
        const { id, folder, target, isNew } = await obtainTarget(options.runsRoot, configuration, { signal, onWait });
        const { dim, dataSize } = target.loss;
        say(
          `${isNew ? "built" : "there already:"} ${dim} parameters, ${dataSize} rows, L_n(w*) = ${target.lossAtCenter.toPrecision(6)}, in ${folder}`,
        );
        print(id);
      } catch (error) {
        if (signal.aborted || jobs.length === 1) throw error;
        say(`error: ${label}: ${(error as Error).message}`);
        failed++;
      }
    }
    return failed > 0 ? 1 : 0;
  });
}

/** `ergodic sample target_id=...`: samplers on a target that is there. */
export async function sampleCommand(words: readonly string[], options: ConfiguredOptions): Promise<number> {
  const jobs = await jobsFrom(words, options, "target_id");
  if (options.cfg === true) return printConfigurations(jobs);
  return interruptible(async (signal) => {
    const several = jobs.length > 1;
    const table = several ? progressTable(taskCount(jobs)) : undefined;
    const outcomes = await execute(options.runsRoot, jobs, {
      signal,
      figures: true,
      onNote: say,
      ...(table !== undefined && { onState: telling(table) }),
    }).finally(() => table?.close());
    const failed = reportFailures(outcomes);
    reportRuns(outcomes.flatMap(({ run }) => run ?? []));
    return failed > 0 ? 1 : 0;
  });
}

export interface PromoteArguments {
  readonly samplers: string;
  /** In place of samplers. */
  readonly policies?: string;
  /** `running_llc.png` of samplers and `learning_curve.png` of policies where left out. */
  readonly plotName?: string;
  readonly outdir: string;
  readonly runsRoot: string;
  readonly target?: string;
}

/** `ergodic promote`: prints what was copied. */
export async function promoteCommand(options: PromoteArguments): Promise<number> {
  const { plotName, outdir, runsRoot, target: targetId } = options;
  const names = (list: string): string[] => list.split(",").map((name) => name.trim());
  const paths =
    options.policies === undefined
      ? await promote(runsRoot, {
          samplers: names(options.samplers),
          plotName: plotName ?? "running_llc.png",
          outdir,
          targetId,
        })
      : await promotePolicies(runsRoot, {
          policies: names(options.policies),
          plotName: plotName ?? "learning_curve.png",
          outdir,
        });
  for (const path of paths) print(path);
  return 0;
}

export async function listCommand(root: string): Promise<number> {
  const { text, problems } = await listed(root);
  print(text);
  for (const problem of problems) say(`error: ${problem}`);
  return problems.length > 0 ? 1 : 0;
}

export async function showCommand(root: string, id: string): Promise<number> {
  print(await shownInWords(root, id));
  return 0;
}

function sweepJobs(jobs: readonly SweptJob[], { runsRoot }: ConfiguredOptions): Promise<number> {
  return interruptible(async (signal) => {
    const table = progressTable(taskCount(jobs));
    const sweep = await runSweep(runsRoot, jobs, {
      signal,
      figures: true,
      onState: telling(table),
      onNote: say,
    }).finally(() => table.close());
    const failed = reportFailures(sweep.outcomes);
    for (const problem of sweep.problems) say(`error: ${problem}`);
    print(sweep.csv);
    return failed + sweep.problems.length > 0 ? 1 : 0;
  });
}

/** The jobs that the words ask for; `own` is a key of the command itself, and needed: then nothing may decide another target. */
async function jobsFrom(words: readonly string[], options: ConfiguredOptions, own?: "target_id"): Promise<SweptJob[]> {
  const files = await filesOf(options);
  return labelled(jobsOf(words, { sweep: options.multirun === true })).map(({ label, said, overrides }) => {
    if (own === undefined) {
      return { label, overrides: said, configuration: compose({ ...files, overrides }) };
    }
    const targetId = valueAt(overrides, own);
    if (targetId === undefined) {
      throw new ConfigurationError(
        "sample needs target_id=tgt_...; build-target makes one, and list shows what there is",
      );
    }
    for (const { key } of overrides) {
      if (targetGroups.includes(key.split(".")[0] as GroupName)) {
        throw new ConfigurationError(
          `${key} decides the target, which ${own} names; build-target ${key}=... makes another`,
        );
      }
    }
    const others = overrides.filter(({ key }) => key !== own);
    return {
      label,
      overrides: said,
      configuration: compose({ ...files, overrides: others }),
      targetId: checkId("tgt", targetId),
    };
  });
}

function taskCount(jobs: readonly Job[]): number {
  return jobs.reduce((sum, { configuration }) => sum + new Set(configuration.sampler.run).size, 0);
}

function printConfigurations(jobs: readonly Job[]): number {
  print(jobs.map(({ configuration }) => configurationYaml(configuration).trimEnd()).join("\n---\n"));
  return 0;
}

function reportRuns(runs: readonly StoredRun[]): void {
  for (const run of runs) {
    print(placeOf(run));
    for (const { message } of run.estimate.verdict.problems) say(`${run.sampler}: ${message}`);
  }
}

function placeOf({ sampler, folder, isNew }: StoredRun): string {
  return `${sampler} ${folder}${isNew ? "" : " (there already)"}`;
}

/** Says which sampler of which job failed, what is wrong with several once; resolves to how many different things are. */
function reportFailures(outcomes: readonly Outcome[]): number {
  const byError = new Map<string, string[]>();
  for (const { task, error } of outcomes) {
    if (error === undefined) continue;
    const name = task.job.label === "" ? task.sampler : `${task.job.label} ${task.sampler}`;
    byError.set(error.message, [...(byError.get(error.message) ?? []), name]);
  }
  for (const [message, names] of byError) say(`error: ${names.join(", ")}: ${message}`);
  return byError.size;
}

/** Shows each task as a line of the table. */
function telling(table: ProgressTable): (task: Task, state: TaskState) => void {
  return (task, state) => table.update(task, lineOf(task, state));
}

function lineOf({ job, sampler }: Task, state: TaskState): Line {
  const name = job.label === "" ? sampler : `${job.label} ${sampler}`;
  switch (state.state) {
    case "target":
      return { name, fraction: 0, words: "target" };
    case "sampling":
      return { name, fraction: state.fraction, words: `${Math.round(100 * state.fraction)} %` };
    case "figures":
      return { name, fraction: 1, words: "figures" };
    case "done": {
      const { llc_mean, llc_se, verdict } = state.run.metrics;
      const known = state.run.isNew ? "" : ", there already";
      const words = `llc ${llc_mean.toPrecision(4)} +- ${llc_se.toPrecision(2)} (${verdict}${known})`;
      return { name, fraction: 1, words, end: "done" };
    }
    case "failed":
      return { name, fraction: 0, words: state.error.message.split("\n", 1)[0], end: "failed" };
  }
}
