// Matrix products by register tiles: the sums of 4 rows by 2 or 4 vectors stay in locals while k runs; an entry of A goes to all
// lanes. One function per shape, strides as literals. Each sum runs over k in order, so tiles do not show in the result.

import type { Arithmetic } from "../../../graph.js";
import {
  brIf,
  type Code,
  type FunctionWriter,
  i32,
  type Local,
  loop,
  plusProduct,
  select,
  type VectorFloat,
  v128,
} from "../assembler.js";
import { nested, repeated, storeVector } from "./nest.js";

/** `C = A B`; strides in elements. B's columns and all of C are contiguous. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly rowOfA: number;
  readonly columnOfA: number;
  /** Not 0. */
  readonly rowOfB: number;
  readonly arithmetic: Arithmetic | undefined;
}

const tileRows = 4;
/** Two pairs where V8 may pair neighbours (Node 24 then makes the best code of 4 rows by 4). Sums do not depend on it. */
const tileVectorsOf = ({ arithmetic }: Product): number => (arithmetic?.wideVectors ? 4 : 2);

/** Numbers that a panel of B takes which is copied first: where its rows are so far apart that they displace each other from the cache. */
export function packedLength(v: VectorFloat, product: Product): number {
  const { m, k, rowOfB } = product;
  const collides = (rowOfB * v.scalar.bytes) % 4096 === 0;
  return collides && m >= 8 && k >= 64 ? k * tileVectorsOf(product) * v.lanes : 0;
}

/**
 * The longest stretch of k, and the most rows (in tiles), that are taken at once: a stretch of a panel of B stays in the first cache while
 * the rows go by, and those rows of A in the second while the panels do.
 */
const deepest = 256;
const tallest = 32;

/** Does the product add to what is in C? Then that must be filled with 0 before: sums pause there between stretches of k. */
export function accumulates({ k }: Product): boolean {
  return k > deepest;
}

/** The body of a function of the addresses of A, B, C and, where B is packed, of a place for a panel; k is at least 1. */
export function writeProduct(f: FunctionWriter, v: VectorFloat, product: Product): void {
  const { m, k, n, rowOfA, columnOfA, rowOfB } = product;
  const { bytes } = v.scalar;
  const [a, b, c] = [f.parameter(0), f.parameter(1), f.parameter(2)];
  const wholeRows = Math.floor(m / tileRows);
  const rest = m - wholeRows * tileRows;
  const move = (pointer: Local, count: Code, step: number): Code =>
    pointer.set(i32.add(pointer.get, i32.mul(count, i32.constant(step * bytes))));
  const [fromA, fromC] = [f.local("i32"), f.local("i32")];
  inStretches(f, k, deepest, (deep, depth) => {
    deep.add(fromA.set(a.get), fromC.set(c.get));
    inStretches(deep, wholeRows, tallest, (tall, tiles) => {
      panels(tall, v, product, { rows: tileRows, tiles, depth, fromA, fromC });
      tall.add(move(fromA, tiles, tileRows * rowOfA), move(fromC, tiles, tileRows * n));
    });
    if (rest > 0) panels(deep, v, product, { rows: rest, tiles: i32.constant(1), depth, fromA, fromC });
    deep.add(move(a, depth, columnOfA), move(b, depth, rowOfB));
  });
}

/** `write` for one stretch of `total` after another, of at most `most` and all but the last equally long. */
function inStretches(
  f: FunctionWriter,
  total: number,
  most: number,
  write: (inside: FunctionWriter, length: Code) => void,
): void {
  if (total === 0) return;
  if (total <= most) {
    write(f, i32.constant(total));
    return;
  }
  const each = i32.constant(Math.ceil(total / Math.ceil(total / most)));
  const [left, length] = [f.local("i32"), f.local("i32")];
  const code = nested(f, (inside) => {
    inside.add(length.set(select(i32.lessUnsigned(left.get, each), left.get, each)));
    write(inside, length.get);
  });
  f.add(left.set(i32.constant(total)), loop(code, brIf(0, left.tee(i32.sub(left.get, length.get)))));
}

/** Some rows of A and C against all columns of B, over one stretch of k. */
interface Rows {
  /** Per tile. */
  readonly rows: number;
  readonly tiles: Code;
  /** How long the stretch is. */
  readonly depth: Code;
  readonly fromA: Local;
  readonly fromC: Local;
}

function panels(f: FunctionWriter, v: VectorFloat, product: Product, { rows, tiles, depth, ...start }: Rows): void {
  const { n, rowOfA } = product;
  const { bytes } = v.scalar;
  const tileVectors = tileVectorsOf(product);
  const width = tileVectors * v.lanes;
  const isPacked = packedLength(v, product) > 0;
  const [fromA, fromB, fromC, top] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  const shape = isPacked ? { ...product, rowOfB: width } : product;
  const panel = (into: FunctionWriter, vectors: number, last: number): void => {
    const b = isPacked ? f.parameter(3) : fromB;
    if (isPacked) pack(into, product, width * bytes, { from: fromB, to: b, vectors, depth, bytes });
    into.add(fromA.set(start.fromA.get), fromC.set(top.get));
    const code = nested(into, (inside) => {
      tile(inside, v, shape, { rows, vectors, last, depth, fromA, b, fromC });
      inside.add(
        fromA.set(i32.add(fromA.get, i32.constant(rows * rowOfA * bytes))),
        fromC.set(i32.add(fromC.get, i32.constant(rows * n * bytes))),
      );
    });
    into.add(repeated(f, tiles, code));
  };
  f.add(fromB.set(f.parameter(1).get), top.set(start.fromC.get));
  const whole = Math.floor(n / width);
  if (whole > 0) {
    const code = nested(f, (inside) => {
      panel(inside, tileVectors, v.lanes);
      inside.add(
        fromB.set(i32.add(fromB.get, i32.constant(width * bytes))),
        top.set(i32.add(top.get, i32.constant(width * bytes))),
      );
    });
    f.add(repeated(f, whole, code));
  }
  const rest = n - whole * width;
  const vectors = Math.ceil(rest / v.lanes);
  if (rest > 0) panel(f, vectors, rest - (vectors - 1) * v.lanes);
}

interface Packing {
  readonly from: Local;
  readonly to: Local;
  readonly vectors: number;
  /** How many rows. */
  readonly depth: Code;
  readonly bytes: number;
}

/** Copies a panel of B, row after row. */
function pack(f: FunctionWriter, { rowOfB }: Product, width: number, packing: Packing): void {
  const { from, to, vectors, depth, bytes } = packing;
  const [source, target] = [f.local("i32"), f.local("i32")];
  const copies = Array.from({ length: vectors }, (_, j) =>
    v128.store(target.get, v128.load(source.get, 16 * j), 16 * j),
  );
  const next = [
    source.set(i32.add(source.get, i32.constant(rowOfB * bytes))),
    target.set(i32.add(target.get, i32.constant(width))),
  ];
  f.add(source.set(from.get), target.set(to.get), repeated(f, depth, [...copies, ...next]));
}

interface Tile {
  readonly rows: number;
  readonly vectors: number;
  /** Lanes of the last vector that exist. */
  readonly last: number;
  readonly depth: Code;
  readonly fromA: Local;
  readonly b: Local;
  readonly fromC: Local;
}

/** Not unrolled over k: V8 11.3 makes slower code of that. */
function tile(
  f: FunctionWriter,
  v: VectorFloat,
  product: Product,
  { rows, vectors, last, depth, fromA, b, fromC }: Tile,
): void {
  const { n, rowOfA, columnOfA, rowOfB } = product;
  const fma = product.arithmetic?.fma === true;
  const { bytes } = v.scalar;
  const [atA, atB, end, splat] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("v128")];
  const row = Array.from({ length: vectors }, () => f.local("v128"));
  const sums = Array.from({ length: rows }, () => row.map(() => f.local("v128")));
  // One address per row: V8 pairs the stores of neighbours where it sees that they are.
  const rowsOfC = sums.map((_, i) => (i === 0 ? fromC : f.local("i32")));
  const zero = v.constant(0);
  f.add(
    atA.set(fromA.get),
    atB.set(b.get),
    ...rowsOfC.slice(1).map((row, i) => row.set(i32.add(rowsOfC[i].get, i32.constant(n * bytes)))),
    end.set(i32.add(b.get, i32.mul(depth, i32.constant(rowOfB * bytes)))),
    // What lies beyond the last lane of C is added to as well, and not stored.
    ...sums.flatMap((own, i) =>
      own.map((sum, j) => sum.set(accumulates(product) ? v128.load(rowsOfC[i].get, 16 * j) : zero)),
    ),
  );
  const body: Code[] = row.map((local, j) => local.set(v128.load(atB.get, 16 * j)));
  sums.forEach((own, i) => {
    body.push(
      splat.set(v.loadSplat(atA.get, i * rowOfA * bytes)),
      ...own.map((sum, j) => sum.set(plusProduct(v, fma, sum.get, splat.get, row[j].get))),
    );
  });
  body.push(atA.set(i32.add(atA.get, i32.constant(columnOfA * bytes))));
  const next = atB.tee(i32.add(atB.get, i32.constant(rowOfB * bytes)));
  f.add(loop(...body, brIf(0, i32.notEqual(next, end.get))));
  sums.forEach((own, i) => {
    own.forEach((sum, j) => {
      f.add(storeVector(v, v.lanes, 1, rowsOfC[i], j, j === vectors - 1 ? last : v.lanes, sum.get));
    });
  });
}
