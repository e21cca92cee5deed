// A tensor is a node of an expression that is being traced: it has a shape and a dtype, and no numbers. Its methods
// build new tensors; nothing is computed until a graph is compiled and run.

import { integerAtLeast } from "../arguments/index.js";
import { type Attributes, type DType, type Shape, sizeOf } from "./graph.js";
import { elementwise } from "./primitives.js";
import { structuralShape } from "./structural.js";

/** What stands where a tensor may: a number is a constant of the other operand's dtype. */
export type Operand = Tensor | number;

export class Tensor {
  constructor(
    readonly op: string,
    readonly inputs: readonly Tensor[],
    readonly shape: Shape,
    readonly dtype: DType,
    readonly attributes: Attributes,
  ) {}

  get rank(): number {
    return this.shape.length;
  }

  // Arithmetic, with NumPy's broadcasting ------------------------------------------------------------------------

  add(other: Operand): Tensor {
    return isNumber(other, 0) ? this : binary("add", this, other);
  }
  sub(other: Operand): Tensor {
    return isNumber(other, 0) ? this : binary("sub", this, other);
  }
  mul(other: Operand): Tensor {
    return isNumber(other, 1) ? this : binary("mul", this, other);
  }
  div(other: Operand): Tensor {
    return isNumber(other, 1) ? this : binary("div", this, other);
  }
  /** `this ^ exponent`; small whole exponents and 0.5 become products and roots. */
  pow(exponent: Operand): Tensor {
    if (exponent === 0) return this.like(1);
    if (exponent === 1) return this;
    if (exponent === 2) return this.square();
    if (exponent === 3) return this.square().mul(this);
    if (exponent === 4) return this.square().square();
    if (exponent === 0.5) return this.sqrt();
    if (exponent === -1) return this.reciprocal();
    return binary("pow", this, exponent);
  }
  minimum(other: Operand): Tensor {
    return binary("min", this, other);
  }
  maximum(other: Operand): Tensor {
    return binary("max", this, other);
  }
  neg(): Tensor {
    return unary("neg", this);
  }
  square(): Tensor {
    return binary("mul", this, this);
  }
  reciprocal(): Tensor {
    return binary("div", this.like(1), this);
  }

  // Comparisons: 1 where true, 0 where false ---------------------------------------------------------------------

  less(other: Operand): Tensor {
    return binary("less", this, other);
  }
  lessEqual(other: Operand): Tensor {
    return binary("lessEqual", this, other);
  }
  greater(other: Operand): Tensor {
    return binary("less", this.operand(other), this);
  }
  greaterEqual(other: Operand): Tensor {
    return binary("lessEqual", this.operand(other), this);
  }
  equal(other: Operand): Tensor {
    return binary("equal", this, other);
  }
  /** `yes` where this tensor is not 0, `no` elsewhere. The one not taken has no influence, not even as NaN. */
  where(yes: Operand, no: Operand): Tensor {
    const [condition, first, second] = broadcastTogether("where", [this, this.operand(yes), this.operand(no)]);
    return make("where", [condition, first, second]);
  }

  // Elementwise functions ----------------------------------------------------------------------------------------

  abs(): Tensor {
    return unary("abs", this);
  }
  sign(): Tensor {
    return unary("sign", this);
  }
  floor(): Tensor {
    return unary("floor", this);
  }
  exp(): Tensor {
    return unary("exp", this);
  }
  log(): Tensor {
    return unary("log", this);
  }
  log1p(): Tensor {
    return unary("log1p", this);
  }
  expm1(): Tensor {
    return unary("expm1", this);
  }
  sqrt(): Tensor {
    return unary("sqrt", this);
  }
  sin(): Tensor {
    return unary("sin", this);
  }
  cos(): Tensor {
    return unary("cos", this);
  }
  tanh(): Tensor {
    return unary("tanh", this);
  }
  /** `1 / (1 + exp(-x))`, accurate for every x. */
  sigmoid(): Tensor {
    return unary("sigmoid", this);
  }
  /** `log(1 + exp(x))`, accurate for every x. */
  softplus(): Tensor {
    return unary("softplus", this);
  }
  relu(): Tensor {
    return unary("relu", this);
  }
  erf(): Tensor {
    return unary("erf", this);
  }
  /** log |Gamma(x)| */
  lgamma(): Tensor {
    return unary("lgamma", this);
  }
  digamma(): Tensor {
    return this.polygamma(0);
  }
  trigamma(): Tensor {
    return this.polygamma(1);
  }
  /** The derivative of that order of digamma; order 0 is digamma, 1 is trigamma. */
  polygamma(order: number): Tensor {
    return make("polygamma", [this], { order });
  }
  /** The same values, through which no derivative flows. */
  stopGradient(): Tensor {
    return unary("stopGradient", this);
  }
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : new Tensor("cast", [this], this.shape, dtype, {});
  }

  // Reductions: over the given axes (all where left out; negative ones count from the end) -------------------------

  sum(axes?: number | readonly number[]): Tensor {
    return reduce("sum", this, axes);
  }
  mean(axes?: number | readonly number[]): Tensor {
    const total = this.sum(axes);
    return total.mul(sizeOf(total.shape) / sizeOf(this.shape));
  }
  max(axes?: number | readonly number[]): Tensor {
    return reduce("maxOver", this, axes);
  }
  min(axes?: number | readonly number[]): Tensor {
    return this.neg().max(axes).neg();
  }
  /** log of the sum of exp, without overflow. */
  logSumExp(axes?: number | readonly number[]): Tensor {
    return reduce("logSumExp", this, axes);
  }
  /** Along one axis, the last where left out. */
  softmax(axis = -1): Tensor {
    return make("softmax", [this], { axes: [axisOf("softmax", this, axis)] });
  }
  /** `x - logSumExp(x)` along one axis. */
  logSoftmax(axis = -1): Tensor {
    const along = axisOf("logSoftmax", this, axis);
    const kept = this.shape.map((length, i) => (i === along ? 1 : length));
    return this.sub(this.logSumExp(along).reshape(kept));
  }
  /** Inner product of two tensors of equal shape. */
  dot(other: Tensor): Tensor {
    return this.mul(other).sum();
  }

  // Shapes -------------------------------------------------------------------------------------------------------

  /** One length may be -1: it is computed. */
  reshape(shape: Shape): Tensor {
    const wanted = resolveLength(this.shape, shape);
    if (sameShape(wanted, this.shape)) return this;
    return new Tensor("reshape", [this], wanted, this.dtype, {});
  }
  /** Reverses the axes, or orders them as told. */
  transpose(axes?: readonly number[]): Tensor {
    return make("transpose", [this], { axes: axes ?? this.shape.map((_, i) => this.rank - 1 - i) });
  }
  /** Elements `start` to `end` (not included) along one axis, the first where left out. */
  slice(start: number, end: number, axis = 0): Tensor {
    const along = axisOf("slice", this, axis);
    const length = this.shape[along];
    const from = start < 0 ? length + start : start;
    const to = end < 0 ? length + end : end;
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > length || from > to) {
      throw new RangeError(`slice: ${start} to ${end} is not within axis ${along} of shape ${format(this.shape)}`);
    }
    const shape = this.shape.map((size, i) => (i === along ? to - from : size));
    return new Tensor("slice", [this], shape, this.dtype, {
      start: this.shape.map((_, i) => (i === along ? from : 0)),
    });
  }
  /** Element `index` along axis 0, without that axis; negative counts from the end. */
  at(index: number): Tensor {
    const from = index < 0 ? this.shape[0] + index : index;
    return this.slice(from, from + 1).reshape(this.shape.slice(1));
  }
  /** The entries along axis 0, each without that axis: `const [x, y] = q.unstack()`. */
  unstack(): Tensor[] {
    if (this.rank === 0) throw new RangeError("unstack: a scalar has no axis to take apart");
    return Array.from({ length: this.shape[0] }, (_, i) => this.at(i));
  }
  [Symbol.iterator](): Iterator<Tensor> {
    return this.unstack()[Symbol.iterator]();
  }
  /** Repeats along new or length-1 axes until the shape is the given one. */
  broadcastTo(shape: Shape): Tensor {
    return broadcastTo("broadcastTo", this, shape);
  }
  /** Entries along axis 0 at the given indices (whole numbers in a tensor of any shape): `[...indices, ...rest]`. */
  gather(indices: Tensor): Tensor {
    return make("gather", [this, indices]);
  }
  /**
   * Gather's transpose: zeros of `[length, ...rest]` to which the entries of this tensor, `[...indices, ...rest]`, are added at the given
   * indices (whole numbers below `length`), in their order.
   * @example // the sum of each class: values [3] of classes [3]
   * values.scatterAdd(tensor.constant([0, 1, 0]), 2) // [values[0] + values[2], values[1]]
   */
  scatterAdd(indices: Tensor, length: number): Tensor {
    return make("scatterAdd", [this, indices], { length: integerAtLeast("scatterAdd", "length", length, 0) });
  }
  /**
   * Every window of `size` entries along each of the axes, which ascend; neighbouring ones begin `step` apart. The axes become numbers of
   * windows, and the places within a window new axes behind the last of them. Throws where a window does not fit.
   * @example image.windows([1, 2], [3, 3], [1, 1]) // [batch, 28, 28, channels] becomes [batch, 26, 26, 3, 3, channels]
   */
  windows(axes: readonly number[], size: readonly number[], step: readonly number[]): Tensor {
    const along = axes.map((axis) => axisOf("windows", this, axis));
    if (along.length === 0 || along.some((axis, i) => i > 0 && axis <= along[i - 1])) {
      throw new RangeError(`windows: axes must ascend, got ${format(axes)}`);
    }
    if (size.length !== axes.length || step.length !== axes.length) {
      throw new RangeError(
        `windows: ${axes.length} axes need as many sizes and steps, got ${format(size)} and ${format(step)}`,
      );
    }
    size.forEach((length, i) => integerAtLeast("windows", `size[${i}]`, length, 1));
    step.forEach((length, i) => integerAtLeast("windows", `step[${i}]`, length, 1));
    return make("windows", [this], { axes: along, size, step });
  }
  /** From each row of a `[rows, columns]` tensor the entry in the column that `columns`, `[rows]`, names. */
  pick(columns: Tensor): Tensor {
    if (this.rank !== 2 || columns.rank !== 1 || columns.shape[0] !== this.shape[0]) {
      throw new RangeError(
        `pick: needs shapes [rows, columns] and [rows], got ${format(this.shape)} and ${format(columns.shape)}`,
      );
    }
    const [rows, width] = this.shape;
    const firsts = constantTensor(
      Float64Array.from({ length: rows }, (_, i) => i * width),
      [rows],
      columns.dtype,
    );
    return this.reshape([rows * width]).gather(columns.add(firsts));
  }

  // Linear algebra: the last two axes are the matrix, those before them a batch --------------------------------------

  /** Matrix product; a vector on the left is a row, on the right a column. */
  matmul(other: Tensor): Tensor {
    if (this.rank === 0 || other.rank === 0) throw new RangeError("matmul: a scalar is no matrix; use mul");
    if (this.rank === 1) {
      const product = this.reshape([1, this.shape[0]]).matmul(other);
      return product.reshape(other.rank === 1 ? [] : other.shape.slice(1));
    }
    if (other.rank === 1) return this.matmul(other.reshape([other.shape[0], 1])).reshape(this.shape.slice(0, -1));
    return make("matmul", [this, other]);
  }
  /** The lower triangular `L` with `L L^T` equal to this symmetric positive definite matrix; only its lower part is read. NaN where it is not positive definite. */
  cholesky(): Tensor {
    return make("cholesky", [this]);
  }
  /** Solves `L X = B` for this lower triangular `L` (its upper part is not read), or `L^T X = B`. `B` is a matrix or a vector. */
  triangularSolve(right: Tensor, transposed = false): Tensor {
    if (right.rank === this.rank - 1) {
      return this.triangularSolve(right.reshape([...right.shape, 1]), transposed).reshape(right.shape);
    }
    return make("triangularSolve", [this, right], { transposed });
  }
  /** The diagonal of a square matrix. */
  diagonal(): Tensor {
    const n = this.shape[0];
    if (this.rank !== 2 || this.shape[1] !== n)
      throw new RangeError(`diagonal: needs a square matrix, got shape ${format(this.shape)}`);
    return this.reshape([n * n]).gather(
      constantTensor(
        Float64Array.from({ length: n }, (_, i) => i * (n + 1)),
        [n],
        this.dtype,
      ),
    );
  }
  /** log of the determinant of a symmetric positive definite matrix, by Cholesky; NaN where it is not one. */
  logDeterminant(): Tensor {
    return this.cholesky().diagonal().log().sum().mul(2);
  }

  /** A constant of this tensor's shape and dtype. */
  like(value: number): Tensor {
    return constantTensor(Float64Array.of(value), this.shape, this.dtype);
  }

  private operand(other: Operand): Tensor {
    return typeof other === "number" ? constantTensor(Float64Array.of(other), [], this.dtype) : other;
  }

  // `q * 2` would ask for a number that does not exist yet.
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return `Tensor(${this.op} ${this.dtype}${format(this.shape)})`;
    throw new TypeError("a traced tensor has no number yet: write q.mul(2), q.add(r), ... instead of q * 2, q + r");
  }
}

/** Applies a primitive after its shape rule; every node of an expression is made here or by a method above. */
export function make(op: string, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
  const rule = elementwise[op] === undefined ? structuralShape[op] : undefined;
  if (rule === undefined) {
    if (elementwise[op] === undefined) throw new Error(`there is no primitive ${JSON.stringify(op)}`);
    checkEqual(op, inputs);
    return new Tensor(op, inputs, inputs[0].shape, inputs[0].dtype, attributes);
  }
  if (op !== "gather" && op !== "scatterAdd") checkDTypes(op, inputs);
  return new Tensor(
    op,
    inputs,
    rule(
      inputs.map((input) => input.shape),
      attributes,
    ),
    inputs[0].dtype,
    attributes,
  );
}

/** A constant: its numbers row-major, or one number for all. */
export function constantTensor(numbers: Float64Array, shape: Shape, dtype: DType = "f64"): Tensor {
  return new Tensor("constant", [], shape, dtype, { numbers });
}

/** Repeats a tensor along new or length-1 axes. */
export function broadcastTo(where: string, tensor: Tensor, shape: Shape): Tensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  const offset = shape.length - tensor.rank;
  const fits = offset >= 0 && tensor.shape.every((length, i) => length === shape[i + offset] || length === 1);
  if (!fits) throw new RangeError(`${where}: shape ${format(tensor.shape)} does not broadcast to ${format(shape)}`);
  if (tensor.op === "constant" && tensor.attributes.numbers!.length === 1) {
    return constantTensor(tensor.attributes.numbers!, shape, tensor.dtype);
  }
  const axes: number[] = [];
  tensor.shape.forEach((length, i) => {
    if (length === shape[i + offset]) axes.push(i + offset);
  });
  const kept = tensor.reshape(axes.map((axis) => shape[axis]));
  return axes.length === shape.length ? kept : new Tensor("broadcast", [kept], shape, tensor.dtype, { axes });
}

/** The tensors repeated to the one shape they all broadcast to. */
export function broadcastTogether(where: string, tensors: readonly Tensor[]): Tensor[] {
  checkDTypes(where, tensors);
  const rank = Math.max(...tensors.map((tensor) => tensor.rank));
  const shape = Array.from({ length: rank }, (_, axis) => {
    const lengths = tensors.map(({ shape: own }) => own[axis - rank + own.length] ?? 1);
    const length = lengths.find((candidate) => candidate !== 1) ?? 1;
    if (lengths.some((other) => other !== 1 && other !== length)) {
      throw new RangeError(
        `${where}: shapes ${tensors.map((tensor) => format(tensor.shape)).join(" and ")} do not broadcast`,
      );
    }
    return length;
  });
  return tensors.map((tensor) => broadcastTo(where, tensor, shape));
}

export function format(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

function unary(op: string, x: Tensor): Tensor {
  return make(op, [x]);
}

function binary(op: string, x: Tensor, y: Operand): Tensor {
  const right = typeof y === "number" ? constantTensor(Float64Array.of(y), [], x.dtype) : y;
  if (!(right instanceof Tensor)) throw new TypeError(`${op}: needs a tensor or a number, got ${String(y)}`);
  return make(op, broadcastTogether(op, [x, right]));
}

function isNumber(operand: Operand, value: number): boolean {
  return operand === value;
}

function reduce(op: string, x: Tensor, axes: number | readonly number[] | undefined): Tensor {
  const chosen = axes === undefined ? x.shape.map((_, i) => i) : typeof axes === "number" ? [axes] : axes;
  const resolved = [...new Set(chosen.map((axis) => axisOf(op, x, axis)))].sort((a, b) => a - b);
  return resolved.length === 0 && op === "sum" ? x : make(op, [x], { axes: resolved });
}

function axisOf(where: string, x: Tensor, axis: number): number {
  const resolved = axis < 0 ? x.rank + axis : axis;
  if (!Number.isInteger(resolved) || resolved < 0 || resolved >= x.rank) {
    throw new RangeError(`${where}: shape ${format(x.shape)} has no axis ${axis}`);
  }
  return resolved;
}

function resolveLength(from: Shape, to: Shape): Shape {
  const known = sizeOf(to.filter((length) => length !== -1));
  const resolved = to.map((length) => (length === -1 ? (known === 0 ? 0 : sizeOf(from) / known) : length));
  if (
    to.filter((length) => length === -1).length > 1 ||
    sizeOf(resolved) !== sizeOf(from) ||
    !resolved.every(Number.isInteger)
  ) {
    throw new RangeError(`reshape: shape ${format(from)} cannot become ${format(to)}`);
  }
  return resolved;
}

function checkEqual(op: string, inputs: readonly Tensor[]): void {
  checkDTypes(op, inputs);
  for (const input of inputs) {
    if (!sameShape(input.shape, inputs[0].shape)) {
      throw new RangeError(`${op}: shapes ${format(inputs[0].shape)} and ${format(input.shape)} differ`);
    }
  }
}

function checkDTypes(op: string, inputs: readonly Tensor[]): void {
  for (const input of inputs) {
    if (input.dtype !== inputs[0].dtype) {
      throw new TypeError(`${op}: dtypes ${inputs[0].dtype} and ${input.dtype} differ; use cast`);
    }
  }
}
