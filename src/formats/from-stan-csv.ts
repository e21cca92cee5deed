// Draws out of Stan's CSV files, one per chain, whether CmdStan wrote them or we did.

import { refuse } from "../arguments/index.js";
import type { Draws } from "../chains/draws.js";
import { fromStanColumns, stanColumns } from "./stan-names.js";
import { fromStanName } from "./statistics.js";
import { WRITER } from "./to-stan-csv.js";
import { withoutRecord } from "./without-record.js";

/** One chain's file. */
export interface StanFile {
  /** As it is called in messages: its path, or which of the texts it is. */
  readonly place: string;
  readonly content: string | Uint8Array;
}

/**
 * Draws out of the texts of Stan's CSV files, one per chain in this order, as CmdStan or `toStanCsv` write them: coordinates are called
 * `theta[0]` where the column is `theta.1`, `lp__` becomes minus the energy, and columns that end in `__` are statistics. They serve
 * every diagnostic and figure, and cannot be resumed.
 *
 * Throws an Error that names the file and the line where columns differ or are missing, a number is none, or the file is cut off; of our own
 * files all chains must be there, once.
 * @example
 * fromStanCsv(["lp__,theta.1\n-0.5,1\n-2,2\n"]).position // Float64Array [1, 2]
 */
export function fromStanCsv(texts: readonly string[]): Draws {
  if (!Array.isArray(texts) || texts.length === 0 || texts.some((text) => typeof text !== "string")) {
    refuse("fromStanCsv", "texts", "a list of texts, one per chain", texts);
  }
  return readStanCsv(
    "fromStanCsv",
    texts.map((content, k) => ({ place: `text ${k}`, content })),
  );
}

/** `where` begins what is said of files that cannot be read. */
export function readStanCsv(where: string, files: readonly StanFile[]): Draws {
  const chains = files.map(({ place, content }) => chainIn(`${where}: ${place}`, content));
  const [first] = chains;
  for (const [k, { titles }] of chains.entries()) {
    const other = titles.findIndex((title, column) => title !== first.titles[column]);
    if (other < 0 && titles.length === first.titles.length) continue;
    const column = other < 0 ? titles.length : other;
    throw new Error(
      `${where}: ${files[k].place}: column ${column + 1} is ${JSON.stringify(titles[column])}, and in ${files[0].place} ${JSON.stringify(first.titles[column])}`,
    );
  }
  checkAllThere(where, files, chains);
  const isStatistic = (title: string) => title.endsWith("__");
  const own = first.titles.flatMap((title, column) => (isStatistic(title) ? [] : [{ title, column }]));
  const { names, columns } = coordinatesIn(
    `${where}: ${files[0].place}`,
    first,
    own.map(({ title }) => title),
  );
  const sources = columns.map((k) => own[k].column);
  const dim = names.length;
  const phaseOf = (rows: (chain: Chain) => readonly Float64Array[], most: number) => {
    const position = new Float64Array(chains.length * most * dim).fill(Number.NaN);
    const stats: Record<string, Float64Array> = {};
    for (const title of first.titles.filter(isStatistic)) {
      stats[fromStanName(title).name] = new Float64Array(chains.length * most).fill(Number.NaN);
    }
    chains.forEach((chain, c) => {
      for (const [draw, row] of rows(chain).entries()) {
        const at = c * most + draw;
        for (let i = 0; i < dim; i++) position[at * dim + i] = row[sources[i]];
        for (const [column, title] of first.titles.entries()) {
          if (!isStatistic(title)) continue;
          const { name, negated } = fromStanName(title);
          stats[name][at] = negated ? -row[column] : row[column];
        }
      }
    });
    return { draws: most, position, stats };
  };
  const lengths = chains.map(({ rows }) => rows.length);
  const thin = first.number("thin") ?? 1;
  const asked = Math.floor((first.number("num_samples") ?? 0) / thin);
  const isOurs = first.said.get("inference_library") === WRITER;
  const main = phaseOf(({ rows }) => rows, Math.max(...lengths, isOurs ? asked : 0));
  const warmed = Math.max(...chains.map(({ warmup }) => warmup.length));
  const seed = first.number("seed");
  const seconds = Math.max(...chains.map((chain) => chain.seconds));
  const warmupTransitions = first.number("num_warmup");
  return withoutRecord({
    chains: chains.length,
    ...main,
    names,
    lengths,
    adapted: adaptedIn(chains, dim),
    thin,
    seconds,
    sampler: first.said.get("algorithm") ?? "stan",
    ...(seed === undefined ? {} : { seed }),
    ...(warmupTransitions === undefined ? {} : { warmupTransitions }),
    ...(warmed > 0 ? { warmup: phaseOf(({ warmup }) => warmup, warmed) } : {}),
  });
}

interface Chain {
  /** What the comments say, `key = value`; of a key that comes twice the first. */
  readonly said: ReadonlyMap<string, string>;
  /** The same, where it is a number. */
  number(key: string): number | undefined;
  readonly titles: readonly string[];
  readonly warmup: readonly Float64Array[];
  readonly rows: readonly Float64Array[];
  readonly inverseMass: readonly number[];
  readonly seconds: number;
}

function chainIn(where: string, content: string | Uint8Array): Chain {
  const said = new Map<string, string>();
  let titles: string[] | undefined;
  let rows: Float64Array[] = [];
  let warmup: Float64Array[] = [];
  const inverseMass: number[] = [];
  let inMatrix = false;
  let seconds = Number.NaN;
  let n = 0;
  for (const line of linesOf(content)) {
    n++;
    const comment = line.startsWith("#") ? line.slice(1).trim() : undefined;
    if (comment === undefined) {
      inMatrix = false;
      if (line === "") continue;
      if (titles === undefined) titles = titlesIn(`${where}: line ${n}`, line);
      else rows.push(rowIn(`${where}: line ${n}`, line, titles));
    } else if (comment === "Adaptation terminated") {
      [warmup, rows] = [rows, []];
    } else if (/^(Diagonal elements|Elements) of inverse mass matrix:$/.test(comment)) {
      inMatrix = true;
    } else if (inMatrix && /^[-+.\deE, ]+$/.test(comment)) {
      inverseMass.push(...comment.split(",").map(Number));
    } else {
      const [, key, value] = /^(\w[\w ]*?) *= *(.*?)(?: \(Default\))?$/.exec(comment) ?? [];
      if (key !== undefined && !said.has(key)) said.set(key, value);
      const total = /^(?:Elapsed Time:)? *(\S+) seconds \(Total\)$/.exec(comment);
      if (total !== null) seconds = numberIn(total[1]) ?? Number.NaN;
    }
  }
  if (titles === undefined) throw new Error(`${where}: there is no line of column names`);
  if (said.get("inference_library") === WRITER && !isEnded(content)) {
    throw new Error(`${where}: the file is cut off after line ${n}: its last comment is missing`);
  }
  const number = (key: string) => {
    const value = Number(said.get(key) ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  return { said, number, titles, warmup, rows, inverseMass, seconds };
}

/** Our last comment, whatever the seconds are. */
function isEnded(content: string | Uint8Array): boolean {
  const end = typeof content === "string" ? content.slice(-40) : new TextDecoder().decode(content.subarray(-40));
  return /seconds \(Total\)\r?\n#\r?\n$/.test(end);
}

function titlesIn(where: string, line: string): string[] {
  const titles = line.split(",").map((title) => title.trim());
  const twice = titles.find((title, column) => titles.indexOf(title) < column);
  if (titles.includes("")) throw new Error(`${where}: a column has no name`);
  if (twice !== undefined) throw new Error(`${where}: the column ${JSON.stringify(twice)} is there twice`);
  if (titles.every((title) => numberIn(title) !== undefined)) throw new Error(`${where}: columns have no names`);
  return titles;
}

function rowIn(where: string, line: string, titles: readonly string[]): Float64Array {
  const words = line.split(",");
  if (words.length !== titles.length) {
    throw new Error(`${where}: there are ${words.length} numbers for ${titles.length} columns`);
  }
  const row = new Float64Array(titles.length);
  for (let column = 0; column < row.length; column++) {
    const value = numberIn(words[column]);
    if (value === undefined) {
      throw new Error(`${where}: column ${titles[column]} holds no number, but ${JSON.stringify(words[column])}`);
    }
    row[column] = value;
  }
  return row;
}

/** Stan's words for what is no finite number come in several spellings. */
function numberIn(word: string): number | undefined {
  const plain = word.trim();
  const value = Number(plain);
  if (!Number.isNaN(value) && plain !== "") return value;
  if (/^[-+]?nan$/i.test(plain)) return Number.NaN;
  const infinite = /^([-+]?)inf(?:inity)?$/i.exec(plain);
  if (infinite === null) return undefined;
  return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Of our own files the names are in a comment, where the columns do not tell them. */
function coordinatesIn(where: string, { said }: Chain, titles: string[]): { names: string[]; columns: number[] } {
  const given = said.get("inference_library") === WRITER ? said.get("names") : undefined;
  if (given === undefined) return fromStanColumns(titles);
  let names: unknown;
  try {
    names = JSON.parse(given);
  } catch (error) {
    throw new Error(`${where}: the names of the coordinates cannot be read`, { cause: error });
  }
  const expected = Array.isArray(names) ? stanColumns(names.map(String)) : undefined;
  if (expected === undefined || expected.titles.join() !== titles.join()) {
    throw new Error(`${where}: the names of the coordinates do not fit the columns`);
  }
  const columns = new Array<number>(titles.length);
  for (const [column, coordinate] of expected.coordinates.entries()) columns[coordinate] = column;
  return { names: (names as unknown[]).map(String), columns };
}

function checkAllThere(where: string, files: readonly StanFile[], chains: readonly Chain[]): void {
  if (chains.some(({ said }) => said.get("inference_library") !== WRITER)) return;
  const expected = chains[0].number("num_chains") ?? 0;
  const ids = chains.map((chain) => chain.number("id"));
  const twice = ids.findIndex((id, k) => ids.indexOf(id) < k);
  if (twice >= 0) {
    throw new Error(
      `${where}: ${files[twice].place} holds chain ${ids[twice]}, as ${files[ids.indexOf(ids[twice])].place} does`,
    );
  }
  const missing = Array.from({ length: expected }, (_, k) => k + 1).filter((id) => !ids.includes(id));
  if (missing.length === 0) return;
  const named = `${missing.slice(0, 8).join(", ")}${missing.length > 8 ? ", ..." : ""}`;
  throw new Error(`${where}: of ${expected} chains, ${named} ${missing.length === 1 ? "is" : "are"} missing`);
}

function adaptedIn(chains: readonly Chain[], dim: number): Record<string, Float64Array> {
  const adapted: Record<string, Float64Array> = {};
  const stepSizes = chains.map((chain) => chain.number("Step size"));
  if (stepSizes.every((value) => value !== undefined)) adapted.stepSize = Float64Array.from(stepSizes as number[]);
  const [{ inverseMass }] = chains;
  const isWhole = inverseMass.length === dim || inverseMass.length === dim * dim;
  if (isWhole && dim > 0 && chains.every((chain) => chain.inverseMass.length === inverseMass.length)) {
    adapted.inverseMass = Float64Array.from(chains.flatMap((chain) => [...chain.inverseMass]));
  }
  return adapted;
}

/** Line by line, because the whole may be longer than a string can be. */
function* linesOf(content: string | Uint8Array): Generator<string, void> {
  const end = content.length;
  const decoder = new TextDecoder();
  for (let from = 0; from < end; ) {
    const found = typeof content === "string" ? content.indexOf("\n", from) : content.indexOf(10, from);
    const to = found < 0 ? end : found;
    const line = typeof content === "string" ? content.slice(from, to) : decoder.decode(content.subarray(from, to));
    yield line.endsWith("\r") ? line.slice(0, -1) : line;
    from = to + 1;
  }
}
