// The instructions that are computed on their own: copies of blocks, tables, matrices.

import { type Instruction, type Shape, sizeOf } from "../../../graph.js";
import { type Box, concatenate, copied, type Plan } from "../../loops/plan.js";
import { isContiguous, rowMajor, sliceView, type Value, type View, windowsView } from "../../loops/views.js";
import { type Code, drop, type FunctionWriter, f32, f64, i32, type Local, promote, when } from "../assembler.js";
import { copy, fill, move, walkOf, write } from "./copies.js";
import { vectors } from "./elements.js";
import { factorize, solve } from "./factorizations.js";
import { accumulates, type Product, packedLength, writeProduct } from "./matmul.js";
import { loadVector, nested, repeated, type Walk, writeNest } from "./nest.js";
import { bytesPer, type Writer } from "./writer.js";

type Write = (w: Writer, out: View, operands: readonly Value[], instruction: Instruction) => void;

export function writeOperation(w: Writer, { instructions, values }: Plan, k: number): void {
  const instruction = instructions[k];
  operations[instruction.op](
    w,
    values[k].view!,
    instruction.inputs.map((i) => values[i]),
    instruction,
  );
}

export function writeCopy(w: Writer, to: View, value: Value): void {
  if (sizeOf(value.shape) > 0) w.step((f) => copy(f, w, to, value));
}

/**
 * A sum of terms that are mostly pads: each is added to its own block only. Adding the zeros around it would change nothing but -0 to 0;
 * hence blocks start from 0, and from -0 (which leaves every sum as it is) where all terms meet.
 */
export function writePadded(w: Writer, { view, shape, dtype }: Value, boxes: readonly Box[]): void {
  const out = view!;
  const start = shape.map((_, axis) => Math.max(...boxes.map((box) => box.start[axis])));
  const meeting = shape.map(
    (_, axis) => Math.min(...boxes.map((box) => box.start[axis] + box.value.shape[axis])) - start[axis],
  );
  w.step((f) => {
    fill(f, w, out, shape, 0);
    if (meeting.every((length) => length > 0)) fill(f, w, sliceView(out, start), meeting, -0);
  });
  for (const box of boxes) {
    if (sizeOf(box.value.shape) === 0) continue;
    const from = viewOf(w, box.value);
    w.cut();
    w.step((f) => addTo(f, dtype, box.value.shape, walkOf(w, sliceView(out, box.start)), walkOf(w, from)));
  }
}

/** `to += from`, element by element. */
function addTo(f: FunctionWriter, dtype: "f32" | "f64", shape: Shape, to: Walk, from: Walk): void {
  const v = vectors[dtype];
  write(f, dtype, shape, [to, from, to], (pointers, strides, u, valid) =>
    v.add(
      loadVector(v, v.lanes, strides[2], pointers[2], u, valid),
      loadVector(v, v.lanes, strides[1], pointers[1], u, valid),
    ),
  );
}

/** The value as a view; a number repeated is a view of one number. */
function viewOf(w: Writer, value: Value): View {
  if (value.view !== undefined) return value.view;
  const one = copiedIn(w, { ...value, shape: [] });
  return { ...one, strides: value.shape.map(() => 0) };
}

function copiedIn(w: Writer, value: Value): View {
  return copied({ scratch: w.scratch, copy: (to, from) => writeCopy(w, to, from) }, value);
}

/** The value where it lies if its elements follow one another, else a copy. */
function contiguous(w: Writer, value: Value): View {
  return value.view !== undefined && isContiguous(value.view, value.shape) ? value.view : copiedIn(w, value);
}

const copyOnce: Write = (w, out, [x]) => writeCopy(w, { ...out, strides: rowMajor(x.shape) }, x);

const operations: Readonly<Record<string, Write>> = {
  reshape: copyOnce,
  pad: (w, out, [x], { shape, attributes }) => {
    w.step((f) => {
      fill(f, w, out, shape, 0);
      if (sizeOf(x.shape) > 0) copy(f, w, sliceView(out, attributes.start!), x);
    });
  },
  overlapAdd: (w, out, [x], { shape, dtype, attributes }) => {
    const from = viewOf(w, x);
    w.step((f) => {
      fill(f, w, out, shape, 0);
      addTo(f, dtype, x.shape, walkOf(w, windowsView(out, attributes)), walkOf(w, from));
    });
  },
  concat: (w, out, operands, { shape, attributes: { axes } }) => {
    concatenate({ cut: w.cut, copy: (to, value) => writeCopy(w, to, value) }, out, operands, axes![0], shape);
  },
  gather: (w, out, [table, rows], { dtype }) => {
    const rest = table.shape.slice(1);
    const from = viewOf(w, table);
    writeRows(w, "gather", rows, table.shape[0], (f, i, row) => {
      const source = walkOf(w, from);
      const target = walkOf(w, out);
      const width = sizeOf(rest) * bytesPer[dtype];
      move(
        f,
        dtype,
        rest,
        { ...target, address: along(target.address, i, width), strides: rowMajor(rest) },
        {
          ...source,
          address: along(source.address, row, source.strides[0] * source.bytes),
          strides: source.strides.slice(1),
        },
      );
    });
  },
  scatterAdd: (w, out, [updates, rows], { shape, dtype }) => {
    const rest: Shape = [sizeOf(shape.slice(1))];
    const added = contiguous(w, updates);
    w.step((f) => fill(f, w, out, shape, 0));
    const width = rest[0] * bytesPer[dtype];
    writeRows(w, "scatterAdd", rows, shape[0], (f, i, row) => {
      const walkAt = (view: View, index: Local): Walk => ({
        ...walkOf(w, view),
        address: along(w.address(view), index, width),
        strides: [1],
      });
      addTo(f, dtype, rest, walkAt(out, row), walkAt(added, i));
    });
  },
  // Another reduction by then, but for tensors without entries along the other axes.
  logSumExp: () => {},
  matmul: (w, out, [left, right], { shape, dtype }) => {
    const [m, n] = shape.slice(-2);
    const k = left.shape[left.shape.length - 1];
    if (sizeOf(shape) === 0) return;
    if (k === 0) {
      w.step((f) => fill(f, w, out, shape, 0));
      return;
    }
    const a = viewOf(w, left);
    const given = viewOf(w, right);
    const [rowStride, columnStride] = given.strides.slice(-2);
    const isReady = (columnStride === 1 || n === 1) && rowStride > 0;
    const b = isReady ? given : copiedIn(w, right);
    const product: Product = {
      m,
      k,
      n,
      rowOfA: a.strides[a.strides.length - 2],
      columnOfA: a.strides[a.strides.length - 1],
      rowOfB: b.strides[b.strides.length - 2],
      arithmetic: w.arithmetic,
    };
    const v = vectors[dtype];
    const length = packedLength(v, product);
    const views = [a, b, out];
    if (length > 0) views.push({ buffer: w.scratch(dtype, length), offset: 0, strides: shape.map(() => 0), turns: [] });
    const multiply = w.shared(
      `matmul ${dtype} ${JSON.stringify(product)}`,
      { parameters: views.map(() => "i32" as const) },
      (f) => writeProduct(f, v, product),
    );
    w.step((f) => {
      if (accumulates(product)) fill(f, w, out, shape, 0);
      overBatch(f, w, shape.slice(0, -2), views, (...places) => multiply.call(...places));
    });
  },
  cholesky: (w, out, [matrix], { shape, dtype }) => {
    if (sizeOf(shape) === 0) return;
    const n = shape[shape.length - 1];
    const work = w.scratch("f64", n * n);
    const from = contiguous(w, matrix);
    const step = w.shared(`cholesky ${dtype} ${n}`, { parameters: ["i32", "i32", "i32"] }, (f) =>
      factorize(f, dtype, n),
    );
    const at: View = { buffer: work, offset: 0, strides: shape.map(() => 0), turns: [] };
    w.step((f) => overBatch(f, w, shape.slice(0, -2), [out, from, at], (...places) => step.call(...places)));
  },
  triangularSolve: (w, out, [matrix, right], { shape, dtype, attributes }) => {
    if (sizeOf(shape) === 0) return;
    const [n, m] = shape.slice(-2);
    const transposed = attributes.transposed === true;
    const work = w.scratch("f64", n);
    const [l, b] = [contiguous(w, matrix), contiguous(w, right)];
    const key = `triangularSolve ${dtype} ${n} ${m} ${transposed}`;
    const step = w.shared(key, { parameters: ["i32", "i32", "i32", "i32"] }, (f) => solve(f, dtype, n, m, transposed));
    const at: View = { buffer: work, offset: 0, strides: shape.map(() => 0), turns: [] };
    w.step((f) => overBatch(f, w, shape.slice(0, -2), [out, l, b, at], (...places) => step.call(...places)));
  },
};

/** `act` on the addresses of the matrices of each entry of a batch. Contiguous views may have other strides along axes of length 1. */
function overBatch(
  f: FunctionWriter,
  w: Writer,
  batch: Shape,
  views: readonly View[],
  act: (...addresses: readonly Code[]) => Code,
): void {
  const walks = views.map((view) => ({ ...walkOf(w, view), strides: [...view.strides.slice(0, batch.length), 0] }));
  const lengths = [...batch, 1];
  const nest = {
    lengths,
    strides: walks.map(({ strides }) => strides),
    vector: batch.length,
    lanes: 2,
    unroll: 1,
  } as const;
  writeNest(f, nest, walks, {
    enter(into, level, pointers) {
      if (level === lengths.length) into.add(act(...pointers.map((pointer) => pointer.get)));
    },
    leave() {},
  });
}

/** A step that goes through the indices in `rows`, each checked: `body(f, i, row)` gets their place and the row they name. */
function writeRows(
  w: Writer,
  op: string,
  rows: Value,
  length: number,
  body: (f: FunctionWriter, i: Local, row: Local) => void,
): void {
  const count = sizeOf(rows.shape);
  if (count === 0) return;
  const indices = contiguous(w, rows);
  w.step((f) => {
    const [at, i, row] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const index = f.local("f64");
    f.add(at.set(w.address(indices)), i.set(i32.constant(0)));
    const turn = nested(f, (inside) => {
      inside.add(
        index.set(rows.dtype === "f64" ? f64.load(at.get) : promote(f32.load(at.get))),
        row.set(i32.fromF64(index.get)),
        when(
          i32.or(
            f64.notEqual(f64.fromI32(row.get), index.get),
            i32.greaterEqualUnsigned(row.get, i32.constant(length)),
          ),
          [drop(w.imports[op].call(index.get, f64.constant(length)))],
        ),
      );
      body(inside, i, row);
      inside.add(at.set(i32.add(at.get, i32.constant(bytesPer[rows.dtype]))), i.set(i32.add(i.get, i32.constant(1))));
    });
    f.add(repeated(f, count, turn));
  });
}

function along(address: Code, index: Local, bytes: number): Code {
  return i32.add(address, i32.mul(index.get, i32.constant(bytes)));
}
