// The special functions against 50-digit references, at their seams, poles and limits, and against the identities between them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { bernoulliNumbers } from "../../src/tensor/special/bernoulli.js";
import { digammaSlope, digammaZero } from "../../src/tensor/special/digamma.js";
import { erfcMiddle, erfcTail } from "../../src/tensor/special/erf.js";
import { digamma, erf, erfc, lgamma, polygamma, sigmoid, softplus, trigamma } from "../../src/tensor/special/index.js";
import { lgammaNearTwo } from "../../src/tensor/special/lgamma.js";
import { deriveTables } from "./derive-special.js";
import * as exact from "./fixed-point.js";
import * as reference from "./special-reference.js";

const ulp = 2 ** -52;
fc.configureGlobal({ seed: 6108 });

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

describe("limits and poles", () => {
  const cells: [string, number, number][] = [
    ["erf(-0)", erf(-0), -0],
    ["erf(0)", erf(0), 0],
    ["erf(Infinity)", erf(Infinity), 1],
    ["erf(-Infinity)", erf(-Infinity), -1],
    ["erf(NaN)", erf(Number.NaN), Number.NaN],
    ["erfc(0)", erfc(0), 1],
    ["erfc(Infinity)", erfc(Infinity), 0],
    ["erfc(-Infinity)", erfc(-Infinity), 2],
    ["erfc(1e300)", erfc(1e300), 0],
    ["erfc(NaN)", erfc(Number.NaN), Number.NaN],
    ["lgamma(0)", lgamma(0), Infinity],
    ["lgamma(-0)", lgamma(-0), Infinity],
    ["lgamma(-1)", lgamma(-1), Infinity],
    ["lgamma(-7)", lgamma(-7), Infinity],
    ["lgamma(-8)", lgamma(-8), Infinity],
    ["lgamma(-1000)", lgamma(-1000), Infinity],
    ["lgamma(-1e300)", lgamma(-1e300), Infinity],
    ["lgamma(Infinity)", lgamma(Infinity), Infinity],
    ["lgamma(-Infinity)", lgamma(-Infinity), Infinity],
    ["lgamma(1e306)", lgamma(1e306), Infinity],
    ["lgamma(NaN)", lgamma(Number.NaN), Number.NaN],
    ["lgamma(5e-324)", lgamma(5e-324), 744.4400719213812],
    ["lgamma(-5e-324)", lgamma(-5e-324), 744.4400719213812],
    ["digamma(0)", digamma(0), -Infinity],
    ["digamma(-0)", digamma(-0), Infinity],
    ["digamma(5e-324)", digamma(5e-324), -Infinity],
    ["digamma(-5e-324)", digamma(-5e-324), Infinity],
    ["digamma(-1)", digamma(-1), Number.NaN],
    ["digamma(-1e300)", digamma(-1e300), Number.NaN],
    ["digamma(Infinity)", digamma(Infinity), Infinity],
    ["digamma(-Infinity)", digamma(-Infinity), Number.NaN],
    ["digamma(NaN)", digamma(Number.NaN), Number.NaN],
    ["digamma(1.7e308)", digamma(1.7e308), Math.log(1.7e308)],
    ["trigamma(0)", trigamma(0), Infinity],
    ["trigamma(-0)", trigamma(-0), Infinity],
    ["trigamma(-3)", trigamma(-3), Infinity],
    ["trigamma(-1e300)", trigamma(-1e300), Infinity],
    ["trigamma(Infinity)", trigamma(Infinity), 0],
    ["trigamma(-Infinity)", trigamma(-Infinity), Number.NaN],
    ["trigamma(NaN)", trigamma(Number.NaN), Number.NaN],
    ["trigamma(1e300)", trigamma(1e300), 1e-300],
    ["polygamma(2, 0)", polygamma(2, 0), -Infinity],
    ["polygamma(2, -0)", polygamma(2, -0), Infinity],
    ["polygamma(3, -0)", polygamma(3, -0), Infinity],
    ["polygamma(2, -1)", polygamma(2, -1), Number.NaN],
    ["polygamma(3, -1)", polygamma(3, -1), Infinity],
    ["polygamma(3, Infinity)", polygamma(3, Infinity), 0],
    ["polygamma(3, -Infinity)", polygamma(3, -Infinity), Number.NaN],
    ["polygamma(3, NaN)", polygamma(3, Number.NaN), Number.NaN],
    ["polygamma(3, 1e-300)", polygamma(3, 1e-300), Infinity],
    ["polygamma(0.5, 1)", polygamma(0.5, 1), Number.NaN],
    ["polygamma(-1, 1)", polygamma(-1, 1), Number.NaN],
    ["polygamma(Infinity, 1)", polygamma(Infinity, 1), Number.NaN],
    ["sigmoid(-0)", sigmoid(-0), 0.5],
    ["sigmoid(Infinity)", sigmoid(Infinity), 1],
    ["sigmoid(-Infinity)", sigmoid(-Infinity), 0],
    ["sigmoid(1e308)", sigmoid(1e308), 1],
    ["sigmoid(NaN)", sigmoid(Number.NaN), Number.NaN],
    ["sigmoid(-740)", sigmoid(-740), Math.exp(-740)],
    ["softplus(0)", softplus(0), Math.LN2],
    ["softplus(1e308)", softplus(1e308), 1e308],
    ["softplus(Infinity)", softplus(Infinity), Infinity],
    ["softplus(-Infinity)", softplus(-Infinity), 0],
    ["softplus(-740)", softplus(-740), Math.exp(-740)],
    ["softplus(NaN)", softplus(Number.NaN), Number.NaN],
  ];
  for (const [name, value, expected] of cells)
    it(`${name} is ${Object.is(expected, -0) ? "-0" : expected}`, () =>
      assert.ok(Object.is(value, expected), `got ${value}`));

  it("examples of the documentation hold to the last bits", () => {
    const examples: [number, number][] = [
      [erf(1), 0.8427007929497149],
      [erfc(1), 0.15729920705028513],
      [lgamma(0.5), 0.5723649429247001],
      [digamma(1), -0.5772156649015329],
      [trigamma(1), 1.6449340668482264],
      [polygamma(2, 1), -2.4041138063191885],
      [sigmoid(Math.log(3)), 0.75],
      [softplus(0), Math.LN2],
    ];
    for (const [value, expected] of examples)
      assert.ok(Math.abs(value / expected - 1) <= 3 * ulp, `${value} and ${expected}`);
  });
});

describe("for every double", () => {
  const anyFinite = fc.double({ noNaN: true, noDefaultInfinity: true });

  it("the values lie where they must", () => {
    fc.assert(
      fc.property(anyFinite, (x) => {
        assert.ok(Math.abs(erf(x)) <= 1 && erfc(x) >= 0 && erfc(x) <= 2);
        assert.ok(lgamma(x) >= -0.1214862905358496 || x < 0);
        assert.ok(!Number.isNaN(lgamma(x)) && trigamma(x) > 0);
        assert.equal(Number.isNaN(digamma(x)), x < 0 && Number.isInteger(x));
        assert.ok(sigmoid(x) >= 0 && sigmoid(x) <= 1 && softplus(x) >= Math.max(x, 0));
      }),
      { numRuns: 2000 },
    );
  });

  it("erf is odd and erf + erfc = 1", () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (x) => {
        assert.equal(erf(-x), -erf(x));
        assert.ok(Math.abs(erf(x) + erfc(x) - 1) <= 2 * ulp);
      }),
    );
  });

  it("sigmoid(x) + sigmoid(-x) = 1 and softplus(x) - softplus(-x) = x", () => {
    fc.assert(
      fc.property(fc.double({ min: -800, max: 800, noNaN: true }), (x) => {
        assert.ok(Math.abs(sigmoid(x) + sigmoid(-x) - 1) <= ulp);
        assert.ok(Math.abs(softplus(x) - softplus(-x) - x) <= 2 * ulp * Math.max(1, Math.abs(x)));
      }),
    );
  });
});

describe("identities of the gamma family", () => {
  const positive = fc.double({ min: 1e-3, max: 300, noNaN: true });
  const negative = fc.double({ min: -60, max: -1e-3, noNaN: true }).filter((x) => distanceToPole(x) > 1e-3);
  const order = fc.integer({ min: 0, max: 8 });
  const near = (a: number, b: number, scale: number): void =>
    assert.ok(Math.abs(a - b) <= 64 * ulp * scale, `${a} and ${b}`);

  it("recurrence: lgamma(x + 1) = lgamma(x) + log |x|", () => {
    fc.assert(
      fc.property(fc.oneof(positive, negative), (x) =>
        // Rounding x + 1 costs ulp(x) times digamma.
        near(
          lgamma(x + 1),
          lgamma(x) + Math.log(Math.abs(x)),
          4 + Math.abs(lgamma(x)) + Math.abs((x + 1) * digamma(x + 1)),
        ),
      ),
    );
  });

  it("recurrence: polygamma(n, x + 1) = polygamma(n, x) + (-1)^n n! / x^(n + 1)", () => {
    fc.assert(
      fc.property(order, fc.double({ min: 0.05, max: 300, noNaN: true }), (n, x) => {
        let step = 1 / x;
        for (let k = 1; k <= n; k++) step *= -k / x;
        near(polygamma(n, x + 1), polygamma(n, x) + step, 1 + Math.abs(step) + Math.abs(polygamma(n, x)));
      }),
    );
  });

  it("reflection: lgamma(x) + lgamma(1 - x) = log(pi / |sin(pi x)|)", () => {
    fc.assert(
      fc.property(negative, (x) => {
        const sine = Math.sin(Math.PI * distanceToPole(x));
        near(lgamma(x) + lgamma(1 - x), Math.log(Math.PI / sine), 8 + 4 * Math.abs(x * Math.log(-x)));
      }),
    );
  });

  it("reflection: trigamma(x) + trigamma(1 - x) = pi^2 / sin(pi x)^2", () => {
    fc.assert(
      fc.property(negative, (x) => {
        const square = (Math.PI / Math.sin(Math.PI * distanceToPole(x))) ** 2;
        near(trigamma(x) + trigamma(1 - x), square, square);
      }),
    );
  });

  it("reflection: polygamma(2, 1 - x) - polygamma(2, x) = 2 pi^3 cot(pi x) / sin(pi x)^2", () => {
    fc.assert(
      fc.property(negative, (x) => {
        const r = x - Math.round(x);
        const right = (2 * Math.PI ** 3 * Math.cos(Math.PI * r)) / Math.sin(Math.PI * r) ** 3;
        near(polygamma(2, 1 - x) - polygamma(2, x), right, Math.abs(r) ** -3);
      }),
    );
  });

  it("duplication: lgamma(2x) = lgamma(x) + lgamma(x + 1/2) + (2x - 1) log 2 - log(pi) / 2", () => {
    fc.assert(
      fc.property(positive, (x) => {
        const right = lgamma(x) + lgamma(x + 0.5) + (2 * x - 1) * Math.LN2 - Math.log(Math.PI) / 2;
        near(lgamma(2 * x), right, 8 + Math.abs(lgamma(2 * x)));
      }),
    );
  });

  it("duplication: polygamma(n, 2x) 2^(n + 1) = polygamma(n, x) + polygamma(n, x + 1/2), plus 2 log 2 for n = 0", () => {
    fc.assert(
      fc.property(order, fc.double({ min: 0.05, max: 300, noNaN: true }), (n, x) => {
        const right = polygamma(n, x) + polygamma(n, x + 0.5) + (n === 0 ? 2 * Math.LN2 : 0);
        near(polygamma(n, 2 * x) * 2 ** (n + 1), right, 4 + Math.abs(polygamma(n, x)));
      }),
    );
  });
});

describe("derivatives", () => {
  /** The derivative by five points, error of order `h^4`. */
  const slope = (f: (x: number) => number, x: number, h: number): number =>
    (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
  const pairs: [string, (x: number) => number, (x: number) => number][] = [
    ["erf' = 2 / sqrt(pi) e^(-x^2)", erf, (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)],
    ["erfc' = -2 / sqrt(pi) e^(-x^2)", erfc, (x) => (-2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)],
    ["softplus' = sigmoid", softplus, sigmoid],
    ["sigmoid' = sigmoid(x) sigmoid(-x)", sigmoid, (x) => sigmoid(x) * sigmoid(-x)],
    ["lgamma' = digamma", lgamma, digamma],
    ["digamma' = trigamma", digamma, trigamma],
    ["trigamma' = polygamma of order 2", trigamma, (x) => polygamma(2, x)],
    ["polygamma of order 2 has that of order 3 as its derivative", (x) => polygamma(2, x), (x) => polygamma(3, x)],
    ["polygamma of order 5 has that of order 6 as its derivative", (x) => polygamma(5, x), (x) => polygamma(6, x)],
  ];
  for (const [name, f, derivative] of pairs) {
    it(name, () => {
      for (const x of spread(-9, 15, 150)) {
        // The step shrinks towards poles, where the higher derivatives grow.
        const h = 1e-3 * Math.min(1, x < 0.5 ? distanceToPole(x) + 1e-3 : x);
        if (x < 0.5 && distanceToPole(x) < 0.02) continue;
        const expected = derivative(x);
        const scale = Math.abs(expected) + 1e-3 * (Math.abs(f(x)) / h) + 1;
        assert.ok(Math.abs(slope(f, x, h) - expected) < 1e-9 * scale, `at ${x}: ${slope(f, x, h)} and ${expected}`);
      }
    });
  }
});
