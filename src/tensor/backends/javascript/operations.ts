// The instructions that are computed on their own: copies of blocks, tables, matrices, and what needs several passes. Each keeps the
// interpreter's order of summation.

import { type Instruction, sizeOf } from "../../graph.js";
import { mergeAxes } from "../loops/axes.js";
import { type Box, concatenate, type Plan } from "../loops/plan.js";
import { isContiguous, rowMajor, sliceView, type Value, type View, wholeOf, windowsView } from "../loops/views.js";
import { type MatmulShape, matmulFunction, pauses } from "./matmul.js";
import { sum, term, type Walk, walk, writeCopy, writeNest } from "./nest.js";
import { constantText, type Writer } from "./writer.js";

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

/** `to = value`, element by element. */
export function writeValue(w: Writer, to: View, value: Value): void {
  writeCopy(w, value.shape, walk(w, to), constantText(value) ?? walk(w, value.view!));
}

/**
 * A sum of terms that are mostly pads: each is added to its own block only. Adding the zeros around it would change nothing but -0 to 0;
 * hence blocks start from 0, and from -0 (which leaves every sum as it is) where all terms meet.
 */
export function writePadded(w: Writer, { view, shape }: Value, boxes: readonly Box[]): void {
  const out = view!;
  writeCopy(w, shape, walk(w, out), "0");
  const start = shape.map((_, axis) => Math.max(...boxes.map((box) => box.start[axis])));
  const meeting = shape.map(
    (_, axis) => Math.min(...boxes.map((box) => box.start[axis] + box.value.shape[axis])) - start[axis],
  );
  if (meeting.every((length) => length > 0)) writeCopy(w, meeting, walk(w, sliceView(out, start)), "-0");
  for (const box of boxes) {
    w.cut();
    addTo(w, sliceView(out, box.start), box.value);
  }
}

/** `to += value`, element by element in row-major order. */
function addTo(w: Writer, view: View, value: Value): void {
  const to = walk(w, view);
  const number = constantText(value);
  const walks = number === undefined ? [to, walk(w, value.view!)] : [to];
  const nest = mergeAxes(value.shape, walks);
  writeNest(w, nest, walks, {
    enter(level, at) {
      if (level === nest.lengths.length) w.line(`${to.array}[${at(0)}] += ${number ?? `${walks[1].array}[${at(1)}]`};`);
    },
  });
}

/** The value where it lies if its elements follow one another, else a copy. */
function contiguous(w: Writer, value: Value): View {
  if (value.view !== undefined && isContiguous(value.view, value.shape)) return value.view;
  return copied(w, value);
}

function copied(w: Writer, value: Value): View {
  const copy = wholeOf(w.scratch(value.dtype, sizeOf(value.shape)), value.shape);
  writeValue(w, copy, value);
  return copy;
}

/** The value as a view; a number repeated is a view of one number. */
function viewOf(w: Writer, value: Value): View {
  if (value.view !== undefined) return value.view;
  const one = copied(w, { ...value, shape: [] });
  return { ...one, strides: value.shape.map(() => 0) };
}

/** Every strided axis of a view, without those named. */
function pick(walked: Walk, axes: readonly number[]): Walk {
  return { ...walked, strides: axes.map((axis) => walked.strides[axis]) };
}

const copyOnce: Write = (w, out, [x]) => writeValue(w, { ...out, strides: rowMajor(x.shape) }, x);

const operations: Readonly<Record<string, Write>> = {
  reshape: copyOnce,
  pad: (w, out, [x], { shape, attributes }) => {
    writeCopy(w, shape, walk(w, out), "0");
    writeValue(w, sliceView(out, attributes.start!), x);
  },
  overlapAdd: (w, out, [x], { shape, dtype, attributes }) => {
    const sums = dtype === "f32" ? wholeOf(w.scratch("f64", sizeOf(shape)), shape) : out;
    writeCopy(w, shape, walk(w, sums), "0");
    addTo(w, windowsView(sums, attributes), x);
    if (sums !== out) writeCopy(w, shape, walk(w, out), walk(w, sums));
  },
  concat: (w, out, operands, { shape, attributes: { axes } }) => {
    concatenate({ cut: w.cut, copy: (to, value) => writeValue(w, to, value) }, out, operands, axes![0], shape);
  },
  gather: (w, out, [table, rows]) => {
    const rest = table.shape.slice(1);
    writeRows(w, "gather", rows, table.shape[0], (i, row) => {
      const from = walk(w, viewOf(w, table));
      const to = walk(w, out);
      const source: Walk = {
        ...from,
        base: sum([from.base, term(row, from.strides[0])]),
        strides: from.strides.slice(1),
      };
      writeCopy(w, rest, { ...to, base: sum([to.base, term(i, sizeOf(rest))]), strides: rowMajor(rest) }, source);
    });
  },
  scatterAdd: (w, out, [updates, rows], { shape, dtype }) => {
    const rest = shape.slice(1);
    const sums = dtype === "f32" ? wholeOf(w.scratch("f64", sizeOf(shape)), shape) : out;
    writeCopy(w, shape, walk(w, sums), "0");
    const added = walk(w, contiguous(w, updates));
    writeRows(w, "scatterAdd", rows, shape[0], (i, row) => {
      const size = sizeOf(rest);
      const to = walk(w, sums);
      const walks = [
        { ...to, base: sum([to.base, term(row, size)]), strides: [1] },
        { ...added, base: sum([added.base, term(i, size)]), strides: [1] },
      ];
      writeNest(w, mergeAxes([size], walks), walks, {
        enter(level, at) {
          if (level === (size === 1 ? 0 : 1)) w.line(`${walks[0].array}[${at(0)}] += ${walks[1].array}[${at(1)}];`);
        },
      });
    });
    if (sums !== out) writeCopy(w, shape, walk(w, out), walk(w, sums));
  },
  logSumExp: (w, out, [x], { dtype, attributes: { axes } }) => {
    const { kept, cells, reduced } = cellWalks(w, x, axes!);
    const to = walk(w, out);
    writeCells(w, x, kept, reduced, cells, to, (shift, total, at) => {
      const value = `${shift} + Math.log(${total})`;
      w.line(`${to.array}[${at}] = ${dtype === "f32" ? `Math.fround(${value})` : value};`);
    });
  },
  softmax: (w, out, [x], { dtype, attributes: { axes } }) => {
    const { kept, cells, reduced, from } = cellWalks(w, x, axes!);
    const to = walk(w, out);
    const inner = reduced.map((axis) => x.shape[axis]);
    writeCells(w, x, kept, reduced, cells, pick(to, kept), (shift, total, outAt, inAt) => {
      const walks = [
        { ...pick(to, reduced), base: outAt },
        { ...pick(from, reduced), base: inAt },
      ];
      const nest = mergeAxes(inner, walks);
      writeNest(w, nest, walks, {
        enter(level, at) {
          if (level < nest.lengths.length) return;
          const value = `exp(${from.array}[${at(1)}] - ${shift}) / ${total}`;
          w.line(`${to.array}[${at(0)}] = ${dtype === "f32" ? `Math.fround(${value})` : value};`);
        },
      });
    });
  },
  matmul: (w, out, [left, right], { shape, dtype }) => {
    const [a, b] = [viewOf(w, left), viewOf(w, right)];
    const batch = shape.slice(0, -2);
    const product: MatmulShape = {
      m: shape[shape.length - 2],
      k: left.shape[left.shape.length - 1],
      n: shape[shape.length - 1],
      a: a.strides.slice(-2) as [number, number],
      b: b.strides.slice(-2) as [number, number],
    };
    if (sizeOf(shape) === 0) return;
    // Sums that pause in memory must pause as doubles.
    const sums = pauses(product) && dtype === "f32" ? wholeOf(w.scratch("f64", sizeOf(shape)), shape) : out;
    const kinds = [a, b, sums].map(({ buffer }) => `${buffer.kind} ${buffer.dtype}`).join();
    const name = w.shared(`matmul ${JSON.stringify(product)} ${kinds}`, (fresh) => matmulFunction(fresh, product));
    const walks = [a, b, sums].map((view) => {
      const walked = walk(w, view);
      return { ...walked, strides: walked.strides.slice(0, -2) };
    });
    const nest = mergeAxes(batch, walks);
    writeNest(w, nest, walks, {
      enter(level, at) {
        if (level < nest.lengths.length) return;
        w.line(`${name}(${walks.map(({ array }, i) => `${array}, ${at(i)}`).join(", ")});`);
      },
    });
    if (sums !== out) writeCopy(w, shape, walk(w, out), walk(w, sums));
  },
  cholesky: (w, out, [matrix], { shape }) => {
    const n = shape[shape.length - 1];
    const work = wholeOf(w.scratch("f64", n * n), [n, n]);
    const places = [out, contiguous(w, matrix), work].map((view) => argument(w, view));
    w.line(`choleskyInto(${places.join(", ")}, ${sizeOf(shape.slice(0, -2))}, ${n});`);
  },
  triangularSolve: (w, out, [matrix, right], { shape, attributes }) => {
    const [n, m] = shape.slice(-2);
    const work = wholeOf(w.scratch("f64", n), [n]);
    const places = [out, contiguous(w, matrix), contiguous(w, right), work].map((view) => argument(w, view));
    w.line(
      `triangularSolveInto(${places.join(", ")}, ${sizeOf(shape.slice(0, -2))}, ${n}, ${m}, ${attributes.transposed === true});`,
    );
  },
};

function argument(w: Writer, view: View): string {
  return `${w.array(view.buffer)}, ${w.base(view)}`;
}

/** A loop over the indices in `rows`, each checked: `body(i, row)` gets the names of their place and of the row they name. */
function writeRows(w: Writer, op: string, rows: Value, length: number, body: (i: string, row: string) => void): void {
  const indices = walk(w, contiguous(w, rows));
  const [i, row] = [w.fresh("j"), w.fresh("row")];
  w.line(`for (let ${i} = 0; ${i} < ${sizeOf(rows.shape)}; ${i}++) {`);
  // Whole numbers come back from the check as they are; "| 0" lets V8 know that.
  w.line(`const ${row} = checkedIndex("${op}", ${indices.array}[${sum([indices.base, i])}], ${length}) | 0;`);
  body(i, row);
  w.line("}", 0);
}

interface CellWalks {
  readonly kept: readonly number[];
  readonly reduced: readonly number[];
  /** The operand along the kept axes: where each cell begins. */
  readonly cells: Walk;
  readonly from: Walk;
}

function cellWalks(w: Writer, x: Value, axes: readonly number[]): CellWalks {
  const from = walk(w, viewOf(w, x));
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const reduced = x.shape.map((_, axis) => axis).filter((axis) => axes.includes(axis));
  return { kept, reduced, cells: pick(from, kept), from };
}

/** For each cell the largest entry (0 where it is not finite) and the sum of exp of the entries less it, then `finish`. */
function writeCells(
  w: Writer,
  x: Value,
  kept: readonly number[],
  reduced: readonly number[],
  cells: Walk,
  out: Walk,
  finish: (shift: string, total: string, outAt: string, inAt: string) => void,
): void {
  const outer = kept.map((axis) => x.shape[axis]);
  const walks = [cells, out];
  const nest = mergeAxes(outer, walks);
  writeNest(w, nest, walks, {
    enter(level, at) {
      if (level < nest.lengths.length) return;
      const [start, largest, shift, total] = [w.fresh("r"), w.fresh("m"), w.fresh("h"), w.fresh("s")];
      const overCell = (write: (entry: string) => void): void => {
        const inner = [{ ...pick(cellsOf(x, cells), reduced), base: start }];
        const over = mergeAxes(
          reduced.map((axis) => x.shape[axis]),
          inner,
        );
        writeNest(w, over, inner, {
          enter(depth, index) {
            if (depth === over.lengths.length) write(`${cells.array}[${index(0)}]`);
          },
        });
      };
      w.line(`const ${start} = ${at(0)};`);
      w.line(`let ${largest} = -Infinity;`);
      overCell((entry) => w.line(`${largest} = Math.max(${largest}, ${entry});`));
      w.line(`const ${shift} = Math.abs(${largest}) < Infinity ? ${largest} : 0;`);
      w.line(`let ${total} = 0;`);
      overCell((entry) => w.line(`${total} += exp(${entry} - ${shift});`));
      finish(shift, total, at(1), start);
    },
  });
}

function cellsOf(x: Value, { array, base }: Walk): Walk {
  return { array, base, strides: x.view?.strides ?? x.shape.map(() => 0) };
}
