// TensorBoard's event files: records of TensorFlow (length, masked CRC-32C, bytes, masked CRC-32C) that hold Event messages of protocol buffers.
// Written are scalars alone, as `simple_value`, which every version of TensorBoard reads.

import { refuse } from "../arguments/index.js";

export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** By tag, rounded to single precision, as the format has them. */
  readonly scalars: Readonly<Record<string, number>>;
}

/** The record that a file begins with. */
export function tensorBoardStart(wallTime: number): Uint8Array {
  return framed([...double(1, wallTime), ...text(3, VERSION)]);
}

/** The record of one step's scalars. */
export function tensorBoardRecord({ wallTime, step, scalars }: TensorBoardEvent): Uint8Array {
  const values = Object.entries(scalars).flatMap(([tag, value]) => message(1, [...text(1, tag), ...float(2, value)]));
  return framed([...double(1, wallTime), ...varint(2 << 3), ...varint(step), ...message(5, values)]);
}

/**
 * The steps of an event file that have scalars (`simple_value`), in their order. Throws a RangeError that says where the bytes are cut off or damaged, or
 * that they are no event file.
 * @example readTensorBoard(readFileSync("logs/events.out.tfevents.0.ergodic"))[0].scalars["rollout/ep_rew_mean"] // 22.3
 */
export function readTensorBoard(bytes: Uint8Array): TensorBoardEvent[] {
  if (!ArrayBuffer.isView(bytes)) refuse("readTensorBoard", "bytes", "the bytes of a file", bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: TensorBoardEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + HEAD + (at + HEAD <= bytes.length ? view.getUint32(at, true) : 0) + CHECKSUM;
    if (end > bytes.length) throw new RangeError(`readTensorBoard: the file is cut off in the record at byte ${at}`);
    const content = bytes.subarray(at + HEAD, end - CHECKSUM);
    const isWhole =
      view.getUint32(at + LENGTH, true) === masked(bytes.subarray(at, at + LENGTH)) &&
      view.getUint32(end - CHECKSUM, true) === masked(content);
    if (!isWhole)
      throw new RangeError(`readTensorBoard: the record at byte ${at} is damaged, or this is no event file`);
    const event = eventOf(content);
    if (Object.keys(event.scalars).length > 0) events.push(event);
    at = end;
  }
  return events;
}

/** CRC-32C (Castagnoli), as RFC 3720 has it: of the bytes of "123456789" it is 0xe3069283. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const VERSION = "brain.Event:2";
/** Bytes of a record's length and of a checksum, and of both. */
const LENGTH = 8;
const CHECKSUM = 4;
const HEAD = LENGTH + CHECKSUM;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** TensorFlow masks checksums, for a checksum of bytes that hold their own checksum is worth nothing. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function framed(content: readonly number[]): Uint8Array {
  const record = new Uint8Array(HEAD + content.length + CHECKSUM);
  const view = new DataView(record.buffer);
  view.setUint32(0, content.length, true);
  view.setUint32(LENGTH, masked(record.subarray(0, LENGTH)), true);
  record.set(content, HEAD);
  view.setUint32(HEAD + content.length, masked(record.subarray(HEAD, HEAD + content.length)), true);
  return record;
}

// Fields of protocol buffers: a key, which is the field's number and the kind of what follows, and that.

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function double(field: number, value: number): number[] {
  return [...varint((field << 3) | 1), ...new Uint8Array(Float64Array.of(value).buffer)];
}

function float(field: number, value: number): number[] {
  return [...varint((field << 3) | 5), ...new Uint8Array(Float32Array.of(value).buffer)];
}

function message(field: number, content: readonly number[]): number[] {
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
}

function text(field: number, value: string): number[] {
  return message(field, [...new TextEncoder().encode(value)]);
}

function eventOf(content: Uint8Array): TensorBoardEvent {
  let [wallTime, step] = [0, 0];
  const scalars: Record<string, number> = {};
  for (const { field, value, bytes } of fieldsOf(content)) {
    if (field === 1) wallTime = value;
    else if (field === 2) step = value;
    else if (field === 5) {
      for (const summary of fieldsOf(bytes)) {
        if (summary.field !== 1) continue;
        const parts = [...fieldsOf(summary.bytes)];
        const tag = parts.find((part) => part.field === 1);
        const scalar = parts.find((part) => part.field === 2);
        if (tag !== undefined && scalar !== undefined) scalars[new TextDecoder().decode(tag.bytes)] = scalar.value;
      }
    }
  }
  return { wallTime, step, scalars };
}

interface Field {
  readonly field: number;
  /** A number's; NaN of others. */
  readonly value: number;
  /** What it holds, where that is bytes. */
  readonly bytes: Uint8Array;
}

function* fieldsOf(content: Uint8Array): Generator<Field> {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const none = content.subarray(0, 0);
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = content[at++];
      if (byte === undefined) throw new RangeError("readTensorBoard: a record holds no message of protocol buffers");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < content.length) {
    const key = readVarint();
    const [field, kind] = [key >>> 3, key & 7];
    if (kind === 0) yield { field, value: readVarint(), bytes: none };
    else {
      const length = kind === 1 ? 8 : kind === 5 ? 4 : kind === 2 ? readVarint() : Number.NaN;
      if (!(at + length <= content.length)) {
        throw new RangeError("readTensorBoard: a record holds no message of protocol buffers");
      }
      const value = kind === 1 ? view.getFloat64(at, true) : kind === 5 ? view.getFloat32(at, true) : Number.NaN;
      yield { field, value, bytes: content.subarray(at, at + length) };
      at += length;
    }
  }
}
