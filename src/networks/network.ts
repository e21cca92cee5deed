// A network is a function of a flat vector of parameters and rows of inputs; its layout says where each layer's weights lie.

import type { Random } from "../random/random.js";
import type { Tensor } from "../tensor/index.js";

/** One tensor of parameters inside the flat vector. */
export interface ParameterBlock {
  readonly name: string;
  readonly shape: readonly number[];
  /** Where it begins in the flat vector; it is stored row-major. */
  readonly start: number;
  /** Of a matrix on the numbers of an image: its height, width and channels, which stand in this order here, and elsewhere channels first. */
  readonly image?: readonly number[];
}

export interface Network {
  /** Numbers per row of inputs. */
  readonly inputs: number;
  /** Numbers per row of outputs. */
  readonly outputs: number;
  /** How many parameters there are. */
  readonly dim: number;
  readonly layout: readonly ParameterBlock[];
  /** Outputs `[rows, outputs]` of inputs `[rows, inputs]` at parameters `[dim]`. */
  apply(parameters: Tensor, inputs: Tensor): Tensor;
  /** Random starting parameters, `[dim]`. */
  initialize(random: Random): Float64Array;
}

/** One name per parameter: `layer 1 weight[2,0]`. */
export function parameterNames(layout: readonly ParameterBlock[]): string[] {
  return layout.flatMap(({ name, shape }) => indices(shape).map((index) => `${name}[${index.join(",")}]`));
}

function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (prefixes, length) => prefixes.flatMap((prefix) => Array.from({ length }, (_, i) => [...prefix, i])),
    [[]],
  );
}
