// The primitives that move, sum or multiply whole tensors: what each computes, and the rule for its shape. (`broadcast`,
// `reshape`, `slice`, `pad`, `overlapAdd` and `cast` carry their shape with them and need no rule.)
//
// | primitive | result |
// |---|---|
// | broadcast {axes} | operand axis i lies at result axis axes[i], repeated along the others |
// | reshape | the same numbers in row-major order under another shape |
// | transpose {axes} | result axis i is operand axis axes[i] |
// | slice {start} | the block of the result's shape that begins at start |
// | pad {start} | zeros of the result's shape with the operand at start |
// | windows {axes, size, step} | every window along the axes: these become numbers of windows, and the places in a window new axes behind the last of them |
// | overlapAdd {axes, size, step} | zeros of the result's shape to which each window is added where it lies: windows' adjoint |
// | concat {axes: [k]} | the operands after one another along axis k |
// | gather | table[indices]: [...indices.shape, ...table.shape[1:]] |
// | scatterAdd {length} | zeros of length entries to which the first operand's entries are added at the second's indices: gather's adjoint |
// | sum, maxOver, logSumExp {axes} | reductions that remove the axes |
// | softmax {axes: [k]} | exp(x) / sum of exp(x) along axis k |
// | matmul | [...batch, m, k] x [...batch, k, n] -> [...batch, m, n] |
// | cholesky, triangularSolve {transposed} | see Tensor; leading axes are a batch |
// | cast | the same values rounded to the result's dtype |
// | repeat {loop}, result {index} | a counted loop, and one of its results; see Loop |

import type { Attributes, Shape } from "./graph.js";

type ShapeRule = (shapes: readonly Shape[], attributes: Attributes) => Shape;

const format = (shape: Shape): string => `[${shape.join(", ")}]`;

const removeAxes =
  (op: string): ShapeRule =>
  ([shape], { axes }) => {
    if (op !== "sum" && axes!.some((axis) => shape[axis] === 0)) {
      throw new RangeError(`${op}: axis of length 0 in shape ${format(shape)} has no largest element`);
    }
    return shape.filter((_, i) => !axes!.includes(i));
  };

export const structuralShape: Readonly<Record<string, ShapeRule>> = {
  transpose: ([shape], { axes }) => {
    const sorted = [...axes!].sort((a, b) => a - b);
    if (sorted.length !== shape.length || sorted.some((axis, i) => axis !== i)) {
      throw new RangeError(`transpose: axes ${format(axes!)} do not order those of shape ${format(shape)}`);
    }
    return axes!.map((axis) => shape[axis]);
  },
  windows: ([shape], { axes, size, step }) => {
    axes!.forEach((axis, i) => {
      if (size![i] > shape[axis]) {
        throw new RangeError(`windows: one of length ${size![i]} does not fit axis ${axis} of shape ${format(shape)}`);
      }
    });
    const counts = shape.map((length, axis) => {
      const i = axes!.indexOf(axis);
      return i < 0 ? length : Math.floor((length - size![i]) / step![i]) + 1;
    });
    const behind = axes![axes!.length - 1] + 1;
    return [...counts.slice(0, behind), ...size!, ...counts.slice(behind)];
  },
  concat: (shapes, { axes }) => {
    const [axis] = axes!;
    const first = shapes[0];
    for (const shape of shapes) {
      if (shape.length !== first.length || shape.some((length, i) => i !== axis && length !== first[i])) {
        throw new RangeError(`concat: shapes ${shapes.map(format).join(", ")} differ beyond axis ${axis}`);
      }
    }
    const total = shapes.reduce((sum, shape) => sum + shape[axis], 0);
    return first.map((length, i) => (i === axis ? total : length));
  },
  gather: ([table, indices]) => {
    if (table.length === 0) throw new RangeError("gather: a scalar has no entries to choose from");
    return [...indices, ...table.slice(1)];
  },
  scatterAdd: ([updates, indices], { length }) => {
    if (indices.some((size, i) => size !== updates[i])) {
      throw new RangeError(`scatterAdd: shape ${format(updates)} does not begin with the indices' ${format(indices)}`);
    }
    return [length!, ...updates.slice(indices.length)];
  },
  sum: removeAxes("sum"),
  maxOver: removeAxes("max"),
  logSumExp: removeAxes("logSumExp"),
  softmax: ([shape]) => shape,
  matmul: ([a, b]) => {
    const batch = a.slice(0, -2);
    const fits =
      a.length === b.length && a[a.length - 1] === b[b.length - 2] && batch.every((length, i) => length === b[i]);
    if (!fits) throw new RangeError(`matmul: shapes ${format(a)} and ${format(b)} do not chain`);
    return [...batch, a[a.length - 2], b[b.length - 1]];
  },
  cholesky: ([shape]) => {
    checkSquare("cholesky", shape);
    return shape;
  },
  triangularSolve: ([matrix, right]) => {
    checkSquare("triangularSolve", matrix);
    const n = matrix[matrix.length - 1];
    const fits =
      right.length === matrix.length &&
      right[right.length - 2] === n &&
      matrix.slice(0, -2).every((length, i) => length === right[i]);
    if (!fits) throw new RangeError(`triangularSolve: shapes ${format(matrix)} and ${format(right)} do not match`);
    return right;
  },
};

function checkSquare(op: string, shape: Shape): void {
  const n = shape[shape.length - 1];
  if (shape.length < 2 || shape[shape.length - 2] !== n) {
    throw new RangeError(`${op}: needs a square matrix in the last two axes, got shape ${format(shape)}`);
  }
}
