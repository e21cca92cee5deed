// Parameters that were trained elsewhere, such as in PyTorch: named arrays into a network's flat vector.

import { refuse } from "../arguments/index.js";
import type { Network } from "./network.js";

/** An array of numbers, row-major. */
export interface WeightArray {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface WeightOptions {
  /** Names of the arrays, one per block of `network.layout`, in its order; the order in which the file has them where left out. */
  readonly names?: readonly string[];
  /**
   * Whether matrices are stored `[out, in]`, as PyTorch's linear layers are (true where left out), and so are transposed. A network's convolution
   * kernels, `[rows, columns, in, out]`, are taken from PyTorch's `[out, in, rows, columns]`, and the layer behind the last convolution from one whose
   * inputs are an image with its channels first.
   */
  readonly transposed?: boolean;
}

/**
 * The flat parameters of `network` from named arrays, such as `fromSafetensors` and `fromNpz` give. Throws a RangeError that names the block where
 * an array is missing or its shape does not fit.
 * @example const center = parametersFrom(mlp({ inputs: 20, hidden: [64], outputs: 1 }), fromSafetensors(bytes));
 */
export function parametersFrom(
  network: Network,
  weights: Readonly<Record<string, WeightArray>>,
  options: WeightOptions = {},
): Float64Array {
  const where = "parametersFrom";
  if (typeof weights !== "object" || weights === null) refuse(where, "weights", "arrays by name", weights);
  const { names = Object.keys(weights), transposed = true } = options;
  const { layout, dim } = network;
  if (names.length !== layout.length) {
    const blocks = layout.map(({ name }) => name).join(", ");
    throw new RangeError(
      `${where}: the network has ${layout.length} blocks (${blocks}), the weights have ${names.length} arrays`,
    );
  }
  const parameters = new Float64Array(dim);
  layout.forEach(({ name: block, shape, start, image }, k) => {
    const array = weights[names[k]];
    if (array === undefined) {
      throw new RangeError(`${where}: there is no array ${JSON.stringify(names[k])} for ${block}`);
    }
    const order = transposed ? storedOrder(shape.length) : shape.map((_, axis) => axis);
    const wanted = order.map((axis) => shape[axis]);
    if (wanted.length !== array.shape.length || wanted.some((extent, i) => extent !== array.shape[i])) {
      const got = `[${array.shape.join(", ")}]`;
      throw new RangeError(`${where}: ${names[k]} must have shape [${wanted.join(", ")}] for ${block}, got ${got}`);
    }
    if (transposed && image !== undefined) {
      copyPermuted(array.values, storedOrder(4), [...image, shape[1]], parameters, start);
    } else {
      copyPermuted(array.values, order, shape, parameters, start);
    }
  });
  return parameters;
}

/** Which of our axes each axis of a file's array is. */
function storedOrder(rank: number): number[] {
  if (rank === 2) return [1, 0];
  if (rank === 4) return [3, 2, 0, 1];
  return Array.from({ length: rank }, (_, axis) => axis);
}

function copyPermuted(
  from: ArrayLike<number>,
  order: readonly number[],
  shape: readonly number[],
  to: Float64Array,
  start: number,
): void {
  // Steps in `to` of each axis of `from`.
  const stepOf = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, extent) => product * extent, 1));
  const steps = order.map((axis) => stepOf[axis]);
  const extents = order.map((axis) => shape[axis]);
  const index = new Array<number>(order.length).fill(0);
  let at = start;
  for (let i = 0; i < from.length; i++) {
    to[at] = from[i];
    for (let axis = order.length - 1; axis >= 0; axis--) {
      at += steps[axis];
      if (++index[axis] < extents[axis]) break;
      at -= steps[axis] * extents[axis];
      index[axis] = 0;
    }
  }
}
