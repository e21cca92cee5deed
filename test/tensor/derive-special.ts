// Where the tables of numbers in `src/tensor/special` come from: Chebyshev expansions computed to 60 digits, cut off, written out in powers
// and rounded to doubles. `node --import tsx test/tensor/derive-special.ts` prints them; special.test.ts holds the tables to them.
import { pathToFileURL } from "node:url";
import { cos, exp, fromDouble, one, over, pi, sqrt, times, toDouble } from "./fixed-point.js";
import { erfc, lgamma, polygamma } from "./special-reference.js";

const bits = 384;
const unit: bigint = one(bits);
const fixed = (x: number): bigint => fromDouble(x, bits);

/** Coefficients, constant first, of the polynomial of this degree in `v` that is the Chebyshev expansion of `f` on `[low, high]` cut off. */
function chebyshev(f: (v: bigint) => bigint, low: bigint, high: bigint, degree: number): Float64Array {
  const nodes = 64;
  const expansion: bigint[] = new Array(degree + 1).fill(0n);
  for (let j = 0; j < nodes; j++) {
    const t = cos((pi(bits) * BigInt(2 * j + 1)) / BigInt(2 * nodes), bits);
    const value = f((low + high + times(t, high - low, bits)) / 2n);
    let [before, now] = [t, unit];
    for (let k = 0; k <= degree; k++) {
      expansion[k] += (times(value, now, bits) * (k === 0 ? 1n : 2n)) / BigInt(nodes);
      [before, now] = [now, 2n * times(t, now, bits) - before];
    }
  }
  // t = slope v + shift; T_0 = 1, T_1 = t, T_{k+1} = 2 t T_k - T_{k-1}, each as a list of coefficients of powers of v.
  const slope = over(2n * unit, high - low, bits);
  const shift = -over(high + low, high - low, bits);
  const timesT = (p: bigint[], k: number): bigint =>
    times(shift, p[k], bits) + (k > 0 ? times(slope, p[k - 1], bits) : 0n);
  let before: bigint[] = new Array(degree + 1).fill(0n);
  let now = [unit, ...before.slice(1)];
  const powers: bigint[] = new Array(degree + 1).fill(0n);
  for (let k = 0; k <= degree; k++) {
    for (let i = 0; i <= degree; i++) powers[i] += times(expansion[k], now[i], bits);
    const following = now.map((_, i) => (k === 0 ? timesT(now, i) : 2n * timesT(now, i) - before[i]));
    [before, now] = [now, following];
  }
  return Float64Array.from(powers, (coefficient) => toDouble(coefficient, bits));
}

/** `e^(x^2) erfc(x)` for moderate `x`, by the reference's series. */
function scaledErfc(x: bigint): bigint {
  const more = 160;
  const wide = x << BigInt(more);
  return times(exp(times(wide, wide, bits + more), bits + more), erfc(wide, bits + more), bits + more) >> BigInt(more);
}

/** `sqrt(pi) x e^(x^2) erfc(x) = 1 / (1 + w/2 / (1 + 2 w/2 / (1 + 3 w/2 / ...)))` with `w = 1 / x^2` (A&S 7.1.14). */
function erfcFraction(w: bigint): bigint {
  let fraction = unit;
  for (let k = 1200n; k > 0n; k--) fraction = unit + over((k * w) / 2n, fraction, bits);
  return over(unit, fraction, bits);
}

/** The positive zero of digamma, by Newton's iteration. */
function digammaZero(): bigint {
  let x = fixed(1.46);
  for (let i = 0; i < 8; i++) x -= over(polygamma(0, x, bits), polygamma(1, x, bits), bits);
  return x;
}

/** Every table, by the name of the constant that holds it. */
export function deriveTables(): Record<string, Float64Array> {
  const zero = digammaZero();
  const zeroHigh = toDouble(zero, bits);
  return {
    // x = 1.5 (1 + s) / (1 - s) takes s in [-1/2, 1/2] to x in [1/2, 9/2].
    erfcMiddle: chebyshev(
      (s) => {
        const x = over(3n * (unit + s), 2n * (unit - s), bits);
        return times(x + unit, scaledErfc(x), bits);
      },
      -unit / 2n,
      unit / 2n,
      19,
    ),
    erfcTail: chebyshev((w) => over(erfcFraction(w), sqrt(pi(bits), bits), bits), 0n, (4n * unit) / 81n, 13),
    lgammaNearTwo: chebyshev((z) => over(lgamma(2n * unit + z, bits), z, bits), -unit / 2n, unit / 2n, 19),
    digammaZero: Float64Array.of(zeroHigh, toDouble(zero - fixed(zeroHigh), bits)),
    // x = (3 + t) / 2 takes t in [-1, 1] to x in [1, 2].
    digammaSlope: chebyshev(
      (t) => over(polygamma(0, (3n * unit + t) / 2n, bits), (3n * unit + t) / 2n - zero, bits),
      -unit,
      unit,
      23,
    ),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [name, table] of Object.entries(deriveTables())) {
    console.log(`const ${name}: Float64Array = Float64Array.of(\n${[...table].map((c) => `  ${c},`).join("\n")}\n);\n`);
  }
}
