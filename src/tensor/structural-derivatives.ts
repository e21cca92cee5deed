// Derivative rules of the primitives in `structural.ts`. Most are linear: their forward rule is themselves, their
// reverse rule the adjoint primitive, which is in the table too.

import { concat } from "./functions.js";
import type { Attributes } from "./graph.js";
import { constantTensor, make, Tensor } from "./tensor.js";

export interface StructuralRule {
  /** Tangent of the output; a tangent is absent where its operand is constant, at least one is present. */
  forward(tangents: readonly (Tensor | undefined)[], inputs: readonly Tensor[], output: Tensor): Tensor | undefined;
  /** Adjoints of the inputs, needed only where `wanted`. */
  reverse(
    adjoint: Tensor,
    inputs: readonly Tensor[],
    output: Tensor,
    wanted: readonly boolean[],
  ): (Tensor | undefined)[];
}

/** The same primitive on another operand. */
const same = (output: Tensor, operand: Tensor): Tensor =>
  new Tensor(output.op, [operand], output.shape, operand.dtype, output.attributes);

/** A linear primitive of one operand with its adjoint. */
const linear = (adjointOf: (adjoint: Tensor, input: Tensor, output: Tensor) => Tensor): StructuralRule => ({
  forward: ([tangent], _, output) => same(output, tangent!),
  reverse: (adjoint, [input], output) => [adjointOf(adjoint, input, output)],
});

export const structuralRules: Readonly<Record<string, StructuralRule>> = {
  cast: {
    forward: ([tangent], _, output) => tangent!.cast(output.dtype),
    reverse: (adjoint, [input]) => [adjoint.cast(input.dtype)],
  },
  reshape: linear((adjoint, input) => adjoint.reshape(input.shape)),
  broadcast: linear((adjoint, _, output) => {
    const kept = output.attributes.axes!;
    return adjoint.sum(output.shape.map((_, axis) => axis).filter((axis) => !kept.includes(axis)));
  }),
  transpose: linear((adjoint, _, output) => {
    const inverse: number[] = [];
    output.attributes.axes!.forEach((axis, i) => {
      inverse[axis] = i;
    });
    return adjoint.transpose(inverse);
  }),
  slice: linear((adjoint, input, output) => pad(adjoint, input.shape, output.attributes.start!)),
  pad: linear((adjoint, input, output) => {
    return new Tensor("slice", [adjoint], input.shape, adjoint.dtype, { start: output.attributes.start });
  }),
  windows: linear((adjoint, input, { attributes }) => overlapAdd(adjoint, input.shape, attributes)),
  overlapAdd: linear((adjoint, _, { attributes }) => make("windows", [adjoint], attributes)),
  concat: {
    forward: (tangents, inputs, output) =>
      concat(
        tangents.map((tangent, i) => tangent ?? inputs[i].like(0)),
        output.attributes.axes![0],
      ),
    reverse: (adjoint, inputs, output) => {
      const axis = output.attributes.axes![0];
      let from = 0;
      return inputs.map((input) => {
        const part = adjoint.slice(from, from + input.shape[axis], axis);
        from += input.shape[axis];
        return part;
      });
    },
  },
  gather: {
    forward: ([tangent], [, indices]) => tangent?.gather(indices),
    reverse: (adjoint, [table, indices]) => [adjoint.scatterAdd(indices, table.shape[0]), undefined],
  },
  scatterAdd: {
    forward: ([tangent], [, indices], output) => tangent?.scatterAdd(indices, output.attributes.length!),
    reverse: (adjoint, [, indices]) => [adjoint.gather(indices), undefined],
  },
  sum: linear((adjoint, input, output) => spread(adjoint, input, output)),
  // Where several entries are the largest, each gets an equal share.
  maxOver: {
    forward: ([tangent], [input], output) => tangent!.mul(shareOfLargest(input, output)).sum(output.attributes.axes!),
    reverse: (adjoint, [input], output) => [spread(adjoint, input, output).mul(shareOfLargest(input, output))],
  },
  logSumExp: {
    forward: ([tangent], [input], output) => tangent!.mul(shareOfSum(input, output)).sum(output.attributes.axes!),
    reverse: (adjoint, [input], output) => [spread(adjoint, input, output).mul(shareOfSum(input, output))],
  },
  softmax: {
    forward: ([tangent], _, output) => softmaxDerivative(tangent!, output),
    // The Jacobian is symmetric.
    reverse: (adjoint, _, output) => [softmaxDerivative(adjoint, output)],
  },
  matmul: {
    forward: ([da, db], [a, b]) => {
      const first = da?.matmul(b);
      const second = db === undefined ? undefined : a.matmul(db);
      return first === undefined ? second : second === undefined ? first : first.add(second);
    },
    reverse: (adjoint, [a, b], _, [wantA, wantB]) => [
      wantA ? adjoint.matmul(swapLast(b)) : undefined,
      wantB ? swapLast(a).matmul(adjoint) : undefined,
    ],
  },
  // Differentiation of the Cholesky decomposition (Murray 2016, arXiv:1602.07527): dL = L Phi(L^-1 dA L^-T), where Phi
  // takes the lower triangle and halves the diagonal. Only the lower part of A counts, so its derivative is symmetrised.
  cholesky: {
    forward: ([tangent], _, l) => {
      const lower = tangent!.mul(lowerMask(tangent!, 1));
      const symmetric = lower.add(swapLast(tangent!.mul(lowerMask(tangent!, 0))));
      const inner = swapLast(l.triangularSolve(swapLast(l.triangularSolve(symmetric))));
      return l.matmul(inner.mul(lowerMask(inner, 0.5)));
    },
    reverse: (adjoint, _, l) => {
      const phi = swapLast(l).matmul(adjoint);
      const lower = phi.mul(lowerMask(phi, 0.5));
      const right = swapLast(l.triangularSolve(swapLast(lower), true));
      const solved = l.triangularSolve(right, true);
      // The strictly lower entries stand for both halves of a symmetric matrix.
      const both = solved.add(swapLast(solved));
      return [both.mul(lowerMask(both, 0.5))];
    },
  },
  triangularSolve: {
    forward: ([dl, db], [l], x) => {
      const transposed = x.attributes.transposed!;
      let right = db;
      if (dl !== undefined) {
        const masked = dl.mul(lowerMask(dl, 1));
        const change = (transposed ? swapLast(masked) : masked).matmul(x);
        right = right === undefined ? change.neg() : right.sub(change);
      }
      return right === undefined ? undefined : l.triangularSolve(right, transposed);
    },
    reverse: (adjoint, [l], x, [wantL]) => {
      const transposed = x.attributes.transposed!;
      const right = l.triangularSolve(adjoint, !transposed);
      if (!wantL) return [undefined, right];
      const outer = transposed ? x.matmul(swapLast(right)) : right.matmul(swapLast(x));
      return [outer.mul(lowerMask(outer, 1)).neg(), right];
    },
  },
};

export function pad(tensor: Tensor, shape: readonly number[], start: readonly number[]): Tensor {
  return new Tensor("pad", [tensor], shape, tensor.dtype, { start });
}

function overlapAdd(windows: Tensor, shape: readonly number[], { axes, size, step }: Attributes): Tensor {
  return new Tensor("overlapAdd", [windows], shape, windows.dtype, { axes, size, step });
}

export function swapLast(matrix: Tensor): Tensor {
  const { rank } = matrix;
  return matrix.transpose(matrix.shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i)));
}

/** A reduced tensor repeated along the axes that its reduction removed. */
function spread(reduced: Tensor, input: Tensor, output: Tensor): Tensor {
  const removed = output.attributes.axes!;
  const axes = input.shape.map((_, axis) => axis).filter((axis) => !removed.includes(axis));
  return reduced
    .reshape(input.shape.map((length, axis) => (axes.includes(axis) ? length : 1)))
    .broadcastTo(input.shape);
}

function shareOfLargest(input: Tensor, output: Tensor): Tensor {
  const largest = input.equal(spread(output, input, output));
  return largest.div(spread(largest.sum(output.attributes.axes!), input, output));
}

function shareOfSum(input: Tensor, output: Tensor): Tensor {
  const { axes } = output.attributes;
  // Over one axis this is softmax, which a back end computes in one pass and which survives all entries being -Infinity.
  return axes!.length === 1 ? input.softmax(axes![0]) : input.sub(spread(output, input, output)).exp();
}

function softmaxDerivative(direction: Tensor, output: Tensor): Tensor {
  const weighted = direction.mul(output);
  const axis = output.attributes.axes![0];
  const kept = output.shape.map((length, i) => (i === axis ? 1 : length));
  return weighted.sub(output.mul(weighted.sum(axis).reshape(kept)));
}

/** 1 below the diagonal, `onDiagonal` on it, 0 above, for the last two axes of `like`. */
function lowerMask(like: Tensor, onDiagonal: number): Tensor {
  const n = like.shape[like.rank - 1];
  const numbers = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) numbers[i * n + j] = i === j ? onDiagonal : 1;
  return constantTensor(numbers, [n, n], like.dtype).broadcastTo(like.shape);
}
