// Matrix products by register tiles: the sums of 4 rows by 2 vectors stay in locals while k runs; an entry of A goes to all
// lanes. One function per shape, strides as literals. Each sum runs over k in order, so tiles do not show in the result.

import { brIf, type Code, type FunctionWriter, i32, type Local, loop, type VectorFloat, v128 } from "../assembler.js";
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
}

const tileRows = 4;
const tileVectors = 2;

/** Numbers that a panel of B takes which is copied first: where its rows are so far apart that they displace each other from the cache. */
export function packedLength(v: VectorFloat, { m, k, rowOfB }: Product): number {
  const collides = (rowOfB * v.scalar.bytes) % 4096 === 0;
  return collides && m >= 8 && k >= 64 ? k * tileVectors * v.lanes : 0;
}

/** The body of a function of the addresses of A, B, C and, where B is packed, of a place for a panel; k is at least 1. */
export function writeProduct(f: FunctionWriter, v: VectorFloat, product: Product): void {
  const { m, n, rowOfA } = product;
  const { bytes } = v.scalar;
  const a = f.parameter(0);
  const [b, c] = [f.parameter(1), f.parameter(2)];
  const width = tileVectors * v.lanes;
  const wholeRows = Math.floor(m / tileRows);
  const [fromA, fromC] = [f.local("i32"), f.local("i32")];

  const isPacked = packedLength(v, product) > 0;
  const rowsOfB = isPacked ? f.parameter(3) : b;
  const rowOfB = isPacked ? width : product.rowOfB;
  const panel = (into: FunctionWriter, vectors: number, last: number): void => {
    if (isPacked) pack(into, product, width * bytes, { from: b, to: rowsOfB, vectors, bytes });
    into.add(fromA.set(a.get), fromC.set(c.get));
    if (wholeRows > 0) {
      const code = nested(into, (inside) => {
        tile(inside, v, { ...product, rowOfB }, { rows: tileRows, vectors, last, fromA, b: rowsOfB, fromC });
        inside.add(
          fromA.set(i32.add(fromA.get, i32.constant(tileRows * rowOfA * bytes))),
          fromC.set(i32.add(fromC.get, i32.constant(tileRows * n * bytes))),
        );
      });
      into.add(repeated(f, wholeRows, code));
    }
    const rows = m - wholeRows * tileRows;
    if (rows > 0) tile(into, v, { ...product, rowOfB }, { rows, vectors, last, fromA, b: rowsOfB, fromC });
  };

  const whole = Math.floor(n / width);
  if (whole > 0) {
    const code = nested(f, (inside) => {
      panel(inside, tileVectors, v.lanes);
      inside.add(
        b.set(i32.add(b.get, i32.constant(width * bytes))),
        c.set(i32.add(c.get, i32.constant(width * bytes))),
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
  readonly bytes: number;
}

/** Copies a panel of B, row after row. */
function pack(f: FunctionWriter, { k, rowOfB }: Product, width: number, { from, to, vectors, bytes }: Packing): void {
  const [source, target] = [f.local("i32"), f.local("i32")];
  const copies = Array.from({ length: vectors }, (_, j) =>
    v128.store(target.get, v128.load(source.get, 16 * j), 16 * j),
  );
  const next = [
    source.set(i32.add(source.get, i32.constant(rowOfB * bytes))),
    target.set(i32.add(target.get, i32.constant(width))),
  ];
  f.add(source.set(from.get), target.set(to.get), repeated(f, k, [...copies, ...next]));
}

interface Tile {
  readonly rows: number;
  readonly vectors: number;
  /** Lanes of the last vector that exist. */
  readonly last: number;
  readonly fromA: Local;
  readonly b: Local;
  readonly fromC: Local;
}

/** Not unrolled over k: V8 11.3 makes slower code of that. */
function tile(
  f: FunctionWriter,
  v: VectorFloat,
  product: Product,
  { rows, vectors, last, fromA, b, fromC }: Tile,
): void {
  const { k, n, rowOfA, columnOfA, rowOfB } = product;
  const { bytes } = v.scalar;
  const [atA, atB, end, splat] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("v128")];
  const row = Array.from({ length: vectors }, () => f.local("v128"));
  const sums = Array.from({ length: rows }, () => row.map(() => f.local("v128")));
  const zero = v.constant(0);
  f.add(
    atA.set(fromA.get),
    atB.set(b.get),
    end.set(i32.add(b.get, i32.constant(k * rowOfB * bytes))),
    ...sums.flat().map((sum) => sum.set(zero)),
  );
  const body: Code[] = row.map((local, j) => local.set(v128.load(atB.get, 16 * j)));
  sums.forEach((own, i) => {
    body.push(
      splat.set(v.loadSplat(atA.get, i * rowOfA * bytes)),
      ...own.map((sum, j) => sum.set(v.add(sum.get, v.mul(splat.get, row[j].get)))),
    );
  });
  body.push(atA.set(i32.add(atA.get, i32.constant(columnOfA * bytes))));
  const next = atB.tee(i32.add(atB.get, i32.constant(rowOfB * bytes)));
  f.add(loop(...body, brIf(0, i32.notEqual(next, end.get))));
  sums.forEach((own, i) => {
    const place: Local = { ...fromC, get: i === 0 ? fromC.get : i32.add(fromC.get, i32.constant(i * n * bytes)) };
    own.forEach((sum, j) => {
      f.add(storeVector(v, v.lanes, 1, place, j, j === vectors - 1 ? last : v.lanes, sum.get));
    });
  });
}
