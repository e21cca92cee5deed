// Event files of TensorBoard: the checksum's known values, the format's bytes, and that what was written is read.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  crc32c,
  readTensorBoard,
  type TensorBoardEvent,
  tensorBoardRecord,
  tensorBoardStart,
} from "../../src/formats/tensorboard.js";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

test("CRC-32C has the values of RFC 3720, B.4", () => {
  assert.equal(crc32c(bytesOf("123456789")), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
});

test("a file begins with its version, framed as TensorFlow frames records", () => {
  const start = tensorBoardStart(1.5);
  // Field 1, a double; field 3, a string of 13 bytes.
  const content = joined(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 26, 13), bytesOf("brain.Event:2"));
  const view = new DataView(start.buffer);
  assert.equal(view.getBigUint64(0, true), BigInt(content.length));
  assert.deepEqual(start.subarray(12, 12 + content.length), content);
  const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  assert.equal(view.getUint32(8, true), masked(crc32c(start.subarray(0, 8))));
  assert.equal(view.getUint32(12 + content.length, true), masked(crc32c(content)));
  assert.equal(start.length, content.length + 16);
});

test("a step's scalars are field 5, a summary of values with a tag and a number in single precision", () => {
  const record = tensorBoardRecord({ wallTime: 0, step: 300, scalars: { ab: 1 } });
  const value = [10, 2, 97, 98, 21, 0, 0, 0x80, 0x3f];
  const expected = [9, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0xac, 2, 42, value.length + 2, 10, value.length, ...value];
  assert.deepEqual([...record.subarray(12, -4)], expected);
});

test("what was written is read, in single precision", () => {
  const scalars = fc.dictionary(fc.string({ minLength: 1, unit: "grapheme" }), fc.float(), { minKeys: 1, maxKeys: 30 });
  const event = fc.record({ wallTime: fc.double({ noNaN: true }), step: fc.maxSafeNat(), scalars });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), (events) => {
      const file = joined(tensorBoardStart(3), ...events.map(tensorBoardRecord));
      assert.deepEqual(
        readTensorBoard(file),
        events.map(({ scalars: numbers, ...rest }) => ({ ...rest, scalars: { ...numbers } })),
      );
    }),
  );
});

test("what TensorBoard's own writer has written is read", () => {
  const { events, file } = JSON.parse(readFileSync(new URL("./fixtures/tensorboard.json", import.meta.url), "utf8"));
  const rounded = events.map((event: TensorBoardEvent) => ({
    ...event,
    scalars: Object.fromEntries(Object.entries(event.scalars).map(([tag, value]) => [tag, Math.fround(value)])),
  }));
  assert.deepEqual(readTensorBoard(Buffer.from(file, "base64")), rounded);
});

test("other records and fields are passed over", () => {
  const other = tensorBoardRecord({ wallTime: 1, step: 2, scalars: {} });
  const some = tensorBoardRecord({ wallTime: 1, step: 2, scalars: { x: 2 } });
  assert.deepEqual(readTensorBoard(joined(tensorBoardStart(0), other, some)), [
    { wallTime: 1, step: 2, scalars: { x: 2 } },
  ]);
  assert.deepEqual(readTensorBoard(new Uint8Array(0)), []);
});

test("bytes that are cut off, damaged or no event file are refused with their place", () => {
  const start = tensorBoardStart(1);
  const file = joined(start, tensorBoardRecord({ wallTime: 1, step: 2, scalars: { x: 2 } }));
  for (let end = start.length + 1; end < file.length; end++) {
    const message = new RegExp(`readTensorBoard: the file is cut off in the record at byte ${start.length}`);
    assert.throws(() => readTensorBoard(file.subarray(0, end)), { name: "RangeError", message });
  }
  for (let i = 0; i < start.length; i++) {
    const spoiled = file.slice();
    spoiled[i] ^= 4;
    assert.throws(() => readTensorBoard(spoiled), /readTensorBoard: the (file is cut off in the )?record at byte 0/);
  }
  assert.throws(() => readTensorBoard("events" as never), /readTensorBoard: bytes must be the bytes of a file/);
});
