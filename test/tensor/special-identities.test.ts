// The special functions at their poles and limits, and the identities and derivatives that tie them to each other.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
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

fc.configureGlobal({ seed: 6108 });

const ulp = 2 ** -52;
const distanceToPole = (x: number): number => Math.abs(x - Math.round(x));

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
    ["exp(-0)", exp(-0), 1],
    ["exp(1)", exp(1), Math.E],
    ["exp(1e-300)", exp(1e-300), 1],
    ["exp(709.7827128933841)", exp(709.7827128933841), Infinity],
    ["exp(-745.1)", exp(-745.1), Number.MIN_VALUE],
    ["exp(-745.14)", exp(-745.14), 0],
    ["exp(Infinity)", exp(Infinity), Infinity],
    ["exp(-Infinity)", exp(-Infinity), 0],
    ["exp(NaN)", exp(Number.NaN), Number.NaN],
    ["sigmoid(-0)", sigmoid(-0), 0.5],
    ["sigmoid(Infinity)", sigmoid(Infinity), 1],
    ["sigmoid(-Infinity)", sigmoid(-Infinity), 0],
    ["sigmoid(1e308)", sigmoid(1e308), 1],
    ["sigmoid(NaN)", sigmoid(Number.NaN), Number.NaN],
    ["sigmoid(-740)", sigmoid(-740), exp(-740)],
    ["softplus(0)", softplus(0), Math.LN2],
    ["softplus(1e308)", softplus(1e308), 1e308],
    ["softplus(Infinity)", softplus(Infinity), Infinity],
    ["softplus(-Infinity)", softplus(-Infinity), 0],
    ["softplus(-740)", softplus(-740), exp(-740)],
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
      for (let x = -9; x < 15; x += 0.1618) {
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
