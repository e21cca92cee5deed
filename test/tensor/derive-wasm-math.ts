// Where the coefficients in `src/tensor/backends/wasm/math/coefficients.ts` come from: minimax polynomials by the exchange algorithm of
// E. Remez (1934), in fixed-point arithmetic of 384 bits. `node --import tsx test/tensor/derive-wasm-math.ts` prints them with their
// errors as powers of two; wasm-math.test.ts holds the tables to them.
import { pathToFileURL } from "node:url";
import { cos, exp, fromDouble, log, one, over, pi, sin, sqrt, times, toDouble } from "./fixed-point.js";
import { erf, erfc } from "./special-reference.js";

const bits = 384;
const unit: bigint = one(bits);
const fixed = (x: number): bigint => fromDouble(x, bits);
const absolute = (a: bigint): bigint => (a < 0n ? -a : a);
function largerOf(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}
const multiply = (a: bigint, b: bigint): bigint => times(a, b, bits);
const divide = (a: bigint, b: bigint): bigint => over(a, b, bits);

/** Of `f` on `[low, high]`, so that the largest `weight (f - p)` is least. */
interface Subject {
  readonly f: (x: bigint) => bigint;
  readonly weight: (x: bigint) => bigint;
  readonly low: bigint;
  readonly high: bigint;
}

const halfLogTwo: bigint = log(2n * unit, bits) / 2n;
/** Arguments are reduced with a rounded multiplier, so that they come out a little beyond the exact interval. */
const slack = (x: bigint): bigint => x + x / 1000n;
const squared = (x: bigint): bigint => multiply(x, x);

const exponential: Subject = {
  f: (r) => divide(exp(r, bits) - unit - r, squared(r)),
  // Relative to e^r - 1, which is about r.
  weight: (r) => absolute(r),
  low: -slack(halfLogTwo),
  high: slack(halfLogTwo),
};
const cotangent: Subject = {
  f: (v) => {
    const z = sqrt(v, bits);
    const power = exp(2n * z, bits);
    return divide(divide(multiply(z, power + unit), power - unit) - unit, v);
  },
  weight: (v) => v,
  low: 0n,
  high: squared(slack(halfLogTwo / 2n)),
};
const logarithm: Subject = {
  f: (z) => {
    const s = sqrt(z, bits);
    return divide(log(divide(unit + s, unit - s), bits) - 2n * s, multiply(s, z));
  },
  weight: (z) => z / 2n,
  low: 0n,
  high: squared(slack(divide(sqrt(2n * unit, bits) - unit, sqrt(2n * unit, bits) + unit))),
};
/** What the logarithm's series has beyond `s^2 / 3`: for pow, which needs its first terms to more digits. */
const logarithmRest: Subject = {
  f: (z) => {
    const s = sqrt(z, bits);
    const whole = divide(log(divide(unit + s, unit - s), bits), 2n * s);
    return divide(divide(whole - unit, z) - unit / 3n, z);
  },
  weight: squared,
  low: 0n,
  high: logarithm.high,
};
const sine: Subject = {
  f: (v) => {
    const r = sqrt(v, bits);
    return divide(divide(sin(r, bits), r) - unit, v);
  },
  weight: (v) => divide(multiply(v, sqrt(v, bits)), sin(sqrt(v, bits), bits)),
  low: 0n,
  high: squared(slack(pi(bits) / 2n)),
};
const erfNear = (end: number): Subject => ({
  f: (v) => divide(erf(sqrt(v, bits), bits), sqrt(v, bits)) - unit,
  weight: (v) => divide(sqrt(v, bits), erf(sqrt(v, bits), bits)),
  low: 0n,
  high: squared(fixed(end)),
});
const erfFar = (low: number, high: number): Subject => ({
  f: (x) => -log(erfc(x, bits), bits),
  // An error of the logarithm is one of 1 - erf(x).
  weight: (x) => divide(erfc(x, bits), erf(x, bits)),
  low: fixed(low),
  high: fixed(high),
});

/** The tables: what is approximated, and the degrees for single and for double precision. */
const tables: Record<string, { single?: [Subject, number]; double: [Subject, number] }> = {
  exponential: { single: [exponential, 4], double: [exponential, 9] },
  cotangent: { single: [cotangent, 1], double: [cotangent, 4] },
  logarithm: { single: [logarithm, 2], double: [logarithm, 6] },
  logarithmRest: { double: [logarithmRest, 6] },
  sine: { single: [sine, 3], double: [sine, 7] },
  erfNear: { single: [erfNear(0.921875), 6], double: [erfNear(1), 11] },
  erfFar: { single: [erfFar(0.921875, 4), 6], double: [erfFar(1, 6), 17] },
};

/** The minimax polynomial of this degree, constant first, and the size of its error. */
function remez({ f, weight, low, high }: Subject, degree: number): { coefficients: bigint[]; error: bigint } {
  const count = 24 * (degree + 2);
  const grid = Array.from({ length: count }, (_, i) => {
    const t = cos((pi(bits) * BigInt(2 * i + 1)) / BigInt(2 * count), bits);
    const x = (low + high - multiply(t, high - low)) / 2n;
    return { x, value: f(x), weight: weight(x) };
  });
  // The places of the extrema: first those of a Chebyshev polynomial.
  let places = Array.from({ length: degree + 2 }, (_, i) => Math.round((i * (count - 1)) / (degree + 1)));
  for (;;) {
    const rows = places.map((place, i) => {
      const { x, value, weight: w } = grid[place];
      const row = [unit];
      for (let k = 1; k <= degree; k++) row.push(multiply(row[k - 1], x));
      // p(x) + (-1)^i error / weight = f(x), times the weight.
      return [...row.map((power) => multiply(power, w)), i % 2 === 0 ? unit : -unit, multiply(value, w)];
    });
    const solution = solve(rows);
    const coefficients = solution.slice(0, degree + 1);
    const errors = grid.map(({ x, value, weight: w }) => {
      let sum = 0n;
      for (let k = degree; k >= 0; k--) sum = multiply(sum, x) + coefficients[k];
      return multiply(value - sum, w);
    });
    const next = extrema(errors, degree + 2);
    const largest = next.map((i) => absolute(errors[i])).reduce(largerOf);
    if (next.every((place, i) => place === places[i])) return { coefficients, error: largest };
    places = next;
  }
}

/** The largest error of each run of one sign; of these `count` neighbours, without the smaller end while there are too many. */
function extrema(errors: readonly bigint[], count: number): number[] {
  const places: number[] = [];
  errors.forEach((error, i) => {
    const last = places[places.length - 1];
    if (last === undefined || errors[last] > 0n !== error > 0n) places.push(i);
    else if (absolute(error) > absolute(errors[last])) places[places.length - 1] = i;
  });
  while (places.length > count) {
    if (absolute(errors[places[0]]) < absolute(errors[places[places.length - 1]])) places.shift();
    else places.pop();
  }
  return places;
}

/** Gauss's elimination with pivots; the last column is the right-hand side. */
function solve(rows: bigint[][]): bigint[] {
  const n = rows.length;
  const a = rows.map((row) => [...row]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (absolute(a[i][k]) > absolute(a[pivot][k])) pivot = i;
    [a[k], a[pivot]] = [a[pivot], a[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = divide(a[i][k], a[k][k]);
      for (let j = k; j <= n; j++) a[i][j] -= multiply(factor, a[k][j]);
    }
  }
  const x: bigint[] = new Array(n).fill(0n);
  for (let k = n - 1; k >= 0; k--) {
    let sum = a[k][n];
    for (let j = k + 1; j < n; j++) sum -= multiply(a[k][j], x[j]);
    x[k] = divide(sum, a[k][k]);
  }
  return x;
}

export interface Derived {
  readonly coefficients: readonly number[];
  /** Of the exact polynomial, in the measure of its subject. */
  readonly error: number;
}

/** Every polynomial in both precisions, by the name it has in the tables. */
export function derivePolynomials(only?: string): Record<string, { single?: Derived; double: Derived }> {
  const derive = ([subject, degree]: [Subject, number], round: (x: number) => number): Derived => {
    const { coefficients, error } = remez(subject, degree);
    return { coefficients: coefficients.map((c) => round(toDouble(c, bits))), error: toDouble(error, bits) };
  };
  return Object.fromEntries(
    Object.entries(tables)
      .filter(([name]) => only === undefined || name === only)
      .map(([name, { single, double }]) => [
        name,
        { ...(single && { single: derive(single, Math.fround) }), double: derive(double, (x) => x) },
      ]),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [name, both] of Object.entries(derivePolynomials(process.argv[2]))) {
    for (const [precision, { coefficients, error }] of Object.entries(both)) {
      console.log(`${name}, ${precision}: error 2^${Math.log2(error).toFixed(1)}`);
      console.log(`[\n${coefficients.map((c) => `  ${c},`).join("\n")}\n]`);
    }
  }
}
