// What the commands do: targets and runs are obtained for a list of jobs, several at a time, and whatever fails, the others' results
// stay. Nothing is computed that is there.

import { availableParallelism } from "node:os";
import { defaultBeta } from "../llc/index.js";
import { kindsOnData } from "../llc/targets/index.js";
import { likelihoods } from "../networks/index.js";
import type { EventSink } from "../platform/platform.js";
import type { Configuration, SamplerName } from "./configuration/index.js";
import { drawMissing, figuresOfRun, startBrowser } from "./figures.js";
import { inParallel } from "./in-parallel.js";
import { checkBatches, refuseMoreRows } from "./sampling.js";
import { exists } from "./store/artifact.js";
import { folders } from "./store/identity.js";
import { type LockOptions, removeDeadLocks } from "./store/lock.js";
import { obtainRun, RunAborted, runIdOf, type StoredRun } from "./store/samples.js";
import { loadTarget, obtainTarget, type StoredTarget, targetIdOf } from "./store/targets.js";

export interface Job {
  /** How the job is called among others: what was said of it alone. */
  readonly label: string;
  readonly configuration: Configuration;
  /** A target that is there already, in place of that of the configuration. */
  readonly targetId?: string;
}

/** One sampler of one job. */
export interface Task {
  readonly job: Job;
  readonly sampler: SamplerName;
}

export type TaskState =
  | { readonly state: "target" }
  | { readonly state: "sampling"; readonly fraction: number }
  | { readonly state: "figures" }
  | { readonly state: "done"; readonly run: StoredRun }
  | { readonly state: "failed"; readonly error: Error };

export interface Outcome {
  readonly task: Task;
  readonly target?: StoredTarget;
  readonly run?: StoredRun;
  /** Why there is no run, or why some of its figures are not there. */
  readonly error?: Error;
}

export interface LaboratoryOptions {
  readonly signal?: AbortSignal;
  /** Whether each run gets its figures. */
  readonly figures: boolean;
  /** Hears of every change. */
  readonly onState?: (task: Task, state: TaskState) => void;
  /** Hears what a reader should know meanwhile. */
  readonly onNote?: (note: string) => void;
  /** Hears of the progress of a single task, in place of the usual display. */
  readonly onEvent?: EventSink;
}

/**
 * Obtains every sampler's run for every job, in the order of the jobs. Resolves when all have ended, well or not; rejects with RunAborted where
 * `signal` ended it. Throws a ConfigurationError before anything is computed where a job cannot be.
 */
export async function execute(root: string, jobs: readonly Job[], options: LaboratoryOptions): Promise<Outcome[]> {
  checkJobs(jobs);
  const notes = jobs.flatMap((job) => (job.targetId === undefined ? temperatureNote(job.configuration) : []));
  for (const note of new Set(notes)) options.onNote?.(note);
  await removeDeadLocks(root);
  const tasks: Task[] = jobs.flatMap((job) =>
    [...new Set(job.configuration.sampler.run)].map((sampler) => ({ job, sampler })),
  );
  const { signal, onState, onNote } = options;
  const lockOf = (what: string): LockOptions => ({
    signal,
    onWait: (pid) => onNote?.(`waiting for process ${pid}, which is making the same ${what}`),
  });
  const targets = new Map<string, Promise<StoredTarget>>();
  const targetOf = (job: Job): Promise<StoredTarget> => {
    const { configuration, targetId } = job;
    const id = targetId ?? targetIdOf(configuration);
    const known =
      targets.get(id) ?? (targetId ? loadTarget(root, targetId) : obtainTarget(root, configuration, lockOf("target")));
    targets.set(id, known);
    // Each task that needs it hears of its failure; nobody else has to.
    known.catch(() => {});
    return known;
  };

  // A target that is to be there and is not is no failure of a sampler.
  for (const job of jobs) if (job.targetId !== undefined) await targetOf(job);

  const several = tasks.length > 1 && jobs.length > 1;
  const perform = async (task: Task): Promise<Begun> => {
    const { job, sampler } = task;
    const tell = (state: TaskState): void => onState?.(task, state);
    let target: StoredTarget | undefined;
    try {
      signal?.throwIfAborted();
      tell({ state: "target" });
      target = await targetOf(job);
      const { sampler: sections, output } = job.configuration;
      checkBatches({ ...sections, run: [sampler] }, target.target.loss.dataSize);
      tell({ state: "sampling", fraction: 0 });
      const run = await obtainRun(root, target, job.configuration, sampler, {
        ...lockOf(`run of ${sampler}`),
        // Several runs share the machine, a thread each; a single one takes what it needs.
        workers: several ? 1 : undefined,
        checkpointEvery: output.checkpoint_every,
        onEvent:
          onState === undefined ? options.onEvent : fractions((fraction) => tell({ state: "sampling", fraction })),
      });
      const done = (): void => tell({ state: "done", run });
      if (!options.figures || !output.save_plots) {
        done();
        return { outcome: { task, target, run } };
      }
      tell({ state: "figures" });
      const figures = figuresOfRun(run, output.max_theta_plot_dims, sections, target.target.known?.lambda);
      const drawing = drawMissing(root, run.folder, figures, output.plot_formats, signal);
      // The next run need not wait for pictures, which another process draws.
      drawing.then(done, () => {});
      return { outcome: { task, target, run }, drawing };
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      tell({ state: "failed", error: reason });
      return { outcome: { task, target, error: reason } };
    }
  };

  if (options.figures && (await anythingToDraw(root, tasks[0]))) startBrowser();
  const begun = await inParallel(tasks, several ? availableParallelism() : 1, perform);
  const outcomes = await Promise.all(begun.map(finished));
  if (signal?.aborted) throw new RunAborted("interrupted");
  return outcomes;
}

/** Throws a ConfigurationError where a job cannot be; what needs its target to be known is not looked at. */
export function checkJobs(jobs: readonly Job[]): void {
  for (const { configuration, targetId } of jobs) {
    if (targetId !== undefined) continue;
    checkRows(configuration);
    // Files that it names must be there.
    targetIdOf(configuration);
  }
}

/** A task whose pictures may still be drawn. */
interface Begun {
  readonly outcome: Outcome;
  /** What could not be drawn. */
  readonly drawing?: Promise<string[]>;
}

async function finished({ outcome, drawing = Promise.resolve([]) }: Begun): Promise<Outcome> {
  const problems = await drawing.catch((error: Error) => [error.message]);
  return problems.length === 0 ? outcome : { ...outcome, error: new Error(problems.join("\n")) };
}

/** Whether pictures will be needed, as far as the first task tells: a browser takes a second to start. */
async function anythingToDraw(root: string, { job, sampler }: Task): Promise<boolean> {
  const { configuration, targetId } = job;
  const { save_plots, plot_formats } = configuration.output;
  if (!save_plots || !plot_formats.includes("png")) return false;
  const target = targetId ?? targetIdOf(configuration);
  return !(await exists(folders.run(root, target, sampler, runIdOf(target, configuration, sampler))));
}

/** The mean squared error is no likelihood: what is sampled has another temperature than it seems. */
function temperatureNote({ target, data, model, posterior }: Configuration): string[] {
  if (!kindsOnData.includes(target.kind) || target.loss !== "mse" || posterior.beta0 === 0) return [];
  const outputs = data.source === "table" ? data.outputs?.length : model.out_dim;
  const factor = likelihoods.meanSquaredErrorBeta({ beta: 1, sigma: data.noise_scale, outputs });
  const of = "samples the Gaussian likelihood of data.noise_scale at";
  // How many rows a table has is not known before it is read.
  if (posterior.beta_mode !== "fixed" && data.n_data === null) {
    return [`target.loss=mse ${of} ${factor.toPrecision(4)} times beta`];
  }
  const beta = posterior.beta0 * (posterior.beta_mode === "fixed" ? 1 : defaultBeta(data.n_data ?? Number.NaN));
  return [`target.loss=mse at beta = ${beta.toPrecision(4)} ${of} beta = ${(beta * factor).toPrecision(4)}`];
}

function checkRows(configuration: Configuration): void {
  const { training, data } = configuration;
  refuseMoreRows("training.batch_size", training.batch_size, data.n_data);
  checkBatches(configuration.sampler, data.n_data);
}

/** How far a run is, of all its chains. */
function fractions(tell: (fraction: number) => void): EventSink {
  let done: number[] = [];
  let total = 1;
  return (event) => {
    if (event.type === "started") done = Array<number>(event.chains).fill(0);
    if (event.type !== "progress") return;
    total = event.total;
    done.fill(event.done, event.chain, event.chain + (event.chains ?? 1));
    tell(done.reduce((sum, value) => sum + value, 0) / (total * done.length));
  };
}
