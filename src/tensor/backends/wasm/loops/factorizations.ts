// Cholesky's decomposition and triangular systems: scalar loops in doubles, rounded at the end, which subtract in the
// interpreter's order.

import type { DType } from "../../../graph.js";
import {
  block,
  br,
  brIf,
  type Code,
  demote,
  type FunctionWriter,
  f32,
  f64,
  i32,
  type Local,
  loop,
  promote,
  when,
} from "../assembler.js";
import { nested } from "./nest.js";
import { bytesPer } from "./writer.js";

/** Lower triangular `L` with `L L^T = A` for one matrix `[n, n]`: a function of the addresses of L, A and n n doubles to work in. */
export function factorize(f: FunctionWriter, dtype: DType, n: number): void {
  const [out, a, work] = [f.parameter(0), f.parameter(1), f.parameter(2)];
  const [i, j, k] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const sum = f.local("f64");
  const cell = (row: Local, column: Local): Code => i32.add(i32.mul(row.get, i32.constant(n)), column.get);
  const worked = (row: Local, column: Local): Code => f64.load(place(work, cell(row, column), "f64"));
  forRange(f, i, i32.constant(n), (rows) => {
    forRange(rows, j, i32.add(i.get, i32.constant(1)), (columns) => {
      columns.add(sum.set(load(dtype, a, cell(i, j))));
      forRange(columns, k, j.get, (terms) => {
        terms.add(sum.set(f64.sub(sum.get, f64.mul(worked(i, k), worked(j, k)))));
      });
      columns.add(
        when(i32.equal(i.get, j.get), [sum.set(f64.sqrt(sum.get))], [sum.set(f64.div(sum.get, worked(j, j)))]),
        f64.store(place(work, cell(i, j), "f64"), sum.get),
        store(dtype, out, cell(i, j), sum.get),
      );
    });
    forRange(
      rows,
      j,
      i32.constant(n),
      (columns) => columns.add(store(dtype, out, cell(i, j), f64.constant(0))),
      i32.add(i.get, i32.constant(1)),
    );
  });
}

/** Solves `L X = B`, or `L^T X = B`, for `[n, n]` and `[n, m]`: a function of the addresses of X, L, B and n doubles to work in. */
export function solve(f: FunctionWriter, dtype: DType, n: number, m: number, transposed: boolean): void {
  const [out, l, b, work] = [f.parameter(0), f.parameter(1), f.parameter(2), f.parameter(3)];
  const [c, step, turn, i, j] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  const sum = f.local("f64");
  const at = (count: Local): Code => (transposed ? i32.sub(i32.constant(n - 1), count.get) : count.get);
  const cell = (row: Local, column: Local): Code => i32.add(i32.mul(row.get, i32.constant(n)), column.get);
  const right = (): Code => i32.add(i32.mul(i.get, i32.constant(m)), c.get);
  forRange(f, c, i32.constant(m), (columns) => {
    forRange(columns, step, i32.constant(n), (rows) => {
      rows.add(i.set(at(step)), sum.set(load(dtype, b, right())));
      forRange(rows, turn, step.get, (terms) => {
        const entry = transposed ? cell(j, i) : cell(i, j);
        terms.add(
          j.set(at(turn)),
          sum.set(f64.sub(sum.get, f64.mul(load(dtype, l, entry), f64.load(place(work, j.get, "f64"))))),
        );
      });
      rows.add(
        sum.set(f64.div(sum.get, load(dtype, l, cell(i, i)))),
        f64.store(place(work, i.get, "f64"), sum.get),
        store(dtype, out, right(), sum.get),
      );
    });
  });
}

/** `body` for `counter` = `from`, ..., `to - 1`; not at all where there is none. */
function forRange(
  f: FunctionWriter,
  counter: Local,
  to: Code,
  body: (f: FunctionWriter) => void,
  from: Code = i32.constant(0),
): void {
  const code = nested(f, body);
  const isOver = i32.greaterEqualUnsigned(counter.get, to);
  f.add(
    counter.set(from),
    block(loop(brIf(1, isOver), code, counter.set(i32.add(counter.get, i32.constant(1))), br(0))),
  );
}

function place(base: Local, index: Code, dtype: DType): Code {
  return i32.add(base.get, i32.mul(index, i32.constant(bytesPer[dtype])));
}

function load(dtype: DType, base: Local, index: Code): Code {
  const address = place(base, index, dtype);
  return dtype === "f64" ? f64.load(address) : promote(f32.load(address));
}

function store(dtype: DType, base: Local, index: Code, value: Code): Code {
  const address = place(base, index, dtype);
  return dtype === "f64" ? f64.store(address, value) : f32.store(address, demote(value));
}
