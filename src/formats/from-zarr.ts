// Draws out of a Zarr store of ArviZ's layout: of our own everything, of others what they hold.

import type { Draws } from "../chains/draws.js";
import { viewOf } from "./inference-data.js";
import type { Dense } from "./nested.js";
import { nodeNames } from "./node-names.js";
import { type Recorded, recordedIn } from "./record.js";
import { fromArvizName, toArvizName } from "./statistics.js";
import { RECORD_GROUP, type ReadableStore } from "./to-zarr.js";
import { coordinatesOf, sizeOf, type Variable, variablesOf } from "./variables.js";
import { wholeView } from "./view.js";
import { blank, lengthsOf, withoutRecord } from "./without-record.js";
import { type OpenedStore, openStore } from "./zarr-reader.js";

/** An array out of a file, row-major. */
export interface LabelledArray extends Dense {
  readonly dims: readonly string[];
}

/**
 * The draws in a store that `toZarr` wrote, as they were; of a store that another program wrote its `posterior` and `sample_stats`, with
 * their warmup: numbers for every diagnostic and figure, which cannot be resumed. Of another's statistics those are read that have
 * one number per draw.
 *
 * Rejects with an Error that names the place where the store is damaged, cut off, or none.
 * @example
 * const draws = await fromZarr(store); // a Map that toZarr filled
 * summarize(draws).rows.length // as before
 */
export function fromZarr(store: ReadableStore): Promise<Draws> {
  return readZarr("fromZarr", store);
}

/** `where` begins what is said of a store that cannot be read. */
export async function readZarr(where: string, store: ReadableStore): Promise<Draws> {
  const opened = await openStore(where, store);
  const ours = opened.group(RECORD_GROUP);
  return ours === undefined ? readForeign(where, opened) : readOurs(where, opened, ours);
}

/**
 * All arrays of numbers in one group of a store, `log_likelihood` for example, by name. Rejects with an Error where there is no such
 * group, or it is damaged.
 * @example (await readZarrGroup(store, "log_likelihood")).y.shape // [4, 1000, 8]
 */
export async function readZarrGroup(store: ReadableStore, group: string): Promise<Record<string, LabelledArray>> {
  return groupOf("readZarrGroup", await openStore("readZarrGroup", store), group);
}

export async function groupOf(
  where: string,
  store: OpenedStore,
  group: string,
): Promise<Record<string, LabelledArray>> {
  if (store.group(group) === undefined) throw new Error(`${where}: there is no group ${group}`);
  const prints = (store.group(RECORD_GROUP)?.fingerprints ?? {}) as Record<string, string>;
  const arrays: Record<string, LabelledArray> = {};
  for (const name of store.arraysOf(group)) {
    const path = `${group}/${name}`;
    const { shape, dims, type } = store.facts(path);
    if (!isNumeric(type) || (dims.length === 1 && dims[0] === name)) continue;
    const data = new Float64Array(sizeOf(shape));
    await store.read(path, wholeView(data, shape), prints[path]);
    arrays[name] = { shape, dims, data };
  }
  return arrays;
}

async function readOurs(where: string, store: OpenedStore, attributes: Record<string, unknown>): Promise<Draws> {
  const { record, arrays, fingerprints } = attributes;
  const prints = (fingerprints ?? {}) as Record<string, string>;
  const kept: Float64Array[] = [];
  for (const node of Array.isArray(arrays) ? arrays : []) {
    const path = `${RECORD_GROUP}/${node}`;
    const { shape } = store.facts(path);
    const data = new Float64Array(sizeOf(shape));
    await store.read(path, wholeView(data, shape), printOf(where, prints, path));
    kept.push(data);
  }
  let recorded: Recorded;
  try {
    recorded = recordedIn(record, (index) => {
      if (kept[index] === undefined) throw new Error(`its array ${index} is missing`);
      return kept[index];
    });
  } catch (error) {
    throw new Error(`${where}: the record in ${RECORD_GROUP}/zarr.json cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const { names, lengths, stats, ...rest } = recorded;
  const chains = lengths.length;
  const phase = (prefix: string) => readPhase(where, store, prefix, { chains, names, stats }, prints);
  const main = await phase("");
  blank(main.stats, lengths, main.draws);
  const hasWarmup = store.group("warmup_posterior") !== undefined;
  const warmup = hasWarmup ? await phase("warmup_") : undefined;
  if (warmup !== undefined) {
    blank(warmup.stats, lengthsOf(warmup.position, chains, warmup.draws, names.length), warmup.draws);
  }
  return { chains, dim: names.length, names, lengths, ...main, ...(warmup === undefined ? {} : { warmup }), ...rest };
}

async function readPhase(
  where: string,
  store: OpenedStore,
  prefix: string,
  { chains, names, stats }: { chains: number; names: string[]; stats: readonly string[] },
  prints: Record<string, string>,
): Promise<Pick<Draws, "draws" | "position" | "stats">> {
  const dim = names.length;
  const draws = store.facts(`${prefix}posterior/draw`).shape[0];
  const position = new Float64Array(chains * draws * dim);
  const expect = (path: string, shape: readonly number[]) => {
    const found = store.facts(path).shape;
    if (found.join() === shape.join()) return;
    throw new Error(`${where}: ${path} is of shape [${found.join(", ")}] in place of [${shape.join(", ")}]`);
  };
  const nodeOf = nodeNames(["chain", "draw"]);
  for (const variable of variablesOf(names)) {
    const node = nodeOf(variable.name);
    for (const [axis] of variable.shape.entries()) nodeOf(`${node}_dim_${axis}`);
    const path = `${prefix}posterior/${node}`;
    const view = viewOf(variable, position, chains, draws, dim);
    expect(path, view.shape);
    await store.read(path, view, printOf(where, prints, path));
  }
  const statNodeOf = nodeNames(["chain", "draw"]);
  const values: Record<string, Float64Array> = {};
  for (const ours of stats) {
    const { name, negated } = toArvizName(ours);
    const path = `${prefix}sample_stats/${statNodeOf(name)}`;
    expect(path, [chains, draws]);
    values[ours] = new Float64Array(chains * draws);
    await store.read(path, wholeView(values[ours], [chains, draws], negated ? -1 : 1), printOf(where, prints, path));
  }
  return { draws, position, stats: values };
}

function printOf(where: string, prints: Record<string, string>, path: string): string {
  if (typeof prints[path] === "string") return prints[path];
  throw new Error(`${where}: ${RECORD_GROUP}/zarr.json has no fingerprint of ${path}`);
}

async function readForeign(where: string, store: OpenedStore): Promise<Draws> {
  if (store.group("posterior") === undefined) {
    throw new Error(`${where}: there is no group posterior: the store holds no draws`);
  }
  const posterior = await foreignPhase(where, store, "");
  const hasWarmup = store.group("warmup_posterior") !== undefined;
  const warmup = hasWarmup ? await foreignPhase(where, store, "warmup_") : undefined;
  if (warmup !== undefined && (warmup.chains !== posterior.chains || warmup.names.join() !== posterior.names.join())) {
    throw new Error(`${where}: warmup_posterior has other chains or variables than posterior`);
  }
  const said = { ...store.attributes, ...store.group("posterior") };
  return withoutRecord({
    ...posterior,
    ...(warmup && { warmup: { draws: warmup.draws, position: warmup.position, stats: warmup.stats } }),
    ...(typeof said.tuning_steps === "number" ? { warmupTransitions: said.tuning_steps } : {}),
    ...(typeof said.sampling_time === "number" ? { seconds: said.sampling_time } : {}),
    ...(typeof said.inference_library === "string" ? { sampler: said.inference_library } : {}),
  });
}

async function foreignPhase(where: string, store: OpenedStore, prefix: string) {
  const group = `${prefix}posterior`;
  const variables: Variable[] = [];
  let sample: readonly number[] | undefined;
  let first = 0;
  for (const name of store.arraysOf(group)) {
    const { shape, dims, type } = store.facts(`${group}/${name}`);
    if (!isNumeric(type) || dims[0] !== "chain" || dims[1] !== "draw") continue;
    sample ??= shape.slice(0, 2);
    if (shape[0] !== sample[0] || shape[1] !== sample[1]) {
      throw new Error(
        `${where}: ${group}/${name} has ${shape[0]} x ${shape[1]} draws, and others ${sample.join(" x ")}`,
      );
    }
    const own = shape.slice(2);
    const labels: (number | string)[][] = [];
    for (const [axis, length] of own.entries()) labels.push(await labelsOf(store, group, dims[axis + 2], length));
    variables.push({ name, shape: own, labels, first, size: sizeOf(own) });
    first += sizeOf(own);
  }
  if (sample === undefined) throw new Error(`${where}: ${group} has no variable with the axes chain and draw`);
  const [chains, draws] = sample;
  const position = new Float64Array(chains * draws * first);
  for (const variable of variables) {
    await store.read(`${group}/${variable.name}`, viewOf(variable, position, chains, draws, first));
  }
  const stats: Record<string, Float64Array> = {};
  const statGroup = `${prefix}sample_stats`;
  for (const name of store.arraysOf(statGroup)) {
    const { shape, dims, type } = store.facts(`${statGroup}/${name}`);
    if (!isNumeric(type) || dims.join() !== "chain,draw" || shape.join() !== sample.join()) continue;
    const { name: ours, negated } = fromArvizName(name);
    stats[ours] = new Float64Array(chains * draws);
    await store.read(`${statGroup}/${name}`, wholeView(stats[ours], [chains, draws], negated ? -1 : 1));
  }
  return { chains, draws, names: variables.flatMap(coordinatesOf), position, stats };
}

async function labelsOf(store: OpenedStore, group: string, dim: string, length: number): Promise<(number | string)[]> {
  const labels = store.arraysOf(group).includes(dim) ? await store.labels(`${group}/${dim}`) : [];
  return labels.length === length ? labels : Array.from({ length }, (_, i) => i);
}

function isNumeric(type: string): boolean {
  return /^(float(16|32|64)|u?int(8|16|32|64)|bool)$/.test(type);
}
