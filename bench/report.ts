// What a benchmark finds: rows of numbers, most of them ratios of two times taken in the same run, for those hold on other machines too.

export interface Row {
  /** What was measured, in words a reader of the table understands. */
  readonly what: string;
  readonly value: number;
  /** `x` for a ratio. */
  readonly unit: string;
  /** The value should be at most, or at least, this. */
  readonly limit?: { readonly atMost?: number; readonly atLeast?: number };
  readonly note?: string;
}

/** Prints a row, and hands it to `bench/run.ts` where that started this process. */
export function report(row: Row): void {
  console.log(asLine(row));
  process.send?.(row);
}

export function asLine(row: Row): string {
  const note = row.note === undefined ? "" : `   (${row.note})`;
  const number = `${formatted(row.value).padStart(9)} ${row.unit.padEnd(9)}`;
  return `  ${row.what.padEnd(76)} ${number} ${verdict(row)}${note}`.trimEnd();
}

/** `ok, at most 2.5` or `MISSED, at most 2.5`; empty where no limit is set. */
function verdict({ value, limit }: Row): string {
  if (limit === undefined) return "";
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = limit;
  const words = limit.atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  return `${meets({ value, limit }) ? "ok" : "MISSED"}, ${words}`;
}

/** False for a value that is not a number, whatever the limit. */
export function meets({ value, limit = {} }: Pick<Row, "value" | "limit">): boolean {
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = limit;
  return value <= atMost && value >= atLeast;
}

function formatted(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
