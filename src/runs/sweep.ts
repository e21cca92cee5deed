// Sweeps: one row per job and sampler in one tidy table, `runs/sweeps/<id>/results.csv`, and one comparison of all.

import { join } from "node:path";
import { configurationYaml, type Override } from "./configuration/index.js";
import { drawMissing, figuresOfComparison } from "./figures.js";
import { checkJobs, execute, type Job, type LaboratoryOptions, type Outcome } from "./laboratory.js";
import type { Metrics } from "./metrics.js";
import { resultRow, resultsCsv } from "./results.js";
import { writeFileWhole } from "./store/artifact.js";
import { folders, idOf } from "./store/identity.js";
import { runIdOf, type StoredRun } from "./store/samples.js";
import { targetIdOf } from "./store/targets.js";

export interface SweptJob extends Job {
  /** What differs between jobs; a column each. */
  readonly overrides: readonly Override[];
}

export interface Sweep {
  readonly id: string;
  readonly folder: string;
  readonly csv: string;
  readonly outcomes: readonly Outcome[];
  /** What could not be drawn. */
  readonly problems: string[];
}

/** More estimates than this in one figure nobody could read. */
const MOST_COMPARED = 60;

/** Runs all jobs and writes the table, rows of those that failed with the reason among them. */
export async function runSweep(root: string, jobs: readonly SweptJob[], options: LaboratoryOptions): Promise<Sweep> {
  const asked = jobs.flatMap(({ configuration, targetId }) =>
    configuration.sampler.run.map((sampler) => runIdOf(targetId ?? targetIdOf(configuration), configuration, sampler)),
  );
  const id = idOf("sweep", asked);
  const folder = folders.sweep(root, id);
  checkJobs(jobs);
  // Before anything is computed: where nothing can be written, it is said once.
  await writeFileWhole(
    join(folder, "sweep.yaml"),
    configurationYaml(
      jobs.map(({ label, configuration, targetId }) => ({ label, target_id: targetId, configuration })),
    ),
  );
  // Of a sweep the runs are the results, and each may have figures of its own by another command.
  const outcomes = await execute(root, jobs, { ...options, figures: false });
  const csv = join(folder, "results.csv");
  const overridesOf = new Map(jobs.map((job) => [job.configuration, job.overrides]));
  const rows = outcomes.map((outcome) => rowOf(outcome, overridesOf.get(outcome.task.job.configuration) ?? []));
  await writeFileWhole(csv, resultsCsv(rows));

  const runs = outcomes.flatMap(({ run, task }): [string, StoredRun][] =>
    run === undefined ? [] : [[task.job.label === "" ? task.sampler : `${task.job.label} ${task.sampler}`, run]],
  );
  const output = jobs[0]?.configuration.output;
  const sections = jobs[0]?.configuration.sampler;
  const worthDrawing = options.figures && output?.save_plots && runs.length > 0 && outcomes.every(({ run }) => run);
  if (!worthDrawing) return { id, folder, csv, outcomes, problems: [] };
  const sectionsOf = new Map(outcomes.map(({ run, task }) => [run, task.job.configuration.sampler]));
  const compared = Object.fromEntries(runs.slice(0, MOST_COMPARED));
  const figures = figuresOfComparison(compared, (name) => sectionsOf.get(compared[name]) ?? sections);
  const problems = await drawMissing(root, folder, figures, output.plot_formats, options.signal);
  return { id, folder, csv, outcomes, problems };
}

function rowOf({ run, error, task }: Outcome, overrides: readonly Override[]): Record<string, unknown> {
  const metrics: Partial<Metrics> = run?.metrics ?? { sampler: task.sampler };
  return resultRow(overrides, metrics, run === undefined ? error : undefined);
}
