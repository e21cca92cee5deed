// Safetensors: named arrays behind a JSON header, as PyTorch users store weights (huggingface/safetensors, format of 2022).

import { refuse } from "../arguments/index.js";
import { half, type NamedArray, type NamedArrays } from "./npy.js";

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * The arrays of a `.safetensors` file by name, as double precision. Throws a RangeError that names the array where the header is broken, a type is
 * unknown or the bytes are cut short.
 * @example fromSafetensors(readFileSync("model.safetensors"))["fc1.weight"].shape // [64, 20]
 */
export function fromSafetensors(bytes: Uint8Array): NamedArrays {
  if (!ArrayBuffer.isView(bytes)) refuse("fromSafetensors", "bytes", "the bytes of a file", bytes);
  const { header, start } = headerOf(bytes);
  const data = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  return Object.fromEntries(
    Object.entries(header)
      .filter(([name]) => name !== "__metadata__")
      .map(([name, entry]) => [name, arrayOf(name, entry, data)]),
  );
}

/**
 * A `.safetensors` file of these arrays, in the precision asked for ("f64" where left out).
 * @example writeFileSync("center.safetensors", toSafetensors({ w: { shape: [3], values: center } }))
 */
export function toSafetensors(arrays: NamedArrays, options: { readonly precision?: "f64" | "f32" } = {}): Uint8Array {
  const { precision = "f64" } = options;
  const each = precision === "f64" ? 8 : 4;
  const header: Record<string, Entry> = {};
  let end = 0;
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (values.length !== size) refuse("toSafetensors", `${name}.values`, `${size} numbers, as its shape says`, values);
    header[name] = { dtype: precision.toUpperCase(), shape: [...shape], data_offsets: [end, end + size * each] };
    end += size * each;
  }
  const plain = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, so that the numbers are aligned.
  const length = Math.ceil(plain.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  bytes.set(plain, 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  for (const [name, { values }] of Object.entries(arrays)) {
    let at = 8 + length + header[name].data_offsets[0];
    for (const value of values) {
      if (each === 8) view.setFloat64(at, value, true);
      else view.setFloat32(at, value, true);
      at += each;
    }
  }
  return bytes;
}

function headerOf(bytes: Uint8Array): { header: Record<string, Entry>; start: number } {
  const broken = (why: string): never => {
    throw new RangeError(`fromSafetensors: ${why}`);
  };
  if (bytes.byteLength < 8) broken(`${bytes.byteLength} bytes hold no header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > bytes.byteLength - 8)
    broken(`its header should have ${length} bytes, but ${bytes.byteLength - 8} are left`);
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    if (typeof header === "object" && header !== null && !Array.isArray(header)) {
      return { header: header as Record<string, Entry>, start: 8 + length };
    }
  } catch {
    // Said below.
  }
  return broken("its header is no JSON object");
}

function arrayOf(name: string, entry: Entry, data: DataView): NamedArray {
  const where = `fromSafetensors: ${name}`;
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  const read = types[dtype];
  if (read === undefined) throw new RangeError(`${where}: numbers of type ${dtype} are not understood`);
  if (!Array.isArray(shape) || !Array.isArray(offsets)) throw new RangeError(`${where}: it has no shape or no place`);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const [start, end] = offsets;
  if (end - start !== size * read.bytes || start < 0 || end > data.byteLength) {
    throw new RangeError(
      `${where}: ${size} numbers of ${read.bytes} bytes do not lie from byte ${start} to ${end} of ${data.byteLength}`,
    );
  }
  const values = Float64Array.from({ length: size }, (_, i) => read.at(data, start + i * read.bytes));
  return { shape, values };
}

const types: Readonly<Record<string, { readonly bytes: number; at(data: DataView, offset: number): number }>> = {
  F64: { bytes: 8, at: (data, offset) => data.getFloat64(offset, true) },
  F32: { bytes: 4, at: (data, offset) => data.getFloat32(offset, true) },
  F16: { bytes: 2, at: (data, offset) => half(data.getUint16(offset, true)) },
  BF16: { bytes: 2, at: (data, offset) => upper(data.getUint16(offset, true)) },
  I64: { bytes: 8, at: (data, offset) => Number(data.getBigInt64(offset, true)) },
  I32: { bytes: 4, at: (data, offset) => data.getInt32(offset, true) },
  I16: { bytes: 2, at: (data, offset) => data.getInt16(offset, true) },
  I8: { bytes: 1, at: (data, offset) => data.getInt8(offset) },
  U8: { bytes: 1, at: (data, offset) => data.getUint8(offset) },
  BOOL: { bytes: 1, at: (data, offset) => data.getUint8(offset) },
};

const word = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a single. */
function upper(bits: number): number {
  word.setUint16(0, bits);
  word.setUint16(2, 0);
  return word.getFloat32(0);
}
