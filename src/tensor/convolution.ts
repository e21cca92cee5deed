// Convolution and pooling of images `[batch, height, width, channels]`. Both look at an image's windows: a convolution multiplies them,
// one per row, with the kernel as a matrix (Chellapilla et al. 2006), pooling reduces each. Derivatives are those of these parts.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { concat } from "./functions.js";
import { constantTensor, format, Tensor } from "./tensor.js";

/** A number for rows and columns alike, or one for each. */
export type RowsAndColumns = number | readonly [rows: number, columns: number];

/**
 * How far an image goes on around itself: not at all ("valid"), by so much that there are `ceil(length / stride)` windows along it
 * ("same"; where that is odd, the end gets one more), or by so many rows above and below and columns left and right.
 */
export type Padding = "valid" | "same" | RowsAndColumns;

export interface ConvolutionOptions {
  /** How far neighbouring windows begin from each other; 1 where left out. */
  readonly stride?: RowsAndColumns;
  /** With zeros; "valid" where left out. */
  readonly padding?: Padding;
}

export interface PoolingOptions {
  /** Rows and columns of a window. */
  readonly window: RowsAndColumns;
  /** How far neighbouring windows begin from each other; as far as a window is long where left out. */
  readonly stride?: RowsAndColumns;
  /** What lies outside of the image does not count; "valid" where left out. */
  readonly padding?: Padding;
}

/**
 * Cross-correlation, what deep learning calls convolution: `out[b, y, x, o] = sum of padded[b, y s + i, x t + j, c] kernel[i, j, c, o]` over
 * i, j and c, with strides s and t. `input` is `[batch, height, width, channels]`, `kernel` `[rows, columns, channels, filters]`, the
 * result `[batch, height', width', filters]`. Throws where the shapes do not fit each other, or the kernel not the padded image.
 * @example
 * conv2d(input, kernel, { stride: 2 }) // [64, 28, 28, 1] and [5, 5, 1, 8] give [64, 12, 12, 8]
 */
export function conv2d(input: Tensor, kernel: Tensor, options: ConvolutionOptions = {}): Tensor {
  knownOptions("conv2d", options, ["stride", "padding"]);
  checkImage("conv2d", "input", input);
  if (!(kernel instanceof Tensor) || kernel.rank !== 4) {
    throw new RangeError(`conv2d: kernel must be [rows, columns, channels, filters], got ${shapeOf(kernel)}`);
  }
  const [rows, columns, channels, filters] = kernel.shape;
  if (input.shape[3] !== channels) {
    throw new RangeError(
      `conv2d: a kernel of shape ${format(kernel.shape)} needs ${channels} channels, which input of shape ${format(input.shape)} does not have`,
    );
  }
  const stride = pairOf("conv2d", "stride", options.stride ?? 1, 1);
  const margins = marginsOf("conv2d", input, [rows, columns], stride, options.padding ?? "valid");
  const windows = windowsOf("conv2d", surrounded(input, margins, 0), [rows, columns], stride);
  const [batch, down, across] = windows.shape;
  const size = rows * columns * channels;
  return windows
    .reshape([batch * down * across, size])
    .matmul(kernel.reshape([size, filters]))
    .reshape([batch, down, across, filters]);
}

/**
 * The largest number of each window, channel by channel: `[batch, height, width, channels]` gives `[batch, height', width', channels]`. Throws
 * where a window does not fit the padded image, or lies outside of the image.
 * @example maxPool2d(input, { window: 2 }) // [64, 12, 12, 8] gives [64, 6, 6, 8]
 */
export function maxPool2d(input: Tensor, options: PoolingOptions): Tensor {
  const { size, stride, margins } = pooling("maxPool2d", input, options);
  const padded = surrounded(input, margins, Number.NEGATIVE_INFINITY);
  return windowsOf("maxPool2d", padded, size, stride).max([3, 4]);
}

/**
 * The mean of those numbers of each window that lie in the image, channel by channel; shapes and errors as for `maxPool2d`.
 * @example averagePool2d(input, { window: 3, stride: 2, padding: "same" }) // [64, 28, 28, 8] gives [64, 14, 14, 8]
 */
export function averagePool2d(input: Tensor, options: PoolingOptions): Tensor {
  const { size, stride, margins } = pooling("averagePool2d", input, options);
  const sums = windowsOf("averagePool2d", surrounded(input, margins, 0), size, stride).sum([3, 4]);
  const counts = [0, 1].map((i) => insideCounts(input.shape[1 + i], sums.shape[1 + i], size[i], stride[i], margins[i]));
  const shares = Float64Array.from({ length: counts[0].length * counts[1].length }, (_, k) => {
    const across = counts[1].length;
    return 1 / (counts[0][Math.floor(k / across)] * counts[1][k % across]);
  });
  // One number for all where no window reaches beyond the image.
  if (shares.every((share) => share === shares[0])) return sums.mul(shares[0]);
  return sums.mul(constantTensor(shares, [counts[0].length, counts[1].length, 1], input.dtype));
}

type Pair = readonly [number, number];
/** What is added before and after each of the two axes. */
type Margins = readonly [Pair, Pair];

function pooling(
  where: string,
  input: Tensor,
  options: PoolingOptions,
): { size: Pair; stride: Pair; margins: Margins } {
  knownOptions(where, options, ["window", "stride", "padding"]);
  checkImage(where, "input", input);
  const size = pairOf(where, "window", options.window, 1);
  const stride = pairOf(where, "stride", options.stride ?? options.window, 1);
  const margins = marginsOf(where, input, size, stride, options.padding ?? "valid");
  margins.forEach(([before, after], i) => {
    if (Math.max(before, after) >= size[i]) {
      throw new RangeError(
        `${where}: padding must be below the window's ${format(size)}, got ${format(margins.map(([first]) => first))}`,
      );
    }
  });
  return { size, stride, margins };
}

function checkImage(where: string, name: string, input: Tensor): void {
  if (!(input instanceof Tensor) || input.rank !== 4) {
    throw new RangeError(`${where}: ${name} must be [batch, height, width, channels], got ${shapeOf(input)}`);
  }
}

function shapeOf(value: unknown): string {
  return value instanceof Tensor ? `shape ${format(value.shape)}` : String(value);
}

function pairOf(where: string, name: string, given: RowsAndColumns, least: number): Pair {
  if (typeof given === "number") {
    integerAtLeast(where, name, given, least);
    return [given, given];
  }
  if (!Array.isArray(given) || given.length !== 2)
    refuse(where, name, "a whole number, or one for rows and columns", given);
  given.forEach((each, i) => integerAtLeast(where, `${name}[${i}]`, each, least));
  return [given[0], given[1]];
}

function marginsOf(where: string, { shape }: Tensor, size: Pair, stride: Pair, padding: Padding): Margins {
  if (padding === "valid") {
    return [
      [0, 0],
      [0, 0],
    ];
  }
  if (padding === "same") {
    const along = (i: 0 | 1): Pair => {
      const length = shape[1 + i];
      const missing = Math.max(0, (Math.ceil(length / stride[i]) - 1) * stride[i] + size[i] - length);
      return [Math.floor(missing / 2), Math.ceil(missing / 2)];
    };
    return [along(0), along(1)];
  }
  if (typeof padding === "string") refuse(where, "padding", `"valid", "same" or whole numbers`, padding);
  const [rows, columns] = pairOf(where, "padding", padding, 0);
  return [
    [rows, rows],
    [columns, columns],
  ];
}

/** The image with margins of that number. */
function surrounded(image: Tensor, margins: Margins, value: number): Tensor {
  return margins.reduce((inner, [before, after], i) => {
    if (before + after === 0) return inner;
    const axis = 1 + i;
    const margin = (length: number): Tensor => {
      const shape = inner.shape.map((own, k) => (k === axis ? length : own));
      return constantTensor(Float64Array.of(value), shape, inner.dtype);
    };
    const parts = [margin(before), inner, margin(after)];
    return concat(
      parts.filter((part) => part === inner || part.shape[axis] > 0),
      axis,
    );
  }, image);
}

function windowsOf(where: string, padded: Tensor, size: Pair, stride: Pair): Tensor {
  const [, height, width] = padded.shape;
  if (size[0] > height || size[1] > width) {
    throw new RangeError(
      `${where}: a window of ${size[0]} x ${size[1]} does not fit an image of ${height} x ${width}, shape ${format(padded.shape)} with its padding`,
    );
  }
  return padded.windows([1, 2], size, stride);
}

/** How many of each window's places along one axis lie in the image. */
function insideCounts(length: number, windows: number, size: number, stride: number, [before]: Pair): number[] {
  return Array.from({ length: windows }, (_, k) => {
    const start = k * stride - before;
    return Math.min(start + size, length) - Math.max(start, 0);
  });
}
