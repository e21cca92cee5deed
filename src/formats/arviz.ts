// Draws as the nested dictionary that ArviZ's `from_dict` takes: `{ posterior: { name: [chain][draw][...] }, sample_stats: ... }`.

import type { Draws } from "../chains/draws.js";
import { type InferenceArray, type InferenceDataOptions, inferenceData, viewOf } from "./inference-data.js";
import { type Dense, denseOf, nestedOf } from "./nested.js";
import { fromArvizName } from "./statistics.js";
import { coordinatesOf, sizeOf, type Variable } from "./variables.js";
import { type Block, gather, scatter } from "./view.js";
import { withoutRecord } from "./without-record.js";

/** Groups of arrays by name, as lists within lists. */
export type ArvizData = Record<string, Record<string, unknown>>;

/**
 * Draws as nested lists, in ArviZ's groups and under its names (see `toZarr`): `arviz.from_dict(data)` of ArviZ 1, and
 * `arviz.from_dict(**data)` of ArviZ 0. `diverging` holds true and false, everything else numbers.
 *
 * Lost are what was adapted, where the chains ended, the sampler, the seed, and names that an array has no place for. Throws a RangeError
 * or an Error where an argument does not fit.
 * @example
 * toArviz(draws).posterior // { mu: [[0.1, 0.2, ...], ...], theta: [[[1, 2], [1.5, 2.5], ...], ...] }
 */
export function toArviz(draws: Draws, options: InferenceDataOptions = {}): ArvizData {
  const data: ArvizData = {};
  for (const { name: group, arrays } of inferenceData("toArviz", draws, options)) {
    data[group] = Object.fromEntries(arrays.map((array) => [array.name, nestedIn(array)]));
  }
  return data;
}

/**
 * The same as JSON, piece by piece. JSON has no NaN and no infinities: where the draws have (beyond the length of a stopped chain), the
 * text has the words `NaN`, `Infinity` and `-Infinity`, which Python's `json` reads and writes, and JavaScript's does not.
 */
export function* arvizText(where: string, draws: Draws, options: InferenceDataOptions): Generator<string, void> {
  let beforeGroup = "{";
  for (const { name: group, arrays } of inferenceData(where, draws, options)) {
    yield `${beforeGroup}\n${JSON.stringify(group)}: {`;
    beforeGroup = ",";
    let beforeArray = "";
    for (const array of arrays) {
      yield `${beforeArray}\n${JSON.stringify(array.name)}: `;
      beforeArray = ",";
      yield* textOf(array);
    }
    yield "}";
  }
  yield "\n}\n";
}

/**
 * Draws from what `toArviz` returned, from such JSON as text, or from what any program wrote for `from_dict`: `posterior`,
 * `sample_stats` and their warmup. Chains end where nothing but NaN follows. Coordinates are called `theta[0]`, `theta[1]`; the draws
 * serve every diagnostic and figure, and cannot be resumed.
 *
 * Throws an Error that names the place where lists are ragged or something else than numbers.
 * @example fromArviz({ posterior: { x: [[1, 2, 3]] } }).names // ["x"]
 */
export function fromArviz(data: string | object): Draws {
  return readArviz("fromArviz", data);
}

/** `where` begins what is said of data that cannot be read. */
export function readArviz(where: string, data: string | object): Draws {
  const groups = typeof data === "string" ? parsed(where, data) : data;
  if (typeof groups !== "object" || groups === null || Array.isArray(groups)) {
    throw new Error(`${where}: it holds no groups, but ${typeof groups}`);
  }
  const { posterior, warmup_posterior: warmupPosterior, ...others } = groups as ArvizData;
  if (posterior === undefined) throw new Error(`${where}: there is no posterior: it holds no draws`);
  const main = phaseOf(where, "", posterior, others.sample_stats);
  if (warmupPosterior === undefined) return withoutRecord(main);
  const warmup = phaseOf(where, "warmup_", warmupPosterior, others.warmup_sample_stats);
  if (warmup.chains !== main.chains || warmup.names.join() !== main.names.join()) {
    throw new Error(`${where}: warmup_posterior has other chains or variables than posterior`);
  }
  const { draws, position, stats } = warmup;
  return withoutRecord({ ...main, warmup: { draws, position, stats } });
}

/** Python writes words where JSON has no number; within strings they stay. */
function parsed(where: string, text: string): unknown {
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (word) => (word[0] === '"' ? word : `"${word}"`));
  try {
    return JSON.parse(quoted);
  } catch (error) {
    throw new Error(`${where}: it is no JSON, or cut off (${(error as Error).message})`, { cause: error });
  }
}

function phaseOf(where: string, prefix: string, posterior: unknown, statistics: unknown = {}) {
  const arrays = arraysIn(where, `${prefix}posterior`, posterior);
  const [[, leading] = ["", undefined]] = arrays;
  if (leading === undefined) throw new Error(`${where}: ${prefix}posterior is empty`);
  const [chains, draws] = leading.shape;
  const check = (group: string, [name, { shape }]: [string, Dense]) => {
    if (shape.length >= 2 && shape[0] === chains && shape[1] === draws) return;
    throw new Error(
      `${where}: ${group}.${name} is of shape [${shape.join(", ")}], and must begin with ${chains} chains of ${draws} draws`,
    );
  };
  const variables: Variable[] = [];
  let dim = 0;
  for (const entry of arrays) {
    check(`${prefix}posterior`, entry);
    const shape = entry[1].shape.slice(2);
    const labels = shape.map((length) => Array.from({ length }, (_, i) => i));
    variables.push({ name: entry[0], shape, labels, first: dim, size: sizeOf(shape) });
    dim += sizeOf(shape);
  }
  const position = new Float64Array(chains * draws * dim);
  for (const [v, variable] of variables.entries()) {
    const view = viewOf(variable, position, chains, draws, dim);
    scatter(view, wholeBlock(view.shape), arrays[v][1].data);
  }
  const stats: Record<string, Float64Array> = {};
  for (const entry of arraysIn(where, `${prefix}sample_stats`, statistics)) {
    check(`${prefix}sample_stats`, entry);
    if (entry[1].shape.length > 2) continue;
    const { name, negated } = fromArvizName(entry[0]);
    stats[name] = negated ? entry[1].data.map((value) => -value) : entry[1].data;
  }
  return { chains, draws, names: variables.flatMap(coordinatesOf), position, stats };
}

function arraysIn(where: string, group: string, arrays: unknown): [string, Dense][] {
  if (typeof arrays !== "object" || arrays === null || Array.isArray(arrays)) {
    throw new Error(`${where}: ${group} must hold arrays by name`);
  }
  return Object.entries(arrays).map(([name, nested]) => [name, denseOf(where, `${group}.${name}`, nested, readNumber)]);
}

/** Masks are true and false; null is what JavaScript's JSON makes of NaN. */
function readNumber(entry: unknown): number | undefined {
  if (typeof entry === "number") return entry;
  if (typeof entry === "boolean") return entry ? 1 : 0;
  if (entry === null || entry === "NaN") return Number.NaN;
  if (entry === "Infinity" || entry === "-Infinity") return Number(entry);
  return undefined;
}

function nestedIn({ view, type }: InferenceArray): unknown {
  const values = gather(view, wholeBlock(view.shape), new Float64Array(sizeOf(view.shape)));
  return nestedOf(view.shape, (k) => (type === "bool" ? values[k] === 1 : values[k]));
}

/** One draw of one chain at a time; of an array without draws all of it. */
function* textOf({ view, type, dims }: InferenceArray): Generator<string, void> {
  const isSampled = dims[0] === "chain" && dims[1] === "draw";
  const own = isSampled ? view.shape.slice(2) : view.shape;
  const values = new Float64Array(sizeOf(own));
  const word = (k: number): string => (type === "bool" ? String(values[k] === 1) : numberText(values[k]));
  let k = 0;
  const list = (axis: number): string =>
    axis === own.length ? word(k++) : `[${Array.from({ length: own[axis] }, () => list(axis + 1)).join(",")}]`;
  const text = (start: readonly number[], shape: readonly number[]): string => {
    gather(view, { start, shape }, values);
    k = 0;
    return list(0);
  };
  if (!isSampled) {
    yield text(
      own.map(() => 0),
      own,
    );
    return;
  }
  const [chains, draws] = view.shape;
  const rest = own.map(() => 0);
  for (let chain = 0; chain < chains; chain++) {
    yield chain === 0 ? "[[" : ",\n[";
    for (let draw = 0; draw < draws; draw++)
      yield (draw === 0 ? "" : ",") + text([chain, draw, ...rest], [1, 1, ...own]);
    yield "]";
  }
  yield chains === 0 ? "[]" : "]";
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function wholeBlock(shape: readonly number[]): Block {
  return { start: shape.map(() => 0), shape };
}
