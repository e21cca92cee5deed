// Policies on disk: `runs/policies/<id>/` with configuration, policy, log in three formats, evaluations and metrics. A training that was interrupted
// goes on from its checkpoint, to the same bytes; one that is there is read.

import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { toCsv } from "../../formats/csv-table.js";
import {
  type Evaluation,
  type LogRecord,
  loadPolicy,
  type Policy,
  savePolicy,
  type TrainedPolicy,
  type TrainingCallback,
  trainPolicy,
} from "../../policy-gradients/index.js";
import { openSession } from "../../policy-gradients/training-session.js";
import { ConfigurationError, configurationYaml } from "../configuration/index.js";
import { algorithmFrom, environmentFrom, inKeys, type TrainingConfiguration } from "../configuration/training/index.js";
import { csvLog } from "../logs/csv-log.js";
import { jsonLinesLog } from "../logs/json-lines-log.js";
import { tensorBoardLog } from "../logs/tensor-board-log.js";
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
} from "../store/artifact.js";
import { enter } from "../store/catalogue.js";
import { folders, idOf, idsIn } from "../store/identity.js";
import { type LockOptions, withLock } from "../store/lock.js";
import { newestFirst, type Readable, readEach } from "../store/readable.js";
import { RunAborted } from "../store/samples.js";
import { type PolicyMetrics, policyMetrics } from "./metrics.js";

export interface StoredPolicy {
  readonly id: string;
  readonly folder: string;
  readonly policy: Policy;
  /** With the likeliest actions, and with drawn ones. */
  readonly evaluation: Evaluation;
  readonly stochasticEvaluation: Evaluation;
  /** NaN where a number was not finite. */
  readonly log: readonly LogRecord[];
  readonly metrics: PolicyMetrics;
  /** ISO 8601 */
  readonly finished: string;
  /** False where it was there already. */
  readonly isNew: boolean;
}

export interface TrainingRunOptions extends LockOptions {
  readonly callbacks?: readonly TrainingCallback[];
  /** Seconds between two checkpoints. */
  readonly checkpointEvery?: number;
}

/** What decides a policy, null keys left out; it is its configuration as a file. */
export function policyConfiguration(configuration: TrainingConfiguration): object {
  const { recipe, seed, algorithm, environment, training } = configuration;
  const { workers: _, ...deciding } = training;
  return { recipe, seed, ...(withoutNulls({ algorithm, environment, training: deciding }) as object) };
}

export function policyIdOf(configuration: TrainingConfiguration): string {
  return idOf("pol", policyConfiguration(configuration));
}

/** Reads the policy of this configuration, or trains it, going on from where an earlier process was interrupted. Of several processes one trains. */
export async function obtainPolicy(
  root: string,
  configuration: TrainingConfiguration,
  options: TrainingRunOptions = {},
): Promise<StoredPolicy> {
  const id = policyIdOf(configuration);
  const folder = folders.policy(root, id);
  if (await exists(folder)) return loadStoredPolicy(root, id);
  return withLock(
    root,
    id,
    async () => {
      if (await exists(folder)) return loadStoredPolicy(root, id);
      const partial = await openPartial(folder);
      await keepOnly(partial, [CHECKPOINT]);
      const made = await train(configuration, partial, options);
      await storePolicy(root, configuration, made, { id, partial });
      return { ...(await loadStoredPolicy(root, id)), isNew: true };
    },
    options,
  );
}

/** Reads a policy. Throws where there is none, or what is there is damaged. */
export async function loadStoredPolicy(root: string, id: string): Promise<StoredPolicy> {
  const folder = folders.policy(root, id);
  if (!(await checkArtifact(folder))) {
    throw new ConfigurationError(`there is no policy ${id} in ${folders.policies(root)}; train makes one`);
  }
  const metrics = denull(await readJson<PolicyMetrics>(join(folder, METRICS)));
  const { deterministic, stochastic } = await readJson<Evaluations>(join(folder, EVALUATIONS));
  const finished = await finishedAt(folder);
  const lines = (await readFile(join(folder, LINES), "utf8")).split("\n").filter((line) => line !== "");
  const log = lines.map((line) => denull(JSON.parse(line) as LogRecord));
  const policy = await loadPolicy(join(folder, POLICY));
  await enterPolicy(root, metrics);
  const stochasticEvaluation = stochastic;
  return {
    ...{ id, folder, policy, evaluation: deterministic, stochasticEvaluation, log, metrics, finished },
    isNew: false,
  };
}

export interface ListedPolicy {
  readonly id: string;
  readonly folder: string;
  readonly finished: string;
  readonly metrics: PolicyMetrics;
}

/** All policies, the newest first; of each its metrics alone are read and checked. */
export async function allPolicies(root: string): Promise<Readable<{ readonly id: string }, ListedPolicy>> {
  const ids = (await idsIn("pol", folders.policies(root))).map((id) => ({ id }));
  const { whole, damaged } = await readEach(ids, async ({ id }): Promise<ListedPolicy | undefined> => {
    const folder = folders.policy(root, id);
    if (!(await checkArtifact(folder, [METRICS]))) return undefined;
    const metrics = denull(await readJson<PolicyMetrics>(join(folder, METRICS)));
    return { id, folder, finished: await finishedAt(folder), metrics };
  });
  return { whole: whole.sort(newestFirst), damaged };
}

/** Throws where the algorithm cannot be trained in the task, or the task cannot be made here; nothing has been computed by then. */
export async function checkTraining({ seed, algorithm, environment }: TrainingConfiguration): Promise<void> {
  const records = [algorithmFrom(algorithm), environmentFrom(environment, algorithm.gamma)] as const;
  try {
    await (await openSession(...records, seed, 0)).close();
  } catch (error) {
    // What is out of range was said; anything else, such as a package that is not installed, was not.
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigurationError(inKeys(error.message), { cause: error });
  }
}

const CHECKPOINT = "checkpoint";
const POLICY = "trained.policy";
const EVALUATIONS = "evaluation.json";
const METRICS = "metrics.json";
const LINES = "log.jsonl";

interface Made {
  readonly trained: TrainedPolicy;
  /** The environment's name. */
  readonly environment: string;
}

interface Evaluations {
  readonly deterministic: Evaluation;
  readonly stochastic: Evaluation;
}

async function train(
  configuration: TrainingConfiguration,
  partial: string,
  { signal, callbacks = [], checkpointEvery }: TrainingRunOptions,
): Promise<Made> {
  const { seed, algorithm, environment, training } = configuration;
  const { total_steps, evaluate_every, evaluation_episodes, evaluation_seed, workers } = training;
  let name = environment.kind;
  const trained = await trainPolicy(algorithmFrom(algorithm), environmentFrom(environment, algorithm.gamma), {
    // `composeTraining` has put a number in place of null.
    totalSteps: total_steps ?? Number.NaN,
    seed,
    workers,
    evaluateEvery: evaluate_every ?? undefined,
    evaluation: { episodes: evaluation_episodes, seed: evaluation_seed },
    signal,
    // It stays until everything else is there.
    checkpoint: { path: join(partial, CHECKPOINT), everySeconds: checkpointEvery, keep: true },
    callbacks: [
      { onTrainingStart: (progress) => void (name = progress.environment.name) },
      csvLog(join(partial, "log.csv")),
      jsonLinesLog(join(partial, LINES)),
      tensorBoardLog(join(partial, "tensorboard")),
      ...callbacks,
    ],
  });
  if (trained.reason === "aborted") {
    throw new RunAborted(`training was interrupted after ${trained.steps} steps; the same command goes on with it`);
  }
  return { trained, environment: name };
}

async function storePolicy(
  root: string,
  configuration: TrainingConfiguration,
  { trained, environment }: Made,
  { id, partial }: { readonly id: string; readonly partial: string },
): Promise<void> {
  const { policy, evaluation, stochasticEvaluation } = trained;
  const metrics = policyMetrics(trained, configuration, { id, environment });
  const evaluations: Evaluations = { deterministic: evaluation, stochastic: stochasticEvaluation };
  const configured = configurationYaml(policyConfiguration(configuration));
  await writeFileWhole(join(partial, "configuration.yaml"), configured);
  await savePolicy(policy, join(partial, POLICY));
  await writeFileWhole(join(partial, EVALUATIONS), json(evaluations));
  await writeFileWhole(join(partial, METRICS), json(metrics));
  await writeFileWhole(join(partial, "metrics.csv"), toCsv({ rows: [metrics] }));
  const { seconds } = metrics;
  await writeFileWhole(join(partial, TIMING), json({ finished: new Date().toISOString(), seconds }));
  await rm(join(partial, CHECKPOINT), { force: true });
  await commitArtifact(folders.policy(root, id));
  await enterPolicy(root, metrics);
}

function enterPolicy(root: string, metrics: PolicyMetrics): Promise<void> {
  const { policy_id: id, algorithm, environment, seed, steps, return_mean, return_sd } = metrics;
  const line = { id, algorithm, environment, seed, steps, return_mean, return_sd };
  return enter(root, join("policies", "_catalog.jsonl"), line);
}

/** The values that say something, sections without any left out. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).flatMap(([key, entry]) => {
    const inner = withoutNulls(entry);
    const isEmpty = typeof inner === "object" && !Array.isArray(inner) && Object.keys(inner ?? {}).length === 0;
    return entry === null || isEmpty ? [] : [[key, inner]];
  });
  return Object.fromEntries(kept);
}
