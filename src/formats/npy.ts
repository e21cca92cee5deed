// NumPy's files: an array (`.npy`, format versions 1 to 3) and a zip archive of arrays (`.npz`), as numpy.save and numpy.savez write them
// (NumPy Enhancement Proposal 1).

import { unzipSync } from "fflate";
import { refuse } from "../arguments/index.js";

/** An array of numbers as a file had it, row-major. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** Arrays by name: what a file of weights holds. */
export type NamedArrays = Readonly<Record<string, NamedArray>>;

/**
 * The arrays of a `.npz` file by name. Throws a RangeError that names the array where one is of no numeric type or cut short, and where the bytes
 * are no such archive.
 * @example fromNpz(readFileSync("weights.npz"))["layer1.weight"].shape // [64, 20]
 */
export function fromNpz(bytes: Uint8Array): NamedArrays {
  if (!ArrayBuffer.isView(bytes)) refuse("fromNpz", "bytes", "the bytes of a file", bytes);
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes);
  } catch (error) {
    throw new RangeError(`fromNpz: bytes are no zip archive: ${(error as Error).message}`);
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => {
      const plain = name.replace(/\.npy$/, "");
      return [plain, arrayOf(`fromNpz: ${plain}`, content)];
    }),
  );
}

/** The array of a `.npy` file. Throws as `fromNpz` does. */
export function fromNpy(bytes: Uint8Array): NamedArray {
  if (!ArrayBuffer.isView(bytes)) refuse("fromNpy", "bytes", "the bytes of a file", bytes);
  return arrayOf("fromNpy", bytes);
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

function arrayOf(where: string, bytes: Uint8Array): NamedArray {
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new RangeError(`${where}: not an array as numpy.save writes it`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] > 1;
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const dimensions = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || dimensions === undefined) {
    throw new RangeError(`${where}: its header is not one that numpy writes: ${header.trim()}`);
  }
  const shape = dimensions
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(Number);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const read = readerOf(where, descr);
  const data = new DataView(bytes.buffer, bytes.byteOffset + start + length, bytes.byteLength - start - length);
  if (data.byteLength < size * read.bytes) {
    throw new RangeError(
      `${where}: cut short: ${size} numbers of ${read.bytes} bytes, but ${data.byteLength} bytes are left`,
    );
  }
  const stored = Float64Array.from({ length: size }, (_, i) => read.at(data, i * read.bytes));
  return { shape, values: order === "True" ? rowMajor(stored, shape) : stored };
}

interface NumberReader {
  readonly bytes: number;
  at(data: DataView, offset: number): number;
}

function readerOf(where: string, descr: string): NumberReader {
  const little = descr[0] !== ">";
  const kind = /^[<>|=]?([a-z]\d+)$/.exec(descr)?.[1];
  const reader = kind === undefined ? undefined : readers[kind];
  if (reader === undefined) throw new RangeError(`${where}: numbers of type ${descr} are not understood`);
  return { bytes: Number(kind?.slice(1)), at: (data, offset) => reader(data, offset, little) };
}

const readers: Readonly<Record<string, (data: DataView, offset: number, little: boolean) => number>> = {
  f2: (data, offset, little) => half(data.getUint16(offset, little)),
  f4: (data, offset, little) => data.getFloat32(offset, little),
  f8: (data, offset, little) => data.getFloat64(offset, little),
  i1: (data, offset) => data.getInt8(offset),
  i2: (data, offset, little) => data.getInt16(offset, little),
  i4: (data, offset, little) => data.getInt32(offset, little),
  i8: (data, offset, little) => Number(data.getBigInt64(offset, little)),
  u1: (data, offset) => data.getUint8(offset),
  u2: (data, offset, little) => data.getUint16(offset, little),
  u4: (data, offset, little) => data.getUint32(offset, little),
  u8: (data, offset, little) => Number(data.getBigUint64(offset, little)),
  b1: (data, offset) => data.getUint8(offset),
};

/** IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction bits. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** From Fortran's order, in which the first index runs fastest. */
function rowMajor(stored: Float64Array, shape: readonly number[]): Float64Array {
  const result = new Float64Array(stored.length);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < result.length; i++) {
    let from = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) from = from * shape[axis] + index[axis];
    result[i] = stored[from];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return result;
}
