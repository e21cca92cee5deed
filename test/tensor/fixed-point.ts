// Arithmetic to any number of digits, for references: a number `v` is the BigInt `v * 2^bits`, truncated. Slow and plain on purpose,
// and by other routes than `src/tensor/special` takes, so that both being wrong in the same way is unlikely.

const bitLength = (a: bigint): number => (a < 0n ? -a : a).toString(2).length;

/** The double `x` exactly (as long as `bits` reaches its last bit). */
export function fromDouble(x: number, bits: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const word = view.getBigUint64(0);
  const biased = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const shift = bits + Math.max(biased, 1) - 1075;
  const magnitude = shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift);
  return x < 0 ? -magnitude : magnitude;
}

/** The double nearest to `a`, for results in the normal range. */
export function toDouble(a: bigint, bits: number): number {
  const surplus = Math.max(0, bitLength(a) - 128);
  const top = Number(a / (1n << BigInt(surplus)));
  const half = Math.trunc((surplus - bits) / 2);
  return top * 2 ** half * 2 ** (surplus - bits - half);
}

/** `|y - a| / |a|`, the relative error of the double `y` against the reference `a`. */
export function relativeError(y: number, a: bigint, bits: number): number {
  return Math.abs(toDouble(((fromDouble(y, bits) - a) << 128n) / a, 128));
}

/** `|y - a|`, the absolute error of the double `y` against the reference `a`. */
export function absoluteError(y: number, a: bigint, bits: number): number {
  return Math.abs(toDouble(fromDouble(y, bits) - a, bits));
}

export const one = (bits: number): bigint => 1n << BigInt(bits);
export const times = (a: bigint, b: bigint, bits: number): bigint => (a * b) >> BigInt(bits);
export const over = (a: bigint, b: bigint, bits: number): bigint => (a << BigInt(bits)) / b;

/** `atanh(1 / n)` by its series. */
function atanhOfReciprocal(n: bigint, bits: number): bigint {
  let sum = 0n;
  let power = one(bits) / n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += power / k;
    power /= n * n;
  }
  return sum;
}

/** `atan(1 / n)` by its series. */
function atanOfReciprocal(n: bigint, bits: number): bigint {
  let sum = 0n;
  let power = one(bits) / n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += k % 4n === 1n ? power / k : -power / k;
    power /= n * n;
  }
  return sum;
}

const constants = new Map<string, bigint>();
function remembered(name: string, bits: number, compute: (bits: number) => bigint): bigint {
  const key = `${name} ${bits}`;
  let value = constants.get(key);
  if (value === undefined) constants.set(key, (value = compute(bits + 32) >> 32n));
  return value;
}

/** Pi by Machin's formula. */
export const pi = (bits: number): bigint =>
  remembered("pi", bits, (b) => 4n * (4n * atanOfReciprocal(5n, b) - atanOfReciprocal(239n, b)));

const log2 = (bits: number): bigint => remembered("log 2", bits, (b) => 2n * atanhOfReciprocal(3n, b));

/** Square root of `a >= 0` by Newton's iteration on integers. */
export function sqrt(a: bigint, bits: number): bigint {
  const n = a << BigInt(bits);
  if (n === 0n) return 0n;
  let root = 1n << BigInt(Math.ceil(bitLength(n) / 2));
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** `e^a`: Taylor's series after division by 2^16, then 16 squarings. */
export function exp(a: bigint, bits: number): bigint {
  const b = bits + 64;
  const wide = a << 64n;
  const k = wide / log2(b);
  const r = (wide - k * log2(b)) >> 16n;
  let sum = one(b);
  let term = one(b);
  for (let n = 1n; term !== 0n && term !== -1n; n += 1n) {
    term = times(term, r, b) / n;
    sum += term;
  }
  for (let i = 0; i < 16; i++) sum = times(sum, sum, b);
  return k >= 0n ? (sum << k) >> 64n : sum >> (64n - k);
}

/** Natural logarithm of `a > 0`: `2 atanh((m - 1) / (m + 1))` after taking out a power of two. */
export function log(a: bigint, bits: number): bigint {
  const b = bits + 32;
  const k = bitLength(a) - bits;
  const m = k >= 32 ? a >> BigInt(k - 32) : a << BigInt(32 - k);
  const u = over(m - one(b), m + one(b), b);
  const square = times(u, u, b);
  let sum = 0n;
  let power = u;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = times(power, square, b);
  }
  return (2n * sum + BigInt(k) * log2(b)) >> 32n;
}

/** Sine of a moderate `a` by Taylor's series. */
export function sin(a: bigint, bits: number): bigint {
  const square = times(a, a, bits);
  let sum = 0n;
  let term = a;
  for (let n = 2n; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = -times(term, square, bits) / (n * (n + 1n));
  }
  return sum;
}

/** Cosine of a moderate `a`. */
export const cos = (a: bigint, bits: number): bigint => sin(pi(bits) / 2n - a, bits);
