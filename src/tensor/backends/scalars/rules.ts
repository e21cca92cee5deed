// How each instruction is written out into scalars. What moves numbers about is settled here and leaves no trace in the program;
// sums are taken in the interpreter's order.

import { type Attributes, type DType, type Instruction, type Shape, sizeOf } from "../../graph.js";
import { placeInWindow } from "../interpreter.js";
import { needsRounding } from "./rounding.js";
import { type Scalars, TooManyScalars } from "./scalars.js";

type Ids = readonly number[];
type Compute = (s: Scalars, operands: readonly Ids[], shapes: readonly Shape[], instruction: Instruction) => Ids;

/** The nodes of an instruction's result, row-major, from those of its operands. */
export function expandInstruction(
  s: Scalars,
  instruction: Instruction,
  operands: readonly Ids[],
  shapes: readonly Shape[],
): Ids {
  const { op, dtype, attributes } = instruction;
  const compute = structural[op];
  if (compute !== undefined) return compute(s, operands, shapes, instruction);
  return operands[0].map((_, i) =>
    elementOf(
      s,
      op,
      operands.map((ids) => ids[i]),
      needsRounding(op, dtype),
      attributes,
    ),
  );
}

function elementOf(
  s: Scalars,
  op: string,
  operands: readonly number[],
  rounds: boolean,
  attributes: Attributes,
): number {
  const id = s.apply(op, operands, attributes);
  // Adding 0 to a number of f32 gives one: without the rounding it is recognised as free the next time.
  const addsZero =
    op === "add" && operands.some((operand) => s.nodes[operand].op === "constant" && s.nodes[operand].value === 0);
  return rounds && !addsZero ? s.round(id) : id;
}

const moved =
  (place: (index: number[], instruction: Instruction, from: Shape) => number): Compute =>
  (_, [x], [from], instruction) =>
    indices(instruction.shape).map((index) => x[place(index, instruction, from)]);

const structural: Readonly<Record<string, Compute>> = {
  constant: (s, _, __, { shape, dtype, attributes: { numbers } }) =>
    Array.from({ length: sizeOf(shape) }, (_, i) => {
      const number = numbers!.length === 1 ? numbers![0] : numbers![i];
      return s.constant(dtype === "f32" ? Math.fround(number) : number);
    }),
  cast: (s, [x], _, { dtype }) => (dtype === "f32" ? x.map((id) => s.round(id)) : x),
  reshape: (_, [x]) => x,
  broadcast: moved((index, { attributes: { axes } }, from) =>
    offsetOf(
      from,
      axes!.map((axis) => index[axis]),
    ),
  ),
  transpose: moved((index, { attributes: { axes } }, from) => {
    const source: number[] = [];
    axes!.forEach((axis, i) => {
      source[axis] = index[i];
    });
    return offsetOf(from, source);
  }),
  slice: moved((index, { attributes: { start } }, from) =>
    offsetOf(
      from,
      index.map((i, axis) => i + start![axis]),
    ),
  ),
  windows: moved((index, { attributes }, from) => offsetOf(from, placeInWindow(index, attributes))),
  overlapAdd: (s, [x], [from], { shape, dtype, attributes }) => {
    const terms = Array.from({ length: sizeOf(shape) }, (): number[] => []);
    indices(from).forEach((index, at) => {
      terms[offsetOf(shape, placeInWindow(index, attributes))].push(x[at]);
    });
    return terms.map((of) => rounded(s, s.sum(of), dtype));
  },
  pad: (s, [x], [from], { shape, attributes: { start } }) => {
    const out = new Array<number>(sizeOf(shape)).fill(s.constant(0));
    indices(from).forEach((index, at) => {
      out[
        offsetOf(
          shape,
          index.map((i, axis) => i + start![axis]),
        )
      ] = x[at];
    });
    return out;
  },
  concat: (_, operands, shapes, { shape, attributes: { axes } }) => {
    const out = new Array<number>(sizeOf(shape));
    let before = 0;
    operands.forEach((x, k) => {
      indices(shapes[k]).forEach((index, at) => {
        out[
          offsetOf(
            shape,
            index.map((i, axis) => (axis === axes![0] ? i + before : i)),
          )
        ] = x[at];
      });
      before += shapes[k][axes![0]];
    });
    return out;
  },
  gather: (s, [table, rows], [from]) => {
    const length = sizeOf(from.slice(1));
    return rows.flatMap((row) => {
      const at = knownIndex(s, row, from[0]) * length;
      return table.slice(at, at + length);
    });
  },
  scatterAdd: (s, [updates, rows], _, { shape, dtype }) => {
    const length = sizeOf(shape.slice(1));
    const terms = Array.from({ length: sizeOf(shape) }, (): number[] => []);
    rows.forEach((row, i) => {
      const to = knownIndex(s, row, shape[0]);
      for (let j = 0; j < length; j++) terms[to * length + j].push(updates[i * length + j]);
    });
    return terms.map((of) => rounded(s, s.sum(of), dtype));
  },
  sum: (s, [x], [from], { dtype, attributes }) =>
    cellsOf(x, from, attributes.axes!).map((cell) => rounded(s, s.sum(cell), dtype)),
  maxOver: (s, [x], [from], { attributes }) => cellsOf(x, from, attributes.axes!).map((cell) => largest(s, cell)),
  logSumExp: (s, [x], [from], { dtype, attributes }) =>
    cellsOf(x, from, attributes.axes!).map((cell) => {
      const { shift, sum } = shiftedSum(s, cell);
      return rounded(s, s.apply("add", [shift, s.apply("log", [sum])]), dtype);
    }),
  softmax: (s, [x], [from], { dtype, attributes }) => {
    const cells = cellsOf(x, from, attributes.axes!).map((cell) => {
      const { exponentials, sum } = shiftedSum(s, cell);
      return exponentials.map((exponential) => rounded(s, s.apply("div", [exponential, sum]), dtype));
    });
    const out: number[] = [];
    cellsOf(
      x.map((_, at) => at),
      from,
      attributes.axes!,
    ).forEach((cell, c) => {
      cell.forEach((at, i) => {
        out[at] = cells[c][i];
      });
    });
    return out;
  },
  matmul: (s, [a, b], [shapeA, shapeB], { dtype }) => {
    const [m, k] = shapeA.slice(-2);
    const n = shapeB[shapeB.length - 1];
    return indices([sizeOf(shapeA.slice(0, -2)), m, n]).map(([batch, i, j]) => {
      const terms = Array.from({ length: k }, (_, l) =>
        s.apply("mul", [a[(batch * m + i) * k + l], b[(batch * k + l) * n + j]]),
      );
      return rounded(s, s.sum(terms), dtype);
    });
  },
  cholesky: (s, [a], [shape], { dtype }) => {
    const n = shape[shape.length - 1];
    const out: number[] = [];
    for (let base = 0; base < a.length; base += n * n) {
      const l = new Array<number>(n * n).fill(s.constant(0));
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = a[base + i * n + j];
          for (let k = 0; k < j; k++) sum = s.apply("sub", [sum, s.apply("mul", [l[i * n + k], l[j * n + k]])]);
          l[i * n + j] = i === j ? s.apply("sqrt", [sum]) : s.apply("div", [sum, l[j * n + j]]);
        }
      }
      out.push(...l.map((id) => rounded(s, id, dtype)));
    }
    return out;
  },
  triangularSolve: (s, [l, right], [shape, rightShape], { dtype, attributes: { transposed } }) => {
    const n = shape[shape.length - 1];
    const m = rightShape[rightShape.length - 1];
    const x = new Array<number>(right.length);
    for (let batch = 0; batch < sizeOf(shape.slice(0, -2)); batch++) {
      for (let c = 0; c < m; c++) {
        for (let step = 0; step < n; step++) {
          const i = transposed ? n - 1 - step : step;
          let sum = right[(batch * n + i) * m + c];
          for (let k = 0; k < step; k++) {
            const j = transposed ? n - 1 - k : k;
            const entry = l[(batch * n + (transposed ? j : i)) * n + (transposed ? i : j)];
            sum = s.apply("sub", [sum, s.apply("mul", [entry, x[(batch * n + j) * m + c]])]);
          }
          x[(batch * n + i) * m + c] = s.apply("div", [sum, l[(batch * n + i) * n + i]]);
        }
      }
    }
    return x.map((id) => rounded(s, id, dtype));
  },
};

function rounded(s: Scalars, id: number, dtype: DType): number {
  return dtype === "f32" ? s.round(id) : id;
}

function largest(s: Scalars, cell: Ids): number {
  return cell.reduce((sofar, id) => s.apply("max", [sofar, id]), s.constant(Number.NEGATIVE_INFINITY));
}

function shiftedSum(s: Scalars, cell: Ids): { shift: number; exponentials: Ids; sum: number } {
  const shift = s.apply("finiteOrZero", [largest(s, cell)]);
  const exponentials = cell.map((id) => s.apply("exp", [s.apply("sub", [id, shift])]));
  return { shift, exponentials, sum: s.sum(exponentials) };
}

/** Which entry a constant index names. What is known only at run time is for the loop mode, and so is what must throw there. */
function knownIndex({ nodes }: Scalars, id: number, length: number): number {
  const { op, value } = nodes[id];
  if (op !== "constant" || !Number.isInteger(value) || value! < 0 || value! >= length) throw new TooManyScalars();
  return value!;
}

/** The elements of each reduced cell, in row-major order. */
function cellsOf<T>(x: readonly T[], from: Shape, axes: readonly number[]): T[][] {
  const kept = from.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shape = kept.map((axis) => from[axis]);
  const cells = Array.from({ length: sizeOf(shape) }, (): T[] => []);
  indices(from).forEach((index, at) => {
    cells[
      offsetOf(
        shape,
        kept.map((axis) => index[axis]),
      )
    ].push(x[at]);
  });
  return cells;
}

/** Every index of a shape in row-major order. */
function indices(shape: Shape): number[][] {
  let all: number[][] = [[]];
  for (const length of shape) all = all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i]));
  return all;
}

function offsetOf(shape: Shape, index: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) offset = offset * shape[axis] + index[axis];
  return offset;
}
