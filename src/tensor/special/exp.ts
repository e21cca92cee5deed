// The exponential function, from +, -, * and a table: the same bits on every machine, which the language does not promise
// of Math.exp, and a shorter chain of dependent operations. Method: Tang 1989, table-driven with 64 entries.

/** e^x = 2^(k / 64) e^r with k the whole number next to 64 x / log 2, so that |r| is at most log 2 / 128. */
const perOctave = 64;
const inverseStep = perOctave / Math.LN2;
/** log 2 / 64 in two parts; the first has 36 bits, so that its product with k is exact. */
const stepHigh = 0.010830424696223417;
const stepLow = 2.572804622327669e-14;
/** Adding it rounds a double of moderate size to a whole number. */
const rounder = 1.5 * 2 ** 52;

const { high, low } = rootsOfTwo();
/** `powers[n + 1074]` is 2^n. */
const powers: Float64Array = Float64Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074));

/**
 * `e^x` with a relative error below 0.65 * 2^-52; `Infinity` from 709.79 on, gradually 0 below -708.39.
 *
 * @example exp(1) // 2.718281828459045
 */
export function exp(x: number): number {
  // False for NaN too.
  if (!(x > -708.3 && x < 709.7)) return atTheEnds(x);
  const whole = x * inverseStep + rounder - rounder;
  const k = whole | 0;
  return mantissa(x, whole, k) * powers[(k >> 6) + 1074];
}

/** Hot: 2^(fraction) e^r, in [1, 2) but for rounding. */
function mantissa(x: number, whole: number, k: number): number {
  const r = x - whole * stepHigh - whole * stepLow;
  const r2 = r * r;
  // Taylor; the next term is below 2e-17.
  const p = r + r2 * (1 / 2 + r * (1 / 6) + r2 * (1 / 24 + r * (1 / 120)));
  const j = k & 63;
  const h = high[j];
  return h + (low[j] + h * p);
}

/** Where the power of two overflows, or the result has fewer bits than a double: the last scaling is done in two. */
function atTheEnds(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019412) return 0;
  const whole = x * inverseStep + rounder - rounder;
  const k = whole | 0;
  const exponent = k >> 6;
  const half = exponent >> 1;
  return mantissa(x, whole, k) * powers[half + 1074] * powers[exponent - half + 1074];
}

/** 2^(j / 64) for j = 0 ... 63 as sums of two doubles, by six square roots in integers of 256 bits after the point. */
function rootsOfTwo(): { high: Float64Array; low: Float64Array } {
  const bits = 256n;
  let root = 2n << bits;
  for (let i = 0; i < 6; i++) root = integerSquareRoot(root << bits);
  const high = new Float64Array(perOctave);
  const low = new Float64Array(perOctave);
  let power = 1n << bits;
  for (let j = 0; j < perOctave; j++) {
    // 2^-256 scales exactly; BigInt to double rounds to nearest.
    high[j] = Number(power) * 2 ** -256;
    low[j] = Number(power - (BigInt(high[j] * 2 ** 52) << (bits - 52n))) * 2 ** -256;
    power = (power * root) >> bits;
  }
  return { high, low };
}

/** Newton's method from above. */
function integerSquareRoot(n: bigint): bigint {
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}
