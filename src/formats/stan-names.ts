// Coordinates as columns of Stan's CSV: `w[0,1]` here, which counts from 0, is `w.1.2` there, which counts from 1 and writes the entries of
// an array in column-major order. https://mc-stan.org/docs/cmdstan-guide/stan_csv_apdx.html

import { stridesOf, variablesOf } from "./variables.js";

export interface Columns {
  /** Of each column its name ... */
  readonly titles: string[];
  /** ... and the coordinate that stands in it. */
  readonly coordinates: number[];
}

export function stanColumns(names: readonly string[]): Columns {
  const titles: string[] = [];
  const coordinates: number[] = [];
  const taken = new Set<string>();
  for (const { name, shape, first, size } of variablesOf(names)) {
    for (let k = 0; k < size; k++) {
      const index = columnMajor(shape, k);
      const strides = stridesOf(shape);
      const title = [bearable(name), ...index.map((i) => i + 1)].join(".");
      let unused = title;
      for (let n = 2; taken.has(unused); n++) unused = `${title}_${n}`;
      taken.add(unused);
      titles.push(unused);
      coordinates.push(first + index.reduce((at, i, axis) => at + i * strides[axis], 0));
    }
  }
  return { titles, coordinates };
}

/** The names here of columns there, and the columns in row-major order where those of an array are all there. */
export function fromStanColumns(titles: readonly string[]): { names: string[]; columns: number[] } {
  const names = titles.map((title) => {
    const [, base, index] = /^(.+?)((?:\.[1-9]\d{0,14})+)$/s.exec(title) ?? [];
    if (base === undefined) return title;
    return `${base}[${index
      .slice(1)
      .split(".")
      .map((i) => Number(i) - 1)}]`;
  });
  const order = rowMajor(names);
  return { names: order.map((column) => names[column]), columns: order };
}

/** The index of the entry at `k` where the first axis runs fastest. */
function columnMajor(shape: readonly number[], k: number): number[] {
  return shape.map((length) => {
    const i = k % length;
    k = Math.floor(k / length);
    return i;
  });
}

// Sorts the columns of each array by their indices, and leaves every array where it is.
function rowMajor(names: readonly string[]): number[] {
  const parts = names.map((name) => /^(.*)\[([\d,]+)\]$/s.exec(name));
  const order: number[] = [];
  for (let from = 0; from < names.length; ) {
    const base = parts[from]?.[1];
    let to = from + 1;
    while (base !== undefined && to < names.length && parts[to]?.[1] === base) to++;
    const block = Array.from({ length: to - from }, (_, i) => from + i);
    const indices = new Map(block.map((column) => [column, parts[column]?.[2].split(",").map(Number) ?? []]));
    order.push(...block.sort((a, b) => compare(indices.get(a) ?? [], indices.get(b) ?? [])));
    from = to;
  }
  return order;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const axis = a.findIndex((value, k) => value !== b[k]);
  return axis < 0 ? 0 : a[axis] - b[axis];
}

// A title ends at a comma, and what ends in __ is a statistic.
function bearable(name: string): string {
  const plain = name.replace(/[\s",#\p{Cc}]/gu, "_").replace(/^_*__$|__+$/u, "_");
  return plain === "" ? "_" : plain;
}
