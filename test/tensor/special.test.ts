// The special functions against 50-digit references, everywhere and at the seams between their formulae.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bernoulliNumbers } from "../../src/tensor/special/bernoulli.js";
import { digammaSlope, digammaZero } from "../../src/tensor/special/digamma.js";
import { erfcMiddle, erfcTail } from "../../src/tensor/special/erf.js";
import {
  digamma,
  erf,
  erfc,
  exp,
  lgamma,
  polygamma,
  sigmoid,
  softplus,
  trigamma,
} from "../../src/tensor/special/index.js";
import { lgammaNearTwo } from "../../src/tensor/special/lgamma.js";
import { deriveTables } from "./derive-special.js";
import * as exact from "./fixed-point.js";
import * as reference from "./special-reference.js";

const ulp = 2 ** -52;

/** A function, its reference, and how many bits the reference needs at `x`. */
interface Subject {
  readonly f: (x: number) => number;
  readonly reference: (x: bigint, bits: number) => bigint;
  readonly bits: (x: number) => number;
}

const polygammaSubject = (order: number): Subject => ({
  f: (x) => polygamma(order, x),
  reference: (x, bits) => reference.polygamma(order, x, bits),
  bits: (x) => reference.bitsFor(x, order + 1),
});
const subjects = {
  exp: {
    f: exp,
    reference: (x: bigint, bits: number) => exact.exp(x, bits),
    bits: (x: number) => reference.bitsFor(x) + Math.ceil(4 * Math.abs(x)),
  },
  erf: { f: erf, reference: reference.erf, bits: reference.bitsForErfc },
  erfc: { f: erfc, reference: reference.erfc, bits: reference.bitsForErfc },
  lgamma: { f: lgamma, reference: reference.lgamma, bits: (x: number) => reference.bitsFor(x) },
  digamma: { ...polygammaSubject(0), f: digamma },
  trigamma: { ...polygammaSubject(1), f: trigamma },
  sigmoid: {
    f: sigmoid,
    reference: (x: bigint, bits: number) => exact.over(exact.one(bits), exact.one(bits) + exact.exp(-x, bits), bits),
    bits: (x: number) => reference.bitsFor(x) + Math.ceil(4 * Math.abs(x)),
  },
  softplus: {
    f: softplus,
    reference: (x: bigint, bits: number) => exact.log(exact.one(bits) + exact.exp(x, bits), bits),
    bits: (x: number) => reference.bitsFor(x) + Math.ceil(4 * Math.abs(x)),
  },
} satisfies Record<string, Subject>;

function assertRelative({ f, reference, bits }: Subject, x: number, tolerance: number): void {
  const b = bits(x);
  const value = reference(exact.fromDouble(x, b), b);
  const error = exact.relativeError(f(x), value, b);
  assert.ok(error <= tolerance, `at ${x}: got ${f(x)}, expected ${exact.toDouble(value, b)}, relative error ${error}`);
}

function assertAbsolute({ f, reference, bits }: Subject, x: number, tolerance: number): void {
  const b = bits(x);
  const value = reference(exact.fromDouble(x, b), b);
  const error = exact.absoluteError(f(x), value, b);
  assert.ok(error <= tolerance, `at ${x}: got ${f(x)}, expected ${exact.toDouble(value, b)}, error ${error}`);
}

/** Points of `[low, high]` with no regularity in their bits: multiples of the golden ratio, modulo 1. */
function* spread(low: number, high: number, count: number): Generator<number> {
  for (let i = 1; i <= count; i++) yield low + (high - low) * ((i * 0.6180339887498949) % 1);
}

/** The same on a logarithmic scale. */
function* spreadLog(low: number, high: number, count: number): Generator<number> {
  for (const exponent of spread(Math.log2(low), Math.log2(high), count)) yield 2 ** exponent;
}

/** `x` and its nearest neighbours among the doubles. */
function neighbours(x: number): number[] {
  const word = new BigInt64Array(new Float64Array([x]).buffer);
  return [-2n, -1n, 0n, 1n, 2n].map((step) => new Float64Array(BigInt64Array.of(word[0] + step).buffer)[0]);
}

const distanceToPole = (x: number): number => Math.abs(x - Math.round(x));

describe("the references", () => {
  const close = (value: bigint, digits: string, bits: number): void => {
    const [whole, fraction] = digits.split(".");
    const expected = (BigInt(whole + fraction) << BigInt(bits)) / 10n ** BigInt(fraction.length);
    assert.ok(Math.abs(exact.toDouble(value - expected, bits)) < 1e-49, `${digits} missed`);
  };
  const bits = 400;
  const at = (x: number): bigint => exact.fromDouble(x, bits);

  it("know constants to 49 digits", () => {
    close(exact.pi(bits), "3.14159265358979323846264338327950288419716939937510", bits);
    close(exact.exp(at(1), bits), "2.71828182845904523536028747135266249775724709369995", bits);
    close(exact.log(at(2), bits), "0.69314718055994530941723212145817656807550013436025", bits);
    close(exact.sqrt(at(2), bits), "1.41421356237309504880168872420969807856967187537694", bits);
    close(reference.polygamma(0, at(1), bits), "-0.57721566490153286060651209008240243104215933593992", bits);
    close(reference.polygamma(2, at(1), bits) / -2n, "1.20205690315959428539973816151144999076498629234049", bits);
    close(reference.lgamma(at(0.5), bits), "0.57236494292470008707171367567652935582364740645765", bits);
    close(reference.erf(at(1), bits), "0.84270079294971486934122063508260925929606699796630", bits);
  });

  it("agree with the closed forms lgamma(n) = log (n - 1)! and trigamma(1) = pi^2 / 6", () => {
    let factorial = 1n;
    for (let n = 2; n < 30; n++) {
      factorial *= BigInt(n - 1);
      const difference = reference.lgamma(at(n), bits) - exact.log(factorial << BigInt(bits), bits);
      assert.ok(Math.abs(exact.toDouble(difference, bits)) < 1e-50);
    }
    const square = exact.times(exact.pi(bits), exact.pi(bits), bits);
    assert.ok(Math.abs(exact.toDouble(reference.polygamma(1, at(1), bits) - square / 6n, bits)) < 1e-50);
  });
});

describe("the tables", () => {
  it("of Bernoulli numbers are the rounded exact ones", () => {
    for (let i = 0; i < bernoulliNumbers.length; i++) {
      const { numerator, denominator } = reference.bernoulli(2 * i + 2);
      assert.equal(bernoulliNumbers[i], Number(numerator) / Number(denominator));
    }
  });

  it("of polynomials are what their derivation gives", () => {
    assert.deepEqual({ erfcMiddle, erfcTail, lgammaNearTwo, digammaZero, digammaSlope }, deriveTables());
  });
});

describe("accuracy", () => {
  const cells: [keyof typeof subjects, number, number, number][] = [
    // function, interval, tolerance in ulps (2^-52)
    ["erf", -6, 6, 3],
    ["erf", -0.6, 0.6, 3],
    ["erfc", -6, 6, 4],
    ["erfc", 4, 26.5, 4],
    ["lgamma", 0, 1, 5],
    ["lgamma", 1, 2.5, 5],
    ["lgamma", 2.5, 12, 5],
    ["lgamma", 12, 200, 5],
    ["digamma", 0, 1, 5],
    ["digamma", 1, 2.5, 5],
    ["digamma", 2.5, 12, 5],
    ["digamma", 12, 200, 5],
    ["trigamma", 0, 3, 5],
    ["trigamma", 3, 12, 5],
    ["trigamma", 12, 200, 5],
    ["trigamma", -20, 0, 5],
    ["exp", -1, 1, 0.65],
    ["exp", -40, 40, 0.65],
    ["exp", -700, 709, 0.65],
    ["sigmoid", -40, 40, 2],
    ["sigmoid", -700, -40, 2],
    ["softplus", -40, 40, 2],
    ["softplus", -700, -40, 2],
  ];
  for (const [name, low, high, ulps] of cells) {
    it(`${name} is right to ${ulps} ulps on (${low}, ${high})`, () => {
      for (const x of spread(low, high, low < -40 || high === 26.5 ? 40 : 120))
        assertRelative(subjects[name], x, ulps * ulp);
    });
  }

  for (const name of ["erf", "lgamma", "digamma", "trigamma"] as const) {
    it(`${name} keeps it near 0`, () => {
      for (const x of spreadLog(name === "trigamma" ? 1e-150 : 1e-305, 0.1, 60)) {
        assertRelative(subjects[name], x, 5 * ulp);
        assertRelative(subjects[name], -x, 5 * ulp);
      }
    });
  }

  for (const name of ["lgamma", "digamma", "trigamma"] as const) {
    it(`${name} keeps it for huge arguments`, () => {
      for (const x of spreadLog(100, name === "trigamma" ? 1e150 : 1e305, 60))
        assertRelative(subjects[name], x, 5 * ulp);
    });
  }

  it("holds on both sides of every seam between two formulae", () => {
    for (const seam of [-0.5, 0.5, 4.5]) for (const x of neighbours(seam)) assertRelative(subjects.erfc, x, 4 * ulp);
    for (const seam of [-0.5, 0.5]) for (const x of neighbours(seam)) assertRelative(subjects.erf, x, 4 * ulp);
    for (const seam of [-0.5, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8]) {
      for (const x of neighbours(seam)) assertRelative(subjects.lgamma, x, 6 * ulp);
    }
    for (const seam of [1, 2, 3, 4, 5, 6, 7, 8])
      for (const x of neighbours(seam)) assertRelative(subjects.digamma, x, 5 * ulp);
    for (const seam of [1, 2, 5, 8, 9]) for (const x of neighbours(seam)) assertRelative(subjects.trigamma, x, 5 * ulp);
  });

  it("of lgamma is relative at its zeros 1 and 2", () => {
    for (const zero of [1, 2]) {
      for (const step of spreadLog(2 ** -50, 0.1, 40)) {
        for (const x of [zero - step, zero + step]) if (x !== zero) assertRelative(subjects.lgamma, x, 5 * ulp);
      }
    }
    assert.equal(lgamma(1), 0);
    assert.equal(lgamma(2), 0);
  });

  it("of digamma is relative at its zero 1.4616...", () => {
    for (const x of neighbours(digammaZero[0])) assertRelative(subjects.digamma, x, 8 * ulp);
    for (const step of spreadLog(2 ** -50, 0.1, 40)) {
      for (const x of [digammaZero[0] - step, digammaZero[0] + step]) assertRelative(subjects.digamma, x, 5 * ulp);
    }
  });

  it("of lgamma and digamma on the negative axis is that of the parts of a sum", () => {
    const points = [...spread(-1, 0, 60), ...spread(-9, -1, 120), ...spread(-150, -9, 60)];
    // The first zeros of lgamma and of digamma, where nothing but the absolute error counts.
    points.push(-2.457024738220801, -2.7476826467274127, -0.5040830082644554, -1.57349847316239, -8.7022900664058);
    for (const pole of [-1, -2, -7, -8, -9, -30]) points.push(...neighbours(pole).filter((x) => x !== pole));
    for (const x of points) {
      assertAbsolute(subjects.lgamma, x, 2 * ulp * (2 + Math.abs(x) * Math.log1p(-x) - Math.log(distanceToPole(x))));
      assertAbsolute(subjects.digamma, x, 4 * ulp * (2 + 1 / distanceToPole(x)));
    }
  });

  it("holds far on the negative axis, where the reflection formulae are the reference", () => {
    for (const x of [-1234.5, -98765.4321, -(2 ** 30) - 0.25, -1e12 - 0.125, -(2 ** 51) - 0.5]) {
      const bits = 600;
      const [at, minus] = [exact.fromDouble(x, bits), exact.fromDouble(-x, bits)];
      const r = exact.fromDouble(x - Math.round(x), bits);
      const sine = exact.sin(exact.times(exact.pi(bits), r, bits), bits);
      const cosine = exact.cos(exact.times(exact.pi(bits), r, bits), bits);
      const gap = exact.over(exact.pi(bits), exact.times(minus, sine < 0n ? -sine : sine, bits), bits);
      assert.ok(exact.relativeError(lgamma(x), exact.log(gap, bits) - reference.lgamma(minus, bits), bits) < 4 * ulp);
      const cotangent = exact.over(exact.times(exact.pi(bits), cosine, bits), sine, bits);
      const psi = reference.polygamma(0, minus, bits) - exact.over(exact.one(bits), at, bits) - cotangent;
      assert.ok(exact.relativeError(digamma(x), psi, bits) < 4 * ulp);
    }
  });

  for (const order of [2, 3, 4, 7, 12, 30]) {
    it(`of polygamma of order ${order} is some ${order + 4} ulps of its largest term`, () => {
      const subject = polygammaSubject(order);
      for (const x of [...spread(0, 2, 25), ...spread(2, order + 20, 25), ...spreadLog(1e-3, 1e4, 20)]) {
        assertRelative(subject, x, (order + 4) * ulp);
      }
      let factorial = 1;
      for (let k = 2; k <= order; k++) factorial *= k;
      for (const x of [...spread(-1, 0, 15), ...spread(-25, -1, 25)]) {
        assertAbsolute(subject, x, 2 * (order + 4) * ulp * factorial * distanceToPole(x) ** -(order + 1));
      }
    });
  }

  it("of erfc ends in denormal numbers without a step", () => {
    for (const x of spread(26.5, 27.3, 12)) assertAbsolute(subjects.erfc, x, 2 * 2 ** -1074 + 4 * ulp * erfc(x));
    assert.equal(erfc(27.3), 0);
    assert.ok(erfc(27.2) > 0);
  });
});
