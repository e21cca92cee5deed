import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addScaled, dot, norm } from "../../src/tensor/vectors.js";

/** Two vectors of one length whose entries are whole numbers, so that sums and products are exact. */
const pairs = fc
  .array(fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: -1e6, max: 1e6 })))
  .map((both) => [Float64Array.from(both, ([a]) => a), Float64Array.from(both, ([, b]) => b)]);

test("the product of (1, 2, 3) and (4, 5, 6) is 32, and of empty vectors 0", () => {
  assert.equal(dot(Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)), 32);
  assert.equal(dot(new Float64Array(0), new Float64Array(0)), 0);
});

test("a product is the same both ways, and linear in each factor", () => {
  fc.assert(
    fc.property(pairs, fc.integer({ min: -100, max: 100 }), ([a, b], c) => {
      assert.equal(dot(a, b), dot(b, a));
      const sum = a.slice();
      addScaled(sum, c, b);
      assert.equal(dot(sum, b), dot(a, b) + c * dot(b, b));
    }),
  );
});

test("a product is summed in the order of the entries, to the bit", () => {
  fc.assert(
    fc.property(fc.float64Array({ noNaN: true, min: -1e100, max: 1e100 }), (a) => {
      assert.equal(
        dot(a, a),
        [...a].reduce((sum, value) => sum + value * value, 0),
      );
    }),
  );
});

test("the length of (3, 4) is 5; it is never negative, and 0 of zeros only", () => {
  assert.equal(norm(Float64Array.of(3, 4)), 5);
  fc.assert(fc.property(pairs, ([a]) => norm(a) >= 0 && (norm(a) === 0) === a.every((value) => value === 0)));
});

test("adding a multiple changes the first vector only, and taking it off again restores it", () => {
  fc.assert(
    fc.property(pairs, fc.integer({ min: -100, max: 100 }), ([a, b], c) => {
      const [x, by] = [a.slice(), b.slice()];
      addScaled(x, c, by);
      addScaled(x, -c, by);
      assert.deepEqual(
        [...x].map(Number),
        [...a].map((value) => value + 0),
      );
      assert.deepEqual(by, b);
    }),
  );
});
