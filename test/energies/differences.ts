// Derivatives by differences of fourth order, for tests of gradients.

import assert from "node:assert/strict";

/** The gradient of `f` at `x`, with an error of about 1e-11 where f, x and f's derivatives are of order 1. */
export function differences(f: (x: Float64Array) => number, x: Float64Array): Float64Array {
  return x.map((center, i) => {
    const h = 1e-3 * Math.max(1, Math.abs(center));
    const at = (shift: number): number => {
      const moved = x.slice();
      moved[i] = center + shift;
      return f(moved);
    };
    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
  });
}

/** Every number within `tolerance` of its expectation, relative to what is largest. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "",
): void {
  assert.equal(actual.length, expected.length, what);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    assert.ok(error <= tolerance * scale, `${what}[${i}] is ${actual[i]}, not ${expected[i]} (off by ${error})`);
  }
}
