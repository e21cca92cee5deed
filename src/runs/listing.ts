// What there is: all targets, runs and policies, whole ones alone, read from their folders; and one of them in words.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { textTable } from "../chains/table.js";
import { ConfigurationError, type SamplerName } from "./configuration/index.js";
import type { Metrics } from "./metrics.js";
import { checkArtifact, exists, readJson, TIMING } from "./store/artifact.js";
import { type ArtifactKind, checkId, folders, idsIn } from "./store/identity.js";
import { runsOf } from "./store/samples.js";
import { loadTarget, type TargetMeta } from "./store/targets.js";
import { allPolicies, loadStoredPolicy } from "./training/policies.js";

export interface ListedRun {
  readonly target: string;
  readonly sampler: SamplerName;
  readonly id: string;
  readonly folder: string;
  readonly finished: string;
}

/** Ids of the targets, sorted. */
export function targetIds(root: string): Promise<string[]> {
  return idsIn("tgt", folders.targets(root));
}

/** The runs of all targets, the newest first. */
export async function allRuns(root: string): Promise<ListedRun[]> {
  const found: ListedRun[] = [];
  for (const target of await idsIn("tgt", folders.samples(root))) {
    for (const run of await runsOf(root, target)) {
      const { finished } = await readJson<{ finished: string }>(join(run.folder, TIMING));
      found.push({ target, ...run, finished });
    }
  }
  return found.sort((a, b) => (a.finished < b.finished ? 1 : a.finished > b.finished ? -1 : a.id < b.id ? -1 : 1));
}

/** Targets, runs and policies as tables, those that there are. */
export async function listed(root: string): Promise<string> {
  const targets = await Promise.all(
    (await targetIds(root)).map(async (id) => {
      const { kind, dims, metrics, configuration } = await readJson<TargetMeta>(
        join(folders.target(root, id), "meta.json"),
      );
      return [id, kind, String(dims.p), String(dims.n), String(configuration.target.seed), metrics.L0.toPrecision(6)];
    }),
  );
  const runs = await Promise.all(
    (await allRuns(root)).map(async ({ id, target, sampler, folder, finished }) => {
      const metrics = await readJson<Metrics>(join(folder, "metrics.json"));
      const numbers = [digits(metrics.llc_mean), digits(metrics.llc_se), digits(metrics.rhat)];
      return [id, target, sampler, String(metrics.seed), ...numbers, metrics.verdict, finished];
    }),
  );
  const policies = (await allPolicies(root)).map(({ id, finished, metrics }) => {
    const { algorithm, environment, seed, steps, return_mean, return_sd } = metrics;
    return [id, algorithm, environment, String(seed), String(steps), digits(return_mean), digits(return_sd), finished];
  });
  const tables: [string[], string[][]][] = [
    [["target", "kind", "dim", "n", "seed", "L0"], targets],
    [["run", "target", "sampler", "seed", "llc", "s.e.", "rhat", "verdict", "finished"], runs],
    [["policy", "algorithm", "environment", "seed", "steps", "return", "s.d.", "finished"], policies],
  ];
  const filled = tables.filter(([, rows]) => rows.length > 0);
  if (filled.length === 0) return `nothing in ${root} yet`;
  return filled.map(([header, rows]) => textTable(header, rows)).join("\n\n");
}

/** A target, run, comparison, sweep or policy in words. Throws where there is none of this id. */
export async function shownInWords(root: string, id: string): Promise<string> {
  const kind = id.slice(0, Math.max(0, id.indexOf("_"))) as ArtifactKind;
  switch (kind) {
    case "tgt": {
      const { folder } = await loadTarget(root, id);
      const { kind: made, dims, metrics } = await readJson<TargetMeta>(join(folder, "meta.json"));
      const runs = (await allRuns(root)).filter(({ target }) => target === id);
      const words = runs.map((run) => `${run.sampler} ${run.id}`);
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
      const found = (await allRuns(root)).find((run) => run.id === id);
      if (found === undefined)
        throw new ConfigurationError(`there is no run ${id} in ${root}; list shows what there is`);
      await checkArtifact(found.folder);
      const metrics = await readJson<Metrics>(join(found.folder, "metrics.json"));
      return [
        `${id}: ${found.sampler} on ${found.target}, finished ${found.finished}`,
        `in ${found.folder}`,
        "",
        metricsTable(metrics),
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
