// The functions of several tensors, or of none: constants, stacking, joining, choosing.

import { type DType, type Shape, sizeOf } from "./graph.js";
import { constantTensor, format, make, type Operand, Tensor } from "./tensor.js";

/** Numbers nested to any depth, all rows of a level equally long. */
export type NestedNumbers = number | ArrayLike<number> | readonly NestedNumbers[];

/**
 * A constant tensor from a number, nested arrays, or a flat typed array with a shape.
 * @example tensor.constant([[1, 2], [3, 4]]) // shape [2, 2]
 */
export function constant(numbers: NestedNumbers, options: { shape?: Shape; dtype?: DType } = {}): Tensor {
  const { dtype = "f64" } = options;
  const { flat, shape: found } = flattenNumbers(numbers);
  const shape = options.shape ?? found;
  if (flat.length !== sizeOf(shape) && flat.length !== 1) {
    throw new RangeError(`constant: ${flat.length} numbers do not fill shape ${format(shape)}`);
  }
  return constantTensor(flat, shape, dtype);
}

/** `0, 1, ..., length - 1` */
export function range(length: number, dtype: DType = "f64"): Tensor {
  return constantTensor(
    Float64Array.from({ length }, (_, i) => i),
    [length],
    dtype,
  );
}

/** The tensors one after another along an axis that they have. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new RangeError("concat: needs at least one tensor");
  const { rank, shape } = tensors[0];
  const along = axis < 0 ? rank + axis : axis;
  if (!Number.isInteger(along) || along < 0 || along >= rank) {
    throw new RangeError(`concat: shape ${format(shape)} has no axis ${axis}`);
  }
  return tensors.length === 1 ? tensors[0] : make("concat", tensors, { axes: [along] });
}

/** Tensors of one shape (numbers count as scalars) along a new first axis. */
export function stack(tensors: readonly Operand[]): Tensor {
  const like = tensors.find((tensor): tensor is Tensor => tensor instanceof Tensor);
  if (like === undefined) return constant(tensors as readonly number[]);
  return concat(
    tensors.map((tensor) => (typeof tensor === "number" ? like.like(tensor) : tensor).reshape([1, ...like.shape])),
  );
}

/** `yes` where `condition` is not 0, `no` elsewhere. */
export function where(condition: Tensor, yes: Operand, no: Operand): Tensor {
  return condition.where(yes, no);
}

function flattenNumbers(numbers: NestedNumbers): { flat: Float64Array; shape: number[] } {
  const shape: number[] = [];
  for (let level: unknown = numbers; typeof level === "object" && level !== null && "length" in level; ) {
    const list = level as ArrayLike<unknown>;
    shape.push(list.length);
    level = list[0];
  }
  const flat = new Float64Array(sizeOf(shape));
  let next = 0;
  const visit = (value: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof value !== "number") throw new TypeError(`constant: expected a number, got ${String(value)}`);
      flat[next++] = value;
      return;
    }
    const list = value as ArrayLike<unknown>;
    if (list?.length !== shape[depth]) throw new RangeError("constant: rows of a level must be equally long");
    for (let i = 0; i < list.length; i++) visit(list[i], depth + 1);
  };
  visit(numbers, 0);
  return { flat, shape };
}
