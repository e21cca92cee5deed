// Runs of one sampler on one target: `runs/samples/<target>/<sampler>/<run>/` with configuration, metrics, traces and estimate. A run
// that was interrupted goes on from its checkpoint; one that is there is read.

import { join } from "node:path";
import { chainsOf } from "../../chains/draws.js";
import { toCsv } from "../../formats/csv-table.js";
import { loadDraws } from "../../formats/load-draws.js";
import { saveDraws } from "../../formats/save-draws.js";
import { type LlcEstimate, llc } from "../../llc/index.js";
import type { EventSink } from "../../platform/platform.js";
import { type Configuration, configurationYaml, type SamplerName, samplerNames } from "../configuration/index.js";
import { type Metrics, metricsOf } from "../metrics.js";
import { samplingOf } from "../sampling.js";
import { tracked } from "../tracked.js";
import {
  checkArtifact,
  commitArtifact,
  denull,
  exists,
  finishedAt,
  json,
  keepOnly,
  openPartial,
  readJson,
  TIMING,
  writeFileWhole,
} from "./artifact.js";
import { enter } from "./catalogue.js";
import { folders, idOf, idsIn } from "./identity.js";
import { type LockOptions, withLock } from "./lock.js";
import type { StoredTarget } from "./targets.js";

export interface StoredRun {
  readonly id: string;
  readonly folder: string;
  readonly sampler: SamplerName;
  /** Of `draws` only the tracked numbers are there; `dim` and `center` are the target's. */
  readonly estimate: LlcEstimate;
  readonly metrics: Metrics;
  /** ISO 8601 */
  readonly finished: string;
  /** False where it was there already. */
  readonly isNew: boolean;
}

export interface RunOptions extends LockOptions {
  readonly onEvent?: EventSink;
  readonly workers?: number;
  /** Seconds between two checkpoints; 30 where left out. */
  readonly checkpointEvery?: number;
}

/** Why a run that was asked for is not there: it was aborted, and what it had done is kept. */
export class RunAborted extends Error {
  override readonly name: string = "RunAborted";
}

/** What decides a run of this sampler besides its target; it is the run's configuration as a file. */
export function runConfiguration(configuration: Configuration, sampler: SamplerName): object {
  const { seed, posterior, sampler: sections, output } = configuration;
  const { diag_mode, diag_k, diag_seed } = output;
  return {
    seed,
    posterior,
    sampler: { run: [sampler], chains: sections.chains, [sampler]: sections[sampler] },
    output: { diag_mode, diag_k, diag_seed },
  };
}

export function runIdOf(target: string, configuration: Configuration, sampler: SamplerName): string {
  return idOf("run", { target, ...runConfiguration(configuration, sampler) });
}

/** Reads the run of this sampler, or makes it, going on from where an earlier process was interrupted. Of several processes one makes it. */
export async function obtainRun(
  root: string,
  target: StoredTarget,
  configuration: Configuration,
  sampler: SamplerName,
  options: RunOptions = {},
): Promise<StoredRun> {
  const id = runIdOf(target.id, configuration, sampler);
  const folder = folders.run(root, target.id, sampler, id);
  if (await exists(folder)) return loadRun(root, target, sampler, id);
  return withLock(
    root,
    `${target.id}-${id}`,
    async () => {
      if (await exists(folder)) return loadRun(root, target, sampler, id);
      const partial = await openPartial(folder);
      await keepOnly(partial, [CHECKPOINT]);
      const made = await estimateOf(target, configuration, sampler, join(partial, CHECKPOINT), options);
      await storeRun(root, target, configuration, { ...made, sampler, id, folder, partial });
      return { ...(await loadRun(root, target, sampler, id)), isNew: true };
    },
    options,
  );
}

/** Reads a run. Throws where what is there is damaged. */
export async function loadRun(
  root: string,
  target: StoredTarget,
  sampler: SamplerName,
  id: string,
): Promise<StoredRun> {
  const folder = folders.run(root, target.id, sampler, id);
  if (!(await checkArtifact(folder))) throw new RangeError(`there is no run ${id} of ${sampler} on ${target.id}`);
  const metrics = denull(await readJson<Metrics>(join(folder, "metrics.json")));
  const stored = denull(await readJson<StoredEstimate>(join(folder, "estimate.json")));
  const finished = await finishedAt(folder);
  const draws = await loadDraws(join(folder, TRACES));
  const { center, lossAtCenter, loss } = target.target;
  const estimate: LlcEstimate = {
    ...stored,
    trace: chainsOf(draws, "loss"),
    lossAtCenter,
    center,
    dataSize: loss.dataSize,
    dim: loss.dim,
    draws,
  };
  await enterRun(root, metrics);
  return { id, folder, sampler, estimate, metrics, finished, isNew: false };
}

/** Every run of a target that is there whole, unread. */
export async function runsOf(
  root: string,
  target: string,
): Promise<{ sampler: SamplerName; id: string; folder: string }[]> {
  const found: { sampler: SamplerName; id: string; folder: string }[] = [];
  for (const sampler of samplerNames) {
    const folder = join(folders.samplesOf(root, target), sampler);
    for (const id of await idsIn("run", folder)) found.push({ sampler, id, folder: join(folder, id) });
  }
  return found;
}

/** Draws in ArviZ's layout. */
const TRACES = "traces.zarr";
const CHECKPOINT = "checkpoint";

type StoredEstimate = Omit<LlcEstimate, "trace" | "lossAtCenter" | "center" | "dataSize" | "dim" | "draws">;

async function estimateOf(
  { target, id }: StoredTarget,
  configuration: Configuration,
  name: SamplerName,
  checkpoint: string,
  { signal, onEvent, workers, checkpointEvery }: RunOptions,
): Promise<{ estimate: LlcEstimate; stochastic: boolean }> {
  const { loss, center } = target;
  const { sampler, warmup, draws, thin, stochastic } = samplingOf(name, configuration.sampler);
  const { beta_mode, beta0, gamma, prior_radius } = configuration.posterior;
  const estimate = await llc(loss, {
    center,
    beta: beta_mode === "fixed" ? beta0 : beta0 / Math.log(Math.max(3, loss.dataSize)),
    gamma: prior_radius === null ? gamma : loss.dim / prior_radius ** 2,
    sampler,
    chains: configuration.sampler.chains,
    warmup,
    draws,
    thin,
    seed: configuration.seed,
    workers,
    signal,
    onEvent,
    title: `${name} on ${id}`,
    checkpoint: { path: checkpoint, everySeconds: checkpointEvery },
  });
  if (estimate.draws.aborted)
    throw new RunAborted(`${name} on ${id} was interrupted; the same command goes on with it`);
  if (estimate.draws.lengths.every((length) => length === 0)) {
    const [first] = estimate.draws.stopped;
    throw new Error(`${name} on ${id}: no chain kept a draw; chain ${first?.chain} stopped: ${first?.reason}`);
  }
  return { estimate, stochastic };
}

interface Made {
  readonly estimate: LlcEstimate;
  readonly stochastic: boolean;
  readonly sampler: SamplerName;
  readonly id: string;
  readonly folder: string;
  readonly partial: string;
}

async function storeRun(root: string, target: StoredTarget, configuration: Configuration, made: Made): Promise<void> {
  const { estimate, stochastic, sampler, id, folder, partial } = made;
  await keepOnly(partial, []);
  const metrics = metricsOf(estimate, { target: target.id, run: id, sampler, stochastic });
  const { trace: _, lossAtCenter: __, center, dataSize: ___, dim: ____, draws, ...kept } = estimate;
  await writeFileWhole(
    join(partial, "configuration.yaml"),
    configurationYaml(runConfiguration(configuration, sampler)),
  );
  await writeFileWhole(join(partial, "metrics.json"), json(metrics));
  await writeFileWhole(join(partial, "metrics.csv"), toCsv({ rows: [metrics] }));
  await writeFileWhole(join(partial, "estimate.json"), json(kept));
  await saveDraws(tracked(draws, center, configuration.output), join(partial, TRACES));
  await writeFileWhole(join(partial, TIMING), json({ finished: new Date().toISOString(), seconds: draws.seconds }));
  await commitArtifact(folder);
  await enterRun(root, metrics);
}

async function enterRun(root: string, metrics: Metrics): Promise<void> {
  const { run_id: id, target_id, sampler, seed, llc_mean, llc_se, rhat, ess_bulk, fge, verdict } = metrics;
  await enter(root, join("samples", target_id, "_index.jsonl"), {
    id,
    sampler,
    seed,
    llc_mean,
    llc_se,
    rhat,
    ess_bulk,
    fge,
    verdict,
  });
}
