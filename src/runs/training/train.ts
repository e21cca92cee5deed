// What `ergodic train` does: policies are obtained for a list of jobs, and whatever fails, the others' stay. Nothing is computed that is there.

import { availableParallelism } from "node:os";
import type { TrainingCallback } from "../../policy-gradients/index.js";
import type { Override } from "../configuration/index.js";
import type { TrainingConfiguration } from "../configuration/training/index.js";
import { drawMissing } from "../figures.js";
import { inParallel } from "../in-parallel.js";
import { exists } from "../store/artifact.js";
import { folders } from "../store/identity.js";
import { removeDeadLocks } from "../store/lock.js";
import { RunAborted } from "../store/samples.js";
import { figuresOfPolicy } from "./figures.js";
import { checkTraining, obtainPolicy, policyIdOf, type StoredPolicy } from "./policies.js";

export interface TrainingJob {
  /** How the job is called among others: what was said of it alone. */
  readonly label: string;
  /** What differs between jobs. */
  readonly overrides: readonly Override[];
  readonly configuration: TrainingConfiguration;
}

export type TrainingState =
  | { readonly state: "training"; readonly fraction: number }
  | { readonly state: "figures" }
  | { readonly state: "done"; readonly policy: StoredPolicy }
  | { readonly state: "failed"; readonly error: Error };

export interface TrainingOutcome {
  readonly job: TrainingJob;
  readonly policy?: StoredPolicy;
  /** Why there is no policy, or why some of its figures are not there. */
  readonly error?: Error;
}

/** Trains in another process and stores the policy; rejects with what went wrong there. */
export type TrainElsewhere = (
  configuration: TrainingConfiguration,
  options: { readonly signal?: AbortSignal; readonly onFraction: (fraction: number) => void },
) => Promise<void>;

export interface TrainAllOptions {
  readonly signal?: AbortSignal;
  /** Whether each policy gets its figures. */
  readonly figures: boolean;
  /** Hears of every change. */
  readonly onState?: (job: TrainingJob, state: TrainingState) => void;
  /** Hears what a reader should know meanwhile. */
  readonly onNote?: (note: string) => void;
  /** Of a single training. */
  readonly callbacks?: readonly TrainingCallback[];
  /** Of several jobs as many go on elsewhere as there are cores; where left out, one after the other here. */
  readonly trainElsewhere?: TrainElsewhere;
}

/**
 * Obtains the policy of every job, in the order of the jobs. Resolves when all have ended, well or not; rejects with RunAborted where `signal` ended
 * it. Throws a ConfigurationError before anything is computed where a job cannot be.
 */
export async function trainAll(
  root: string,
  jobs: readonly TrainingJob[],
  options: TrainAllOptions,
): Promise<TrainingOutcome[]> {
  await checkTrainings(root, jobs);
  return trainChecked(root, jobs, options);
}

/** Throws a ConfigurationError where a job whose policy is not there yet cannot be. */
export async function checkTrainings(root: string, jobs: readonly TrainingJob[]): Promise<void> {
  const missing: TrainingConfiguration[] = [];
  for (const { configuration } of jobs) {
    if (!(await exists(folderOf(root, configuration)))) missing.push(configuration);
  }
  for (const configuration of differentTrainings(missing)) await checkTraining(configuration);
}

/** What is left of `trainAll` after `checkTrainings`. */
export async function trainChecked(
  root: string,
  jobs: readonly TrainingJob[],
  options: TrainAllOptions,
): Promise<TrainingOutcome[]> {
  const { signal, onState, onNote, callbacks, trainElsewhere } = options;
  await removeDeadLocks(root);
  const several = jobs.length > 1;

  const perform = async (job: TrainingJob): Promise<TrainingOutcome> => {
    const { configuration } = job;
    const { output, training } = configuration;
    const tell = (state: TrainingState): void => onState?.(job, state);
    const onFraction = (fraction: number): void => tell({ state: "training", fraction });
    try {
      signal?.throwIfAborted();
      onFraction(0);
      const isElsewhere = several && trainElsewhere !== undefined && !(await exists(folderOf(root, configuration)));
      if (isElsewhere) await trainElsewhere(configuration, { signal, onFraction });
      const progress: TrainingCallback = {
        onRolloutEnd: ({ steps }) => onFraction(Math.min(1, steps / (training.total_steps ?? Number.NaN))),
      };
      const found = await obtainPolicy(root, configuration, {
        signal,
        onWait: (pid) => onNote?.(`waiting for process ${pid}, which is training the same`),
        checkpointEvery: output.checkpoint_every,
        callbacks: several ? [progress] : callbacks,
      });
      const policy = isElsewhere ? { ...found, isNew: true } : found;
      if (options.figures && output.save_plots) {
        tell({ state: "figures" });
        const problems = await drawMissing(root, policy.folder, figuresOfPolicy(policy), output.plot_formats, signal);
        if (problems.length > 0) {
          const error = new Error(problems.join("\n"));
          tell({ state: "failed", error });
          return { job, policy, error };
        }
      }
      tell({ state: "done", policy });
      return { job, policy };
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      tell({ state: "failed", error: reason });
      return { job, error: reason };
    }
  };
  const outcomes = await inParallel(jobs, trainElsewhere === undefined ? 1 : availableParallelism(), perform);
  if (signal?.aborted) throw new RunAborted("interrupted");
  return outcomes;
}

function folderOf(root: string, configuration: TrainingConfiguration): string {
  return folders.policy(root, policyIdOf(configuration));
}

/** One of those that differ by their seeds and lengths alone. */
function differentTrainings(configurations: readonly TrainingConfiguration[]): TrainingConfiguration[] {
  const byTask = new Map(
    configurations.map((one): [string, TrainingConfiguration] => [
      JSON.stringify([one.algorithm, one.environment]),
      one,
    ]),
  );
  return [...byTask.values()];
}
