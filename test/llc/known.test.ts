// Models with known learning coefficients: formulae against tables and each other, integrals against other integrals, gradients of
// their losses, and minima that are minima.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { known } from "../../src/index.js";
import { aoyagi } from "../../src/llc/known/deep-linear.js";
import { stream } from "../../src/random/index.js";

const close = (actual: number, expected: number, tolerance: number, what = ""): void =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what} ${actual}, not ${expected}`,
  );

/** Aoyagi and Watanabe 2005, the table of reduced-rank regression: M inputs, H hidden, N outputs, rank r. */
function table(M: number, H: number, N: number, r: number): { lambda: number; multiplicity: number } {
  if (M + H < N + r) return { lambda: (H * M - H * r + N * r) / 2, multiplicity: 1 };
  if (N + H < M + r) return { lambda: (H * N - H * r + M * r) / 2, multiplicity: 1 };
  if (M + N < H + r) return { lambda: (M * N) / 2, multiplicity: 1 };
  const eight = 2 * (H + r) * (M + N) - (M - N) ** 2 - (H + r) ** 2;
  return (M + H + N + r) % 2 === 0
    ? { lambda: eight / 8, multiplicity: 1 }
    : { lambda: (eight + 1) / 8, multiplicity: 2 };
}

describe("learning coefficients", () => {
  test("Aoyagi's theorem gives the whole table of reduced-rank regression", () => {
    let compared = 0;
    for (let M = 1; M <= 8; M++) {
      for (let H = 1; H <= 8; H++) {
        for (let N = 1; N <= 8; N++) {
          for (let r = 0; r <= Math.min(M, H, N); r++) {
            const { lambda, multiplicity } = aoyagi([M, H, N], r);
            assert.deepEqual({ lambda, multiplicity }, table(M, H, N, r), `${M} ${H} ${N} rank ${r}`);
            compared++;
          }
        }
      }
    }
    assert.equal(compared, 1808);
  });

  test("networks of width 1 are normal crossings: lambda 1/2, multiplicity as many as layers", () => {
    for (let layers = 1; layers <= 6; layers++) {
      const ones = new Array<number>(layers + 1).fill(1);
      assert.deepEqual(aoyagi(ones, 0), { lambda: 0.5, multiplicity: layers });
      const crossing = known.normalCrossing({ exponents: new Array<number>(layers).fill(1) });
      assert.deepEqual([crossing.lambda, crossing.multiplicity], [0.5, layers]);
    }
  });

  test("one layer is regular, and a network whose layers have full rank is as its product is", () => {
    assert.deepEqual(aoyagi([3, 5], 0), { lambda: 7.5, multiplicity: 1 });
    assert.deepEqual(aoyagi([4, 4, 4, 4], 4), { lambda: 8, multiplicity: 1 });
  });

  test("lambda falls along the depth ladder at constant width, and never exceeds half the dimension", () => {
    let before = Number.POSITIVE_INFINITY;
    for (let depth = 1; depth <= 6; depth++) {
      const widths = new Array<number>(depth + 1).fill(6);
      const { lambda, dim } = known.deepLinear({ widths, rank: 2 });
      assert.ok(lambda <= before && lambda <= dim / 2, `${depth} layers: ${lambda}`);
      before = lambda;
    }
  });

  test("tanh networks", () => {
    const expected = [
      [1 / 2, 2],
      [2 / 3, 1],
      [5 / 6, 1],
      [1, 2],
      [1.1, 1],
      [1.2, 1],
      [1.3, 1],
      [1.4, 1],
      [1.5, 2],
    ];
    expected.forEach(([lambda, multiplicity], i) => {
      const answer = known.tanhNetwork({ hidden: i + 1 });
      close(answer.lambda, lambda, 1e-15);
      assert.equal(answer.multiplicity, multiplicity);
    });
  });

  test("a prior that vanishes raises the poles", () => {
    const { lambda, multiplicity, loss } = known.normalCrossing({ exponents: [1, 2], priorExponents: [0, 1] });
    assert.deepEqual([lambda, multiplicity, loss], [0.5, 2, undefined]);
  });
});

describe("moments at finite temperature", () => {
  test("power wells without localisation have mean and variance lambda at every temperature", () => {
    const { lambda, expected } = known.powers({ powers: [4, 6, 2], coefficients: [3, 0.1, 1] });
    for (const nbeta of [1, 50, 3000]) {
      const { mean, variance } = expected!({ nbeta, gamma: 0 });
      close(mean, lambda, 1e-14);
      close(variance, lambda, 1e-14);
    }
    const light = expected!({ nbeta: 3000, gamma: 1e-6 });
    close(light.mean, lambda, 1e-4);
  });

  test("a quartic well under localisation, by another substitution", () => {
    const { mean } = known.powers({ powers: [4] }).expected!({ nbeta: 7, gamma: 3 });
    // With x = tan(u) on a fine grid.
    let [Z, sum] = [0, 0];
    for (let k = 0.5; k < 200000; k++) {
      const u = (k / 200000) * (Math.PI / 2);
      const x = Math.tan(u);
      const density = Math.exp(-7 * x ** 4 - 1.5 * x * x) / Math.cos(u) ** 2;
      Z += density;
      sum += density * 7 * x ** 4;
    }
    close(mean, sum / Z, 1e-9);
  });

  for (const exponents of [
    [1, 1],
    [1, 2],
    [2, 3],
    [1, 1, 2],
  ]) {
    test(`a normal crossing with exponents ${exponents.join(", ")}: moments against independent draws of the localisation`, () => {
      // Importance weights exp(-tK) on draws from the localisation alone.
      const [nbeta, gamma] = [40, 1];
      const { mean, variance } = known.normalCrossing({ exponents }).expected!({ nbeta, gamma });
      const random = stream(5, exponents.join());
      const w = new Float64Array(exponents.length);
      const [estimate, error] = weighted(400000, () => {
        random.fillNormal(w);
        const tK = exponents.reduce((product, k, i) => product * w[i] ** (2 * k), nbeta);
        return { value: tK, logWeight: -tK };
      });
      assert.ok(Math.abs(mean - estimate) < 4.5 * error, `${mean}, estimated ${estimate} +- ${error}`);
      assert.ok(variance > 0 && variance < 2);
    });
  }

  test("the crossing of two: the slope of its normaliser", () => {
    // Integrating y leaves Z(t) = E (1 + 2 t x^2)^(-1/2), and E tK = -d log Z / d log t.
    const Z = (t: number): number => {
      let sum = 0;
      const n = 400000;
      for (let k = -n; k <= n; k++) {
        const x = (8 * k) / n;
        sum += Math.exp((-x * x) / 2) / Math.sqrt(1 + 2 * t * x * x);
      }
      return sum;
    };
    const t = 25;
    const slope = (Math.log(Z(t * 1.0005)) - Math.log(Z(t / 1.0005))) / (2 * Math.log(1.0005));
    close(known.normalCrossing({ exponents: [1, 1] }).expected!({ nbeta: t, gamma: 1 }).mean, -slope, 1e-6);
  });

  for (const widths of [
    [1, 3, 1],
    [4, 1, 3],
    [2, 2, 2],
    [3, 2, 4],
    [2, 5, 3],
  ]) {
    test(`reduced-rank regression ${widths.join("-")} of rank 0, against weighted draws`, () => {
      const [nbeta, gamma] = [30, 1];
      const [inputs, hidden, outputs] = widths;
      const { expected } = known.reducedRankRegression({ inputs, hidden, outputs });
      const { mean, variance } = expected!({ nbeta, gamma });
      const random = stream(6, widths.join());
      const A = new Float64Array(hidden * inputs);
      // Given A each row of B is Gaussian: weights det(t A A' + 1)^(-outputs / 2), conditional means in closed form, by Cholesky.
      const [estimate, error] = weighted(100000, () => {
        random.fillNormal(A);
        const G = Array.from({ length: hidden }, (_, i) =>
          Array.from({ length: hidden }, (_, j) => {
            let sum = 0;
            for (let k = 0; k < inputs; k++) sum += A[i * inputs + k] * A[j * inputs + k];
            return nbeta * sum;
          }),
        );
        const { logDeterminant, traceOfInverse } = ofShifted(G);
        return { value: (outputs / 2) * (hidden - traceOfInverse), logWeight: (-outputs / 2) * logDeterminant };
      });
      assert.ok(Math.abs(mean - estimate) < 4.5 * error, `${mean}, estimated ${estimate} +- ${error}`);
      assert.ok(variance > 0);
    });
  }

  test("transposed networks have the same moments", () => {
    const at = { nbeta: 100, gamma: 2 };
    const one = known.deepLinear({ widths: [2, 2, 5] }).expected!(at);
    const other = known.deepLinear({ widths: [5, 2, 2] }).expected!(at);
    close(one.mean, other.mean, 1e-11);
    close(one.variance, other.variance, 1e-11);
  });

  test("approach lambda - (m - 1) / log t", () => {
    const { lambda, multiplicity, expected } = known.normalCrossing({ exponents: [1, 1] });
    for (const nbeta of [1e6, 1e9]) {
      const { mean } = expected!({ nbeta, gamma: 1 });
      const leading = lambda - (multiplicity - 1) / Math.log(nbeta);
      assert.ok(Math.abs(mean - leading) < 4 / Math.log(nbeta) ** 2, `${mean} at ${nbeta}, leading ${leading}`);
    }
  });
});

describe("losses of known models", () => {
  const answers = {
    quadratic: known.quadratic({ curvatures: [1, 0, 3] }),
    powers: known.powers({ powers: [4, 2] }),
    normalCrossing: known.normalCrossing({ exponents: [1, 2] }),
    deepLinear: known.deepLinear({ widths: [3, 2, 4], rank: 1 }),
    tanhNetwork: known.tanhNetwork({ hidden: 2 }),
    mixture: known.mixture(),
    lineAndPoint: known.lineAndPoint(),
  };
  for (const [name, { dim, loss, center }] of Object.entries(answers)) {
    test(`${name}: 0 and flat at the centre, at least 0 around it`, () => {
      assert.ok(loss !== undefined && center !== undefined);
      assert.equal(loss.dim, dim);
      const gradient = new Float64Array(dim);
      close(loss.valueAndGradient(center, gradient), 0, 1e-15);
      for (const slope of gradient) close(slope, 0, 1e-15);
      const random = stream(7, name);
      for (let k = 0; k < 200; k++) {
        const w = center.map((x) => x + 0.3 * random.normal());
        assert.ok(loss.value(w) >= -1e-15, `${loss.value(w)} at ${w}`);
      }
    });
  }

  test("what does not fit is refused", () => {
    const refused: [() => unknown, RegExp][] = [
      [() => known.powers({ powers: [3] }), /known.powers: powers\[0\] must be an even integer of at least 2, got 3/],
      [() => known.powers({ powers: [] }), /powers must be a list of at least one number/],
      [() => known.normalCrossing({ exponents: [0, 0] }), /exponents must be not all 0/],
      [() => known.deepLinear({ widths: [3] }), /widths must be at least two numbers/],
      [() => known.deepLinear({ widths: [3, 2], rank: 3 }), /rank must be at most 2, the least width, got 3/],
      [() => known.quadratic({ curvatures: [-1] }), /curvatures\[0\] must be/],
      [
        () => known.normalCrossing({ exponents: [1, 1] }).expected!({ nbeta: 1, gamma: 0 }),
        /gamma must be positive: without a localisation/,
      ],
      [() => known.mixture({ free: "none" as "one mean" }), /free must be one of/],
    ];
    for (const [make, message] of refused) assert.throws(make, message);
  });
});

/** A weighted mean with its standard error (the delta method). */
function weighted(draws: number, draw: () => { value: number; logWeight: number }): [number, number] {
  const all = Array.from({ length: draws }, draw);
  const most = all.reduce((max, { logWeight }) => Math.max(max, logWeight), Number.NEGATIVE_INFINITY);
  const weights = all.map(({ logWeight }) => Math.exp(logWeight - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = all.reduce((sum, { value }, i) => sum + weights[i] * value, 0) / total;
  const squares = all.reduce((sum, { value }, i) => sum + (weights[i] * (value - mean)) ** 2, 0);
  return [mean, Math.sqrt(squares) / total];
}

/** log det (G + 1) and trace (G + 1)^-1, by Cholesky. */
function ofShifted(G: number[][]): { logDeterminant: number; traceOfInverse: number } {
  const n = G.length;
  const L = G.map((row) => row.map(() => 0));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = G[i][j] + (i === j ? 1 : 0);
      for (let k = 0; k < j; k++) sum -= L[i][k] * L[j][k];
      L[i][j] = i === j ? Math.sqrt(sum) : sum / L[j][j];
    }
  }
  let traceOfInverse = 0;
  for (let column = 0; column < n; column++) {
    const x = new Array<number>(n).fill(0);
    for (let i = 0; i < n; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = 0; k < i; k++) sum -= L[i][k] * x[k];
      x[i] = sum / L[i][i];
    }
    traceOfInverse += x.reduce((sum, value) => sum + value * value, 0);
  }
  return { logDeterminant: 2 * L.reduce((sum, row, i) => sum + Math.log(row[i]), 0), traceOfInverse };
}
