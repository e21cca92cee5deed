// How an array of a Zarr store is cut into chunks, and the chunks' numbers between doubles and the array's own type.

/** Files much smaller cost more to open than to read, and much larger ones more memory than a stream should take. */
const CHUNK_NUMBERS = 1 << 17;

/** Whole axes from the last one on as far as a mebibyte reaches; all chains in one chunk where the array is small. */
export function chunkShapeOf(shape: readonly number[]): number[] {
  const chunk = new Array<number>(shape.length);
  let left = CHUNK_NUMBERS;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    chunk[axis] = Math.max(1, Math.min(shape[axis], left));
    left = Math.floor(left / chunk[axis]);
  }
  return chunk;
}

export type ZarrType = "float64" | "int64" | "bool";

/** What zarrita and the specification call what is in no chunk. */
export const FILL: Readonly<Record<ZarrType, number | bigint | boolean>> = {
  float64: Number.NaN,
  // A zero of 64 bits has no JSON; as a number it is the same to readers.
  int64: 0,
  bool: false,
};

/** A fresh array of these numbers; of a mask NaN is false. */
export function typedFor(type: ZarrType, values: Float64Array): Float64Array | BigInt64Array | Uint8Array {
  if (type === "float64") return values.slice();
  if (type === "int64") return BigInt64Array.from(values, BigInt);
  return Uint8Array.from(values, (value) => (value === 1 ? 1 : 0));
}

/** One bit pattern for all NaN, so that equal numbers have equal fingerprints: engines choose freely among them. */
export function sameNaN(values: Float64Array): Uint8Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) continue;
    words[2 * i] = 0;
    words[2 * i + 1] = 0x7ff80000;
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
