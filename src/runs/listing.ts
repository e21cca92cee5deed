// What there is: all targets, runs and policies, read from their folders, and what is damaged among them; and one of them in words.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { textTable } from "../chains/table.js";
import { ConfigurationError, type SamplerName } from "./configuration/index.js";
import type { Metrics } from "./metrics.js";
import { checkArtifact, exists, finishedAt, readJson } from "./store/artifact.js";
import { type ArtifactKind, checkId, folders, idsIn } from "./store/identity.js";
import { newestFirst, type Readable, readEach, refuseDamaged } from "./store/readable.js";
import { runsOf } from "./store/samples.js";
import { loadTarget, type TargetMeta } from "./store/targets.js";
import { allPolicies, type ListedPolicy, loadStoredPolicy } from "./training/policies.js";

export interface FoundRun {
  readonly target: string;
  readonly sampler: SamplerName;
  readonly id: string;
  readonly folder: string;
}

export interface ListedRun extends FoundRun {
  readonly metrics: Metrics;
  readonly finished: string;
}

/** The runs of all targets, the newest first; of each its metrics alone are read and checked. */
export async function allRuns(root: string): Promise<Readable<FoundRun, ListedRun>> {
  const found: FoundRun[] = [];
  for (const target of await idsIn("tgt", folders.samples(root))) {
    for (const run of await runsOf(root, target)) found.push({ target, ...run });
  }
  const { whole, damaged } = await readEach(found, async (run): Promise<ListedRun | undefined> => {
    if (!(await checkArtifact(run.folder, ["metrics.json"]))) return undefined;
    const metrics = await readJson<Metrics>(join(run.folder, "metrics.json"));
    return { ...run, metrics, finished: await finishedAt(run.folder) };
  });
  return { whole: whole.sort(newestFirst), damaged };
}

export interface Listing {
  /** Targets, runs and policies as tables, those that there are. */
  readonly text: string;
  /** Why others are not among them, a sentence each. */
  readonly problems: readonly string[];
}

/** What there is below the root. Throws where a folder of artifacts cannot be read. */
export async function listed(root: string): Promise<Listing> {
  const ids = (await idsIn("tgt", folders.targets(root))).map((id) => ({ id }));
  const targets = await readEach(ids, async ({ id }): Promise<string[] | undefined> => {
    const folder = folders.target(root, id);
    if (!(await checkArtifact(folder, ["meta.json"]))) return undefined;
    const { kind, dims, metrics, configuration } = await readJson<TargetMeta>(join(folder, "meta.json"));
    return [id, kind, String(dims.p), String(dims.n), String(configuration.target.seed), metrics.L0.toPrecision(6)];
  });
  const runs = await allRuns(root);
  const policies = await allPolicies(root);
  const tables: [string[], string[][]][] = [
    [["target", "kind", "dim", "n", "seed", "L0"], targets.whole],
    [["run", "target", "sampler", "seed", "llc", "s.e.", "rhat", "verdict", "finished"], runs.whole.map(rowOfRun)],
    [
      ["policy", "algorithm", "environment", "seed", "steps", "return", "s.d.", "finished"],
      policies.whole.map(rowOfPolicy),
    ],
  ];
  const filled = tables.filter(([, rows]) => rows.length > 0);
  const problems = [...targets.damaged, ...runs.damaged, ...policies.damaged].map(({ error }) => error.message);
  const nothing = problems.length === 0 ? `nothing in ${root} yet` : `nothing whole in ${root}`;
  return {
    text: filled.length === 0 ? nothing : filled.map(([header, rows]) => textTable(header, rows)).join("\n\n"),
    problems,
  };
}

function rowOfRun({ id, target, sampler, metrics, finished }: ListedRun): string[] {
  const numbers = [digits(metrics.llc_mean), digits(metrics.llc_se), digits(metrics.rhat)];
  return [id, target, sampler, String(metrics.seed), ...numbers, metrics.verdict, finished];
}

function rowOfPolicy({ id, finished, metrics }: ListedPolicy): string[] {
  const { algorithm, environment, seed, steps, return_mean, return_sd } = metrics;
  return [id, algorithm, environment, String(seed), String(steps), digits(return_mean), digits(return_sd), finished];
}

/** A target, run, comparison, sweep or policy in words. Throws where there is none of this id. */
export async function shownInWords(root: string, id: string): Promise<string> {
  const kind = id.slice(0, Math.max(0, id.indexOf("_"))) as ArtifactKind;
  switch (kind) {
    case "tgt": {
      const { folder } = await loadTarget(root, id);
      const { kind: made, dims, metrics } = await readJson<TargetMeta>(join(folder, "meta.json"));
      const { whole, damaged } = await allRuns(root);
      const words = [
        ...whole.filter(({ target }) => target === id).map((run) => `${run.sampler} ${run.id}`),
        ...damaged.filter(({ target }) => target === id).map((run) => `${run.sampler} ${run.id} (damaged)`),
      ];
      return [
        `${id}: ${made} with ${dims.p} parameters on ${dims.n} rows, L_n(w*) = ${metrics.L0}`,
        `in ${folder}`,
        `runs: ${words.length === 0 ? "none" : words.join(", ")}`,
        "",
        (await readFile(join(folder, "configuration.yaml"), "utf8")).trimEnd(),
      ].join("\n");
    }
    case "run": {
      checkId("run", id);
      const { whole, damaged } = await allRuns(root);
      refuseDamaged(damaged.filter((run) => run.id === id));
      const found = whole.find((run) => run.id === id);
      if (found === undefined)
        throw new ConfigurationError(`there is no run ${id} in ${root}; list shows what there is`);
      await checkArtifact(found.folder);
      return [
        `${id}: ${found.sampler} on ${found.target}, finished ${found.finished}`,
        `in ${found.folder}`,
        "",
        metricsTable(found.metrics),
      ].join("\n");
    }
    case "llc": {
      const folder = folders.comparison(root, id);
      if (!(await checkArtifact(folder))) throw new ConfigurationError(`there is no comparison ${id} in ${root}`);
      return `${id}\nin ${folder}\n\n${(await readFile(join(folder, "summary.txt"), "utf8")).trimEnd()}`;
    }
    case "sweep": {
      const path = join(folders.sweep(root, id), "results.csv");
      if (!(await exists(path))) throw new ConfigurationError(`there is no sweep ${id} in ${root}`);
      return `${id}\nin ${folders.sweep(root, id)}\n\n${(await readFile(path, "utf8")).trimEnd()}`;
    }
    case "pol": {
      const { folder, finished, metrics } = await loadStoredPolicy(root, id);
      return [
        `${id}: ${metrics.algorithm} on ${metrics.environment}, finished ${finished}`,
        `in ${folder}`,
        "",
        metricsTable(metrics),
        "",
        (await readFile(join(folder, "configuration.yaml"), "utf8")).trimEnd(),
      ].join("\n");
    }
    default:
      throw new ConfigurationError(
        `${JSON.stringify(id)} is no id: those of targets begin with tgt_, of runs with run_, of comparisons with llc_, of sweeps with sweep_, of policies with pol_`,
      );
  }
}

function metricsTable(metrics: object): string {
  const rows = Object.entries(metrics).map(([name, value]) => [name, String(value)]);
  return textTable(["", ""], rows).trimStart();
}

function digits(value: number | null): string {
  return value === null ? "-" : value.toPrecision(4);
}
