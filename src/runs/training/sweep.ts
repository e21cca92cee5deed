// Sweeps of trainings: one row per job in one tidy table, `runs/sweeps/<id>/results.csv`, and how algorithms compare over their seeds.

import { join } from "node:path";
import { textTable } from "../../chains/table.js";
import { bootstrapInterval, interquartileMean } from "../../diagnostics/index.js";
import { configurationYaml } from "../configuration/index.js";
import { drawMissing } from "../figures.js";
import { resultRow, resultsCsv } from "../results.js";
import { writeFileWhole } from "../store/artifact.js";
import { folders, idOf } from "../store/identity.js";
import { figuresOfTrainings, type SeedGroup } from "./figures.js";
import { policyConfiguration, policyIdOf, type StoredPolicy } from "./policies.js";
import { checkTrainings, type TrainAllOptions, type TrainingJob, type TrainingOutcome, trainChecked } from "./train.js";

export interface TrainingSweep {
  readonly id: string;
  readonly folder: string;
  readonly csv: string;
  readonly outcomes: readonly TrainingOutcome[];
  /** A table of interquartile means over seeds; empty where nothing was trained. */
  readonly summary: string;
  /** What could not be drawn. */
  readonly problems: string[];
}

/** Trains all jobs and writes the table, rows of those that failed with the reason among them. */
export async function runTrainingSweep(
  root: string,
  jobs: readonly TrainingJob[],
  options: TrainAllOptions,
): Promise<TrainingSweep> {
  const id = idOf(
    "sweep",
    jobs.map(({ configuration }) => policyIdOf(configuration)),
  );
  const folder = folders.sweep(root, id);
  await checkTrainings(root, jobs);
  const described = jobs.map(({ label, configuration }) => ({
    label,
    configuration: policyConfiguration(configuration),
  }));
  // Before anything is trained: where nothing can be written, it is said once.
  await writeFileWhole(join(folder, "sweep.yaml"), configurationYaml(described));
  // Of a sweep the comparison is what is looked at; each policy may have figures of its own by another command.
  const outcomes = await trainChecked(root, jobs, { ...options, figures: false });
  const csv = join(folder, "results.csv");
  const rows = outcomes.map(({ job, policy, error }) => resultRow(job.overrides, policy?.metrics ?? {}, error));
  await writeFileWhole(csv, resultsCsv(rows));

  const groups = overSeeds(outcomes);
  const summary = summaryOf(groups);
  if (summary !== "") await writeFileWhole(join(folder, "summary.txt"), `${summary}\n`);
  const { output } = jobs[0].configuration;
  const worthDrawing = options.figures && output.save_plots && outcomes.every(({ policy }) => policy);
  const problems = worthDrawing
    ? await drawMissing(root, folder, figuresOfTrainings(groups), output.plot_formats, options.signal)
    : [];
  return { id, folder, csv, outcomes, summary, problems };
}

/** Policies that differ by their seeds alone, by what was said of them; by algorithm where that was nothing. */
function overSeeds(outcomes: readonly TrainingOutcome[]): SeedGroup[] {
  const groups = new Map<string, SeedGroup & { readonly policies: StoredPolicy[] }>();
  for (const { job, policy } of outcomes) {
    if (policy === undefined) continue;
    const nameWithout = (...left: string[]): string => {
      const said = job.overrides.filter(({ key }) => !left.includes(key));
      const words = said.map(({ key, value }) => (isPreset(key, value) ? value : `${key}=${JSON.stringify(value)}`));
      return words.length === 0 ? policy.metrics.algorithm : words.join(" ");
    };
    const name = nameWithout("seed");
    const group = groups.get(name) ?? { name, nameInTask: nameWithout("seed", "environment"), policies: [] };
    group.policies.push(policy);
    groups.set(name, group);
  }
  return [...groups.values()];
}

/** `ppo` says as much as `algorithm=ppo`. */
function isPreset(key: string, value: unknown): boolean {
  return (key === "algorithm" || key === "environment") && typeof value === "string";
}

function summaryOf(groups: readonly SeedGroup[]): string {
  const rows = groups.map(({ name, policies }) => {
    const returns = Float64Array.from(policies, ({ metrics }) => metrics.return_mean);
    const [lower, upper] = returns.length > 1 ? bootstrapInterval(returns) : [Number.NaN, Number.NaN];
    return [name, String(returns.length), digits(interquartileMean(returns)), digits(lower), digits(upper)];
  });
  return rows.length === 0 ? "" : textTable(["return", "seeds", "iqm", "2.5 %", "97.5 %"], rows);
}

function digits(value: number): string {
  return Number.isNaN(value) ? "-" : String(Number(value.toPrecision(4)));
}
