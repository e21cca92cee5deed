// The definition of correct: every instruction computed on its own, in the plainest way, in double precision, and
// rounded once to its dtype. Slow; every other back end is held against it.

import { type Attributes, type Graph, type Instruction, type Loop, type Shape, sizeOf } from "../graph.js";
import { elementwise } from "../primitives.js";
import { type Backend, emptyArray, type NumberArray, type Program } from "../program.js";
import { exp } from "../special/index.js";

export const interpreter: Backend = {
  name: "interpreter",
  compile(graph: Graph): Program {
    return {
      graph,
      backend: "interpreter",
      how: "one instruction after another, each into a new array",
      bytes: 0,
      run(inputs, outputs) {
        evaluate(graph, inputs).forEach((value, i) => {
          outputs[i].set(value);
        });
      },
    };
  },
};

function evaluate(graph: Graph, inputs: readonly NumberArray[]): NumberArray[] {
  const values: NumberArray[] = [];
  const loops = new Map<number, NumberArray[]>();
  graph.instructions.forEach((instruction, k) => {
    const { op, inputs: from, attributes } = instruction;
    const operands = from.map((i) => values[i]);
    if (op === "input") values.push(inputs[attributes.index!]);
    else if (op === "repeat") {
      loops.set(k, runLoop(attributes.loop!, operands));
      values.push(emptyArray("f64", 1));
    } else if (op === "result") values.push(loops.get(from[0])![attributes.index!]);
    else {
      const out = emptyArray(instruction.dtype, sizeOf(instruction.shape));
      const shapes = from.map((i) => graph.instructions[i].shape);
      computeInto(out, instruction, operands, shapes);
      values.push(out);
    }
  });
  return graph.outputs.map((k) => values[k]);
}

function runLoop(loop: Loop, operands: readonly NumberArray[]): NumberArray[] {
  const { count, carries, sequences, reversed, body } = loop;
  const results = loop.results.map(({ shape, dtype }) => emptyArray(dtype, sizeOf(shape)));
  let state = operands.slice(0, carries);
  for (let i = 0; i < count; i++) {
    const turn = reversed ? count - 1 - i : i;
    const entries = operands.slice(carries, carries + sequences).map((sequence, s) => {
      const length = sizeOf(body.inputs[carries + s].shape);
      return sequence.subarray(turn * length, (turn + 1) * length);
    });
    const outputs = evaluate(body, [
      ...state,
      ...entries,
      ...operands.slice(carries + sequences),
      Float64Array.of(turn),
    ]);
    state = outputs.slice(0, carries);
    outputs.slice(carries).forEach((value, c) => {
      results[carries + c].set(value, turn * value.length);
    });
  }
  state.forEach((value, c) => {
    results[c].set(value);
  });
  return results;
}

type Compute = (
  out: NumberArray,
  operands: readonly NumberArray[],
  shapes: readonly Shape[],
  shape: Shape,
  attributes: Attributes,
) => void;

function computeInto(
  out: NumberArray,
  { op, shape, attributes }: Instruction,
  operands: readonly NumberArray[],
  shapes: readonly Shape[],
): void {
  const rule = elementwise[op];
  if (rule === undefined) {
    structural[op](out, operands, shapes, shape, attributes);
    return;
  }
  const [a, b, c] = operands;
  for (let i = 0; i < out.length; i++) {
    out[i] = rule.evaluate(attributes, a[i], b === undefined ? 0 : b[i], c === undefined ? 0 : c[i]);
  }
}

const copy: Compute = (out, [x]) => out.set(x);

const structural: Readonly<Record<string, Compute>> = {
  constant: (out, _, __, ___, { numbers }) => {
    if (numbers!.length === 1) out.fill(numbers![0]);
    else out.set(numbers!);
  },
  cast: copy,
  reshape: copy,
  broadcast: (out, [x], [from], shape, { axes }) => {
    forEachIndex(shape, (index, at) => {
      out[at] =
        x[
          offsetOf(
            from,
            axes!.map((axis) => index[axis]),
          )
        ];
    });
  },
  transpose: (out, [x], [from], shape, { axes }) => {
    const source: number[] = new Array(from.length).fill(0);
    forEachIndex(shape, (index, at) => {
      axes!.forEach((axis, i) => {
        source[axis] = index[i];
      });
      out[at] = x[offsetOf(from, source)];
    });
  },
  slice: (out, [x], [from], shape, { start }) => {
    forEachIndex(shape, (index, at) => {
      out[at] =
        x[
          offsetOf(
            from,
            index.map((i, axis) => i + start![axis]),
          )
        ];
    });
  },
  pad: (out, [x], [from], shape, { start }) => {
    forEachIndex(from, (index, at) => {
      out[
        offsetOf(
          shape,
          index.map((i, axis) => i + start![axis]),
        )
      ] = x[at];
    });
  },
  windows: (out, [x], [from], shape, attributes) => {
    forEachIndex(shape, (index, at) => {
      out[at] = x[offsetOf(from, placeInWindow(index, attributes))];
    });
  },
  overlapAdd: (out, [x], [from], shape, attributes) => {
    const sums = new Float64Array(out.length);
    forEachIndex(from, (index, at) => {
      sums[offsetOf(shape, placeInWindow(index, attributes))] += x[at];
    });
    out.set(sums);
  },
  concat: (out, operands, shapes, shape, { axes }) => {
    let before = 0;
    operands.forEach((x, k) => {
      forEachIndex(shapes[k], (index, at) => {
        out[
          offsetOf(
            shape,
            index.map((i, axis) => (axis === axes![0] ? i + before : i)),
          )
        ] = x[at];
      });
      before += shapes[k][axes![0]];
    });
  },
  gather: (out, [table, indices], [from]) => {
    const length = sizeOf(from.slice(1));
    indices.forEach((index, i) => {
      const row = checkedIndex("gather", index, from[0]);
      for (let j = 0; j < length; j++) out[i * length + j] = table[row * length + j];
    });
  },
  scatterAdd: (out, [updates, indices], _, shape) => {
    const length = sizeOf(shape.slice(1));
    const sums = new Float64Array(out.length);
    indices.forEach((index, i) => {
      const row = checkedIndex("scatterAdd", index, shape[0]);
      for (let j = 0; j < length; j++) sums[row * length + j] += updates[i * length + j];
    });
    out.set(sums);
  },
  sum: (out, [x], [from], _, { axes }) => {
    const sums = new Float64Array(out.length);
    forEachReduced(from, axes!, (at, to) => {
      sums[to] += x[at];
    });
    out.set(sums);
  },
  maxOver: (out, [x], [from], _, { axes }) => {
    out.fill(Number.NEGATIVE_INFINITY);
    forEachReduced(from, axes!, (at, to) => {
      out[to] = Math.max(out[to], x[at]);
    });
  },
  logSumExp: (out, [x], [from], _, { axes }) => {
    const { shifts, sums } = shiftedSums(x, from, axes!, out.length);
    for (let i = 0; i < out.length; i++) out[i] = shifts[i] + Math.log(sums[i]);
  },
  softmax: (out, [x], [from], _, { axes }) => {
    const { shifts, sums } = shiftedSums(x, from, axes!, sizeOf(from) / Math.max(1, from[axes![0]]));
    forEachReduced(from, axes!, (at, to) => {
      out[at] = exp(x[at] - shifts[to]) / sums[to];
    });
  },
  matmul: (out, [a, b], [shapeA, shapeB]) => {
    const [m, k] = shapeA.slice(-2);
    const n = shapeB[shapeB.length - 1];
    const batch = sizeOf(shapeA.slice(0, -2));
    for (let s = 0; s < batch; s++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) sum += a[(s * m + i) * k + l] * b[(s * k + l) * n + j];
          out[(s * m + i) * n + j] = sum;
        }
      }
    }
  },
  cholesky: (out, [a], [shape]) => {
    const n = shape[shape.length - 1];
    const l = new Float64Array(n * n);
    for (let s = 0; s < sizeOf(shape.slice(0, -2)); s++) {
      l.fill(0);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = a[(s * n + i) * n + j];
          for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
          // The root of a negative number is NaN: the matrix is not positive definite.
          l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j];
        }
      }
      out.set(l, s * n * n);
    }
  },
  triangularSolve: (out, [l, right], [shape, rightShape], _, { transposed }) => {
    const n = shape[shape.length - 1];
    const m = rightShape[rightShape.length - 1];
    const x = new Float64Array(n * m);
    for (let s = 0; s < sizeOf(shape.slice(0, -2)); s++) {
      for (let c = 0; c < m; c++) {
        for (let step = 0; step < n; step++) {
          const i = transposed ? n - 1 - step : step;
          let sum = right[(s * n + i) * m + c];
          for (let k = 0; k < step; k++) {
            const j = transposed ? n - 1 - k : k;
            sum -= l[(s * n + (transposed ? j : i)) * n + (transposed ? i : j)] * x[j * m + c];
          }
          x[i * m + c] = sum / l[(s * n + i) * n + i];
        }
      }
      out.set(x, s * n * m);
    }
  },
};

/** Where an entry of a window lies in the tensor of which it is a window. */
export function placeInWindow(index: readonly number[], { axes, step }: Attributes): number[] {
  const behind = axes![axes!.length - 1] + 1;
  const place = [...index.slice(0, behind), ...index.slice(behind + axes!.length)];
  axes!.forEach((axis, i) => {
    place[axis] = index[axis] * step![i] + index[behind + i];
  });
  return place;
}

/** Per reduced cell the largest entry (0 where that is not finite) and the sum of exp of the entries less it. */
function shiftedSums(
  x: NumberArray,
  from: Shape,
  axes: readonly number[],
  cells: number,
): { shifts: Float64Array; sums: Float64Array } {
  const shifts = new Float64Array(cells).fill(Number.NEGATIVE_INFINITY);
  forEachReduced(from, axes, (at, to) => {
    shifts[to] = Math.max(shifts[to], x[at]);
  });
  // +-Infinity less itself would be NaN; unshifted the sums come out right.
  for (let i = 0; i < cells; i++) if (!Number.isFinite(shifts[i])) shifts[i] = 0;
  const sums = new Float64Array(cells);
  forEachReduced(from, axes, (at, to) => {
    sums[to] += exp(x[at] - shifts[to]);
  });
  return { shifts, sums };
}

/** Calls `f(at, to)` for every element: where it stands, and where its cell of the reduced tensor stands. */
function forEachReduced(from: Shape, axes: readonly number[], f: (at: number, to: number) => void): void {
  const kept = from.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shape = kept.map((axis) => from[axis]);
  forEachIndex(from, (index, at) =>
    f(
      at,
      offsetOf(
        shape,
        kept.map((axis) => index[axis]),
      ),
    ),
  );
}

/** Calls `f(index, at)` for every index of a shape in row-major order. */
function forEachIndex(shape: Shape, f: (index: number[], at: number) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  const size = sizeOf(shape);
  for (let at = 0; at < size; at++) {
    f(index, at);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
}

function offsetOf(shape: Shape, index: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) offset = offset * shape[axis] + index[axis];
  return offset;
}

export function checkedIndex(op: string, index: number, length: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= length) {
    throw new RangeError(`${op}: index ${index} is not one of the ${length} entries along axis 0`);
  }
  return index;
}
