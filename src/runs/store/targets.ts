// Targets on disk: `runs/targets/<id>/` with the configuration, the trained parameters, and the table where there is one. Data and loss are
// made again when one is read, and must come out as they were.

import { extname, join } from "node:path";
import {
  buildTarget,
  type Materials,
  restoreTarget,
  type Target,
  type TargetConfiguration,
} from "../../llc/targets/index.js";
import { fingerprintOf } from "../../platform/fingerprint.js";
import { type Configuration, ConfigurationError, configurationYaml, targetGroups } from "../configuration/index.js";
import {
  checkArtifact,
  commitArtifact,
  DamagedArtifact,
  discardPartial,
  exists,
  json,
  openPartial,
  readJson,
  TIMING,
  writeFileWhole,
} from "./artifact.js";
import { enter } from "./catalogue.js";
import { folders, idOf } from "./identity.js";
import { type LockOptions, withLock } from "./lock.js";
import { deciding, materialsOf, type Sources, sourcesOf } from "./materials.js";

export interface StoredTarget {
  readonly id: string;
  readonly folder: string;
  readonly target: Target;
  /** False where it was there already. */
  readonly isNew: boolean;
}

/** `meta.json` of a target. */
export interface TargetMeta {
  readonly target_id: string;
  readonly kind: string;
  readonly configuration: TargetConfiguration;
  readonly dims: { readonly n: number; readonly p: number };
  readonly metrics: { readonly L0: number };
  /** Of the data, so that a target is never read with other data than it was trained on. */
  readonly fingerprint: string;
}

/** The part of a configuration that decides the target. */
export function targetConfiguration(configuration: Configuration): TargetConfiguration {
  const { target, model, data, teacher, training } = configuration;
  // `compose` has put the common seed in place of null.
  return { target: { ...target, seed: target.seed ?? configuration.seed }, model, data, teacher, training };
}

/** Throws a ConfigurationError where a file that it names cannot be read. */
export function targetIdOf(configuration: Configuration): string {
  const wanted = targetConfiguration(configuration);
  return idOf("tgt", deciding(wanted, sourcesOf(wanted)));
}

/** Reads the target of this configuration, or builds and stores it where there is none. Of several processes one builds. */
export async function obtainTarget(
  root: string,
  configuration: Configuration,
  options: LockOptions = {},
): Promise<StoredTarget> {
  const wanted = targetConfiguration(configuration);
  const sources = sourcesOf(wanted);
  const id = idOf("tgt", deciding(wanted, sources));
  const folder = folders.target(root, id);
  if (await exists(folder)) return loadTarget(root, id);
  return withLock(
    root,
    id,
    async () => {
      if (await exists(folder)) return loadTarget(root, id);
      const materials = await materialsOf(wanted, sources);
      const target = await buildTarget(wanted, { materials, signal: options.signal });
      await storeTarget(root, id, target, sources);
      return { id, folder, target, isNew: true };
    },
    options,
  );
}

/** Reads a target. Throws where there is none, or what is there is damaged. */
export async function loadTarget(root: string, id: string): Promise<StoredTarget> {
  const folder = folders.target(root, id);
  if (!(await checkArtifact(folder))) {
    throw new ConfigurationError(`there is no target ${id} in ${folders.targets(root)}; build-target makes one`);
  }
  const meta = await readJson<TargetMeta>(join(folder, "meta.json"));
  const { values } = await readJson<{ readonly values: number[] }>(join(folder, "parameters.json"));
  const target = restoreTarget(meta.configuration, values, await storedMaterials(folder, meta.configuration));
  if (fingerprintOf(target.loss.source.data) !== meta.fingerprint || target.lossAtCenter !== meta.metrics.L0) {
    throw new DamagedArtifact(
      `${folder} was made by another version: its data or its loss come out otherwise now; remove the folder to have it made again`,
    );
  }
  await enterTarget(root, meta);
  return { id, folder, target, isNew: false };
}

/** The table is the one that was kept; the trained parameters are there, so that no weights are needed. */
function storedMaterials(folder: string, configuration: TargetConfiguration): Promise<Materials> {
  const { data, model } = configuration;
  const path = data.path === null ? null : join(folder, keptTable(data.path));
  const kept = { ...configuration, data: { ...data, path }, model: { ...model, weights: null } };
  return materialsOf(kept, sourcesOf(kept));
}

function keptTable(path: string): string {
  return `data${extname(path).toLowerCase()}`;
}

async function storeTarget(root: string, id: string, target: Target, { table }: Sources): Promise<void> {
  const { configuration, loss, center, lossAtCenter } = target;
  const folder = folders.target(root, id);
  await discardPartial(folder);
  const partial = await openPartial(folder);
  const meta: TargetMeta = {
    target_id: id,
    kind: configuration.target.kind,
    configuration,
    dims: { n: loss.dataSize, p: loss.dim },
    metrics: { L0: lossAtCenter },
    fingerprint: fingerprintOf(loss.source.data),
  };
  const sections = Object.fromEntries(
    targetGroups.map((group) => [group, configuration[group as keyof TargetConfiguration]]),
  );
  await writeFileWhole(join(partial, "configuration.yaml"), configurationYaml(sections));
  await writeFileWhole(join(partial, "meta.json"), json(meta));
  await writeFileWhole(join(partial, "parameters.json"), `${JSON.stringify({ values: Array.from(center) })}\n`);
  if (table !== undefined) await writeFileWhole(join(partial, keptTable(table.path)), table.bytes);
  await writeFileWhole(join(partial, TIMING), json({ finished: new Date().toISOString() }));
  await commitArtifact(folder);
  await enterTarget(root, meta);
}

async function enterTarget(
  root: string,
  { target_id: id, kind, dims, metrics, configuration }: TargetMeta,
): Promise<void> {
  const { seed } = configuration.target;
  await enter(root, join("targets", "_catalog.jsonl"), { id, kind, seed, ...dims, ...metrics });
}
