// Columns of numbers out of a file that holds a table: CSV (RFC 4180, with a header), JSON (rows or columns), or NumPy's npz.

import { fromNpz, type NamedArray, type NamedArrays } from "./npy.js";

export type TableFormat = "csv" | "json" | "npz";

/** By a path's extension; undefined where it has none of them. */
export function tableFormatOf(path: string): TableFormat | undefined {
  return (["csv", "json", "npz"] as const).find((format) => path.toLowerCase().endsWith(`.${format}`));
}

/**
 * The columns by name, `[rows]` each, those of an npz as they are. Columns that are not `wanted` (all are where that is null) may hold what is
 * no number; they are left out. Those of `classes` may hold words alone, which become 0, 1, 2, ... in the order of the alphabet. `place` begins
 * what is said of a file that cannot be read, with the line where a cell is wrong.
 */
export function readTable(
  place: string,
  bytes: Uint8Array,
  format: TableFormat,
  wanted: readonly string[] | null,
  classes: readonly string[] = [],
): NamedArrays {
  if (format === "npz") return fromNpz(bytes);
  const text = new TextDecoder().decode(bytes);
  const columns = format === "csv" ? csvColumns(place, text) : jsonColumns(place, text);
  const kept = [...columns].flatMap(([name, { cells, lines }]): [string, NamedArray][] => {
    const values = classes.includes(name) && cells.every(isWord) ? labelsOf(cells) : Float64Array.from(cells, numberIn);
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) return [[name, { shape: [values.length], values }]];
    if (wanted !== null && !wanted.includes(name)) return [];
    const at = lines === undefined ? `row ${wrong}` : `line ${lines[wrong]}`;
    throw new RangeError(
      `${place}: column ${name} must hold numbers, got ${JSON.stringify(cells[wrong]) ?? "nothing"} in ${at}`,
    );
  });
  return Object.fromEntries(kept);
}

interface Cells {
  readonly cells: unknown[];
  /** Where each stands, counted from 1. */
  readonly lines?: number[];
}

function numberIn(cell: unknown): number {
  if (typeof cell === "string") return cell.trim() === "" ? Number.NaN : Number(cell);
  return typeof cell === "number" ? cell : Number.NaN;
}

/** Neither a number nor what stands for one that is missing. */
function isWord(cell: unknown): cell is string {
  return typeof cell === "string" && Number.isNaN(Number(cell)) && !/^(na|nan|null|none|\?)?$/i.test(cell.trim());
}

function labelsOf(cells: readonly string[]): Float64Array {
  const words = cells.map((cell) => cell.trim());
  const classes = [...new Set(words)].sort();
  return Float64Array.from(words, (word) => classes.indexOf(word));
}

function csvColumns(place: string, text: string): Map<string, Cells> {
  const [header, ...records] = recordsOf(place, text);
  if (header === undefined || records.length === 0)
    throw new RangeError(`${place}: expected a header and rows below it`);
  const names = header.fields.map((name) => name.trim());
  const again = names.find((name, i) => names.indexOf(name) < i);
  if (again !== undefined) throw new RangeError(`${place}: two columns are called ${JSON.stringify(again)}`);
  for (const { fields, line } of records) {
    if (fields.length === names.length) continue;
    throw new RangeError(`${place}: line ${line} has ${fields.length} fields, and the header ${names.length}`);
  }
  const lines = records.map(({ line }) => line);
  return new Map(names.map((name, column) => [name, { cells: records.map(({ fields }) => fields[column]), lines }]));
}

interface Line {
  readonly fields: string[];
  readonly line: number;
}

/** The fields of every line that is not empty; one in quotes may hold commas, doubled quotes and ends of lines. */
function recordsOf(place: string, text: string): Line[] {
  const records: Line[] = [];
  let [fields, line, begun]: [string[], number, number] = [[], 1, 1];
  // A field with the comma, the end of the line or the end of the text behind it.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;
  field.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  while (field.lastIndex < text.length || fields.length > 0) {
    const from = field.lastIndex;
    const found = field.exec(text);
    if (found === null) throw new RangeError(`${place}: line ${line} has a quote where none may be`);
    const [all, quoted, plain, end] = found;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += all.match(/\r\n|\r|\n/g)?.length ?? 0;
    if (end === ",") continue;
    if (fields.length > 1 || fields[0] !== "") records.push({ fields, line: begun });
    [fields, begun] = [[], line];
    if (field.lastIndex === from) break;
  }
  return records;
}

function jsonColumns(place: string, text: string): Map<string, Cells> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${place}: ${(error as Error).message}`);
  }
  const shape = "rows, [{ x: 1, y: 2 }, ...], or columns, { x: [1, ...], y: [2, ...] }";
  if (Array.isArray(content) && content.length > 0 && content.every(isRecord)) {
    const rows = content;
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return new Map(names.map((name) => [name, { cells: rows.map((row) => row[name]) }]));
  }
  if (!isRecord(content) || !Object.values(content).every(Array.isArray)) {
    throw new RangeError(`${place}: expected ${shape}`);
  }
  return new Map(Object.entries(content).map(([name, cells]) => [name, { cells: cells as unknown[] }]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
