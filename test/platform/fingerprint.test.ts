// Fingerprints: equal for equal data and for no others that anybody met, however the bytes come.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { digest, fingerprintOf } from "../../src/platform/fingerprint.js";

const hexOf = (...pieces: Uint8Array[]): string => {
  const sum = digest();
  for (const piece of pieces) sum.add(piece);
  return sum.hex();
};

test("a fingerprint depends on the bytes and not on the pieces they come in", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.nat(), fc.nat(), (bytes, a, b) => {
      const [from, to] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y);
      const whole = hexOf(bytes);
      assert.match(whole, /^[0-9a-f]{32}$/);
      assert.equal(hexOf(bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)), whole);
    }),
  );
});

test("a changed, added or missing byte changes the fingerprint", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 3000 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, by) => {
        const changed = Uint8Array.from(bytes);
        changed[at % bytes.length] ^= by;
        const all = [bytes, changed, bytes.subarray(1), bytes.subarray(0, -1), Uint8Array.of(...bytes, 0)].map((data) =>
          hexOf(data),
        );
        assert.equal(new Set(all.slice(0, 2)).size, 2);
        assert.ok(![...all.slice(2)].includes(all[0]) && all[4] !== all[3]);
      },
    ),
  );
});

test("all runs of equal bytes up to some thousands differ, and so do all single bits", () => {
  const zeros = new Uint8Array(4100);
  const seen = new Set(Array.from({ length: 4100 }, (_, length) => hexOf(zeros.subarray(0, length))));
  for (let bit = 0; bit < 8 * 1500; bit++) {
    const one = new Uint8Array(1500);
    one[bit >> 3] = 1 << (bit & 7);
    seen.add(hexOf(one));
  }
  assert.equal(seen.size, 4100 + 8 * 1500);
});

test("data have one fingerprint whatever the order of their keys, and others have others", () => {
  const data = { a: 1, b: [1, 2, { c: "x" }], d: Float64Array.of(1, 2), e: null, f: true };
  const { a, ...rest } = data;
  assert.equal(fingerprintOf({ ...rest, a, g: undefined }), fingerprintOf(structuredClone(data)));
  const others = [
    data,
    { ...data, a: "1" },
    { ...data, a: -0 },
    { ...data, a: 0 },
    { ...data, b: [1, 2] },
    { ...data, b: [[1], 2, { c: "x" }] },
    { ...data, d: [1, 2] },
    { ...data, d: Float32Array.of(1, 2) },
    { ...data, e: undefined },
    { ...data, f: "true" },
    { ...data, a: Number.NaN },
    [data],
    {},
    [],
    "",
    null,
  ];
  assert.equal(new Set(others.map(fingerprintOf)).size, others.length);
});
