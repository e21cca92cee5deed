// Files of a header and long arrays of doubles, such as checkpoints. Numbers are little-endian.
//
//   24 bytes       "ergodic checkpoint 1", spaces, a line feed
//   8 bytes        n: the header's length, an unsigned integer
//   n bytes        the header: JSON in UTF-8, spaces at its end so that n is a multiple of 8
//   8 bytes each   numbers of the arrays that `header.arrays` lists by name and length, one after another
//   32 bytes       the fingerprint of everything before (see fingerprint.ts), in hexadecimal digits

import { type Digest, digest } from "./fingerprint.js";
import { fromJsonValue, toJsonValue } from "./plain-data.js";

/** What a file is, "checkpoint 1": the number goes up whenever what it holds is another. */
export interface FileKind {
  readonly what: string;
  readonly version: number;
}

/** An array that is written in pieces. */
export interface ArrayParts {
  readonly name: string;
  readonly parts: readonly Float64Array[];
}

export interface ArrayFile<Header> {
  readonly header: Header;
  /** Views into the file's bytes. */
  readonly arrays: ReadonlyMap<string, Float64Array>;
}

const MAGIC_BYTES = 24;
const CHECKSUM_BYTES = 32;

/** The file's bytes. Numbers are read from the arrays as they are asked for. */
export function* arrayFileParts(
  kind: FileKind,
  header: object,
  arrays: readonly ArrayParts[],
): Generator<Uint8Array, void> {
  const lengths = arrays.map(({ name, parts }) => [name, parts.reduce((sum, part) => sum + part.length, 0)]);
  const sum = digest();
  const text = new TextEncoder().encode(JSON.stringify({ ...header, arrays: lengths }));
  const padded = new Uint8Array(8 * Math.ceil(text.length / 8)).fill(0x20);
  padded.set(text);
  const length = new DataView(new ArrayBuffer(8));
  length.setUint32(0, padded.length, true);
  yield* summed(sum, [new TextEncoder().encode(magicOf(kind)), new Uint8Array(length.buffer), padded]);
  for (const { parts } of arrays) yield* summed(sum, parts.map(bytesOf));
  yield new TextEncoder().encode(sum.hex());
}

/** What a file holds. Throws an Error that says what is wrong with the bytes. */
export function readArrayFile<Header>(kind: FileKind, given: Uint8Array): ArrayFile<Header> {
  // Views of doubles must begin at a multiple of 8.
  const bytes = given.byteOffset % 8 === 0 ? given : new Uint8Array(given);
  const start = MAGIC_BYTES + 8;
  const text = (from: number, to: number): string => new TextDecoder().decode(bytes.subarray(from, to));
  if (text(0, MAGIC_BYTES) !== magicOf(kind)) throw new Error(`it is no ${kind.what} of this version`);
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < start) throw new Error("it is cut off");
  const sum = digest();
  sum.add(bytes.subarray(0, end));
  if (text(end, bytes.length) !== sum.hex()) throw new Error("it is cut off or damaged: its checksum does not fit");
  const length = new DataView(bytes.buffer, bytes.byteOffset + MAGIC_BYTES).getUint32(0, true);
  const header: Header & { arrays: [string, number][] } = JSON.parse(text(start, start + length));
  const arrays = new Map<string, Float64Array>();
  let at = bytes.byteOffset + start + length;
  for (const [name, count] of header.arrays) {
    arrays.set(name, new Float64Array(bytes.buffer as ArrayBuffer, at, count));
    at += 8 * count;
  }
  return { header, arrays };
}

/** A file of plain data of any shape, which comes back exactly. Throws a TypeError where a value is not plain. */
export function plainFileParts(kind: FileKind, value: unknown): Generator<Uint8Array, void> {
  const kept: Float64Array[] = [];
  const content = toJsonValue(value, (array) => kept.push(array) - 1);
  return arrayFileParts(
    kind,
    { content },
    kept.map((array, i) => ({ name: String(i), parts: [array] })),
  );
}

/** What `plainFileParts` was given; its doubles are copies. Throws an Error that says what is wrong with the bytes. */
export function readPlainFile(kind: FileKind, bytes: Uint8Array): unknown {
  const { header, arrays } = readArrayFile<{ content: unknown }>(kind, bytes);
  return fromJsonValue(header.content, (i) => {
    const array = arrays.get(String(i));
    if (array === undefined) throw new Error(`it lacks its array ${i}`);
    return array.slice();
  });
}

function magicOf({ what, version }: FileKind): string {
  return `ergodic ${what} ${version}`.padEnd(MAGIC_BYTES - 1).concat("\n");
}

function* summed(sum: Digest, parts: readonly Uint8Array[]): Generator<Uint8Array, void> {
  for (const part of parts) {
    sum.add(part);
    yield part;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
