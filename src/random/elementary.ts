// exp and log from +, -, * and / alone. The language leaves the last bits of Math.exp and Math.log to the engine, and a
// sampler that rejects would turn one such bit into another stream of numbers. Both are good to about one unit in the
// last place; both are called from tables and rare paths only, so they are written for clarity, not speed.

/** `e^x` for x of at most 0 (all that a density relative to its maximum asks for). */
export function exp(x: number): number {
  if (!(x > LOG_OF_SMALLEST)) return Number.isNaN(x) ? x : 0;
  const k = Math.round(x / (LN2_HIGH + LN2_LOW));
  const r = x - k * LN2_HIGH - k * LN2_LOW; // |r| < 0.35; the first product and difference are exact
  let sum = RECIPROCAL_FACTORIALS[14]; // Taylor; the next term is below 1e-18
  for (let n = 13; n >= 0; n--) sum = RECIPROCAL_FACTORIALS[n] + sum * r;
  const half = -k >> 1; // in two steps, for 2^k alone may be too small for a double where the product is not
  return sum * POWERS_OF_HALF[half] * POWERS_OF_HALF[-k - half];
}

/** The natural logarithm; `-Infinity` at 0, NaN below. Quickest near 1. */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  let m = x;
  let k = 0;
  for (; m < Math.SQRT1_2; k--) m *= 2;
  for (; m > Math.SQRT2; k++) m /= 2;
  const s = (m - 1) / (m + 1); // log m = 2 artanh s, |s| < 0.172
  const z = s * s;
  let sum = 0;
  for (let n = 21; n >= 3; n -= 2) sum = z * (1 / n + sum); // the next term is below 1e-18
  return k * LN2_HIGH + (k * LN2_LOW + 2 * s * sum + 2 * s);
}

/** log 2 in two parts; the first has 32 bits, so that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** Below it, e^x rounds to 0. */
const LOG_OF_SMALLEST = -745.1332191019412;

const RECIPROCAL_FACTORIALS: Float64Array = new Float64Array(15).fill(1);
for (let n = 2, factorial = 1; n < RECIPROCAL_FACTORIALS.length; n++) RECIPROCAL_FACTORIALS[n] = 1 / (factorial *= n);

const POWERS_OF_HALF: Float64Array = new Float64Array(539).fill(1);
for (let i = 1; i < POWERS_OF_HALF.length; i++) POWERS_OF_HALF[i] = POWERS_OF_HALF[i - 1] / 2;
