// Energies of models on data: their formulae, their exact posteriors by quadrature and conjugacy, and data that make no sense.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkGradient, type Energy, energies } from "../../src/energies/index.js";
import { mlp } from "../../src/networks/index.js";
import { stream } from "../../src/random/index.js";
import { assertClose } from "./differences.js";

const effects = [28, 8, -3, 7, -1, 1, 18, 12];
const errors = [15, 10, 16, 11, 9, 11, 10, 18];

/** U in the user's coordinates: the energy without its Jacobian. */
function atPosition(energy: Energy, q: readonly number[], logJacobian: (z: Float64Array) => number): number {
  const z = new Float64Array(q.length);
  energy.transform!.unconstrain(Float64Array.from(q), z);
  return energy.value(z) + logJacobian(z);
}

test("eight schools: both parameterisations are the model's formula", () => {
  const [mu, tau] = [3, 4.5];
  const eta = [0.3, -1, 0.2, 0.9, -0.4, 0, 1.2, -0.7];
  const theta = eta.map((x) => mu + tau * x);
  const shared =
    mu ** 2 / 50 +
    Math.log(1 + (tau / 5) ** 2) +
    theta.reduce((sum, x, j) => sum + (effects[j] - x) ** 2 / (2 * errors[j] ** 2), 0) +
    eta.reduce((sum, x) => sum + (x * x) / 2, 0);
  const free = energies.eightSchools();
  const centred = energies.eightSchools({ centered: true });
  assert.deepEqual(free.names.slice(0, 4), ["mu", "tau", "eta[0]", "eta[1]"]);
  assert.deepEqual(centred.names.slice(8), ["theta[6]", "theta[7]"]);
  assertClose([atPosition(free, [mu, tau, ...eta], (z) => z[1])], [shared], 1e-13);
  assertClose([atPosition(centred, [mu, tau, ...theta], (z) => z[1])], [shared + 8 * Math.log(tau)], 1e-13);
});

test("eight schools: normaliser and moments are the integrals they stand for", () => {
  const energy = energies.eightSchools();
  const { mean, covariance, logNormalizer } = energy.exact!;
  // Given mu and tau the schools are independent: each one's integral is taken on its own, through the energy with the others at 0.
  const sums = { one: 0, mu: 0, tau: 0, muMu: 0, tauTau: 0, eta: new Float64Array(8) };
  const [muStep, tStep, etaStep] = [3, 0.5, 0.25];
  const z = new Float64Array(10);
  for (let t = -22; t <= 4.5; t += tStep) {
    for (let mu = -30; mu <= 39; mu += muStep) {
      z.fill(0);
      [z[0], z[1]] = [mu, t];
      const base = energy.value(z);
      let density = Math.exp(-base) * muStep * tStep;
      const means = new Float64Array(8);
      for (let j = 0; j < 8; j++) {
        let [zeroth, first] = [0, 0];
        for (let eta = -8; eta <= 8; eta += etaStep) {
          z[j + 2] = eta;
          const factor = etaStep * Math.exp(base - energy.value(z));
          zeroth += factor;
          first += factor * eta;
        }
        z[j + 2] = 0;
        density *= zeroth;
        means[j] = first / zeroth;
      }
      const tau = Math.exp(t);
      sums.one += density;
      sums.mu += density * mu;
      sums.muMu += density * mu * mu;
      sums.tau += density * tau;
      sums.tauTau += density * tau * tau;
      for (let j = 0; j < 8; j++) sums.eta[j] += density * means[j];
    }
  }
  const expected = [sums.mu, sums.tau, ...sums.eta].map((sum) => sum / sums.one);
  assertClose([logNormalizer!], [Math.log(sums.one)], 1e-5);
  assertClose(mean!, expected, 1e-4);
  const spread = [sums.muMu / sums.one - expected[0] ** 2, sums.tauTau / sums.one - expected[1] ** 2];
  assertClose([covariance![0][0], covariance![1][1]], spread, 1e-3);
});

test("eight schools: theta's moments are those of mu + tau eta", () => {
  const { mean } = energies.eightSchools({ centered: true }).exact!;
  const free = energies.eightSchools().exact!;
  assertClose(mean!.slice(0, 2), free.mean!.slice(0, 2), 1e-12);
  assertClose([energies.eightSchools({ centered: true }).exact!.logNormalizer!], [free.logNormalizer!], 1e-12);
  // E theta_j = E mu + E tau eta_j = E mu + E tau E eta_j + cov(tau, eta_j).
  const expected = effects.map(
    (_, j) => free.mean![0] + free.mean![1] * free.mean![j + 2] + free.covariance![1][j + 2],
  );
  assertClose(mean!.slice(2), expected, 1e-12);
});

const x = [
  [0.3, 1],
  [1.2, -0.4],
  [2, 0.7],
  [-1, 0.2],
  [0.1, -2],
];
const y = [1.1, 2.2, 4.3, -1.7, -0.4];

test("linear regression: the energy is the formula's", () => {
  const known = energies.linearRegression({ x, y, sigma: 0.5, priorScale: 3 });
  const unknown = energies.linearRegression({ x, y, priorScale: 3, sigmaScale: 2 });
  const beta = [0.2, 1.5, -0.7];
  const residuals = y.map((outcome, i) => outcome - beta[0] - beta[1] * x[i][0] - beta[2] * x[i][1]);
  const squares = residuals.reduce((sum, r) => sum + r * r, 0);
  const prior = beta.reduce((sum, b) => sum + b * b, 0) / 18;
  assert.deepEqual(known.names, ["intercept", "beta[0]", "beta[1]"]);
  assert.deepEqual(unknown.names, ["intercept", "beta[0]", "beta[1]", "sigma"]);
  assertClose([known.value(Float64Array.from(beta))], [squares / 0.5 + prior], 1e-13);
  const expected = squares / (2 * 0.64) + prior + 5 * Math.log(0.8) + 0.64 / 8;
  assertClose([atPosition(unknown, [...beta, 0.8], (z) => z[3])], [expected], 1e-13);
});

test("linear regression of known sigma: the mean has no gradient, and the gradient's slope is the precision", () => {
  const energy = energies.linearRegression({ x, y, sigma: 0.5 });
  const { mean, covariance } = energy.exact!;
  const [center, gradient] = [Float64Array.from(mean!), new Float64Array(3)];
  energy.valueAndGradient(center, gradient);
  assertClose(gradient, [0, 0, 0], 1e-12);
  // The energy is quadratic, so differences are exact: precision times covariance is the identity.
  const product = mean!.map((_, i) => {
    energy.valueAndGradient(
      center.map((value, k) => value + covariance![i][k]),
      gradient,
    );
    return Array.from(gradient);
  });
  assertClose(product.flat(), [1, 0, 0, 0, 1, 0, 0, 0, 1], 1e-11);
});

for (const [name, options] of [
  ["five data", { x: [1, 2, -1, 0.5, 3], y: [1.2, 1.7, -0.6, 0.4, 3.5] }],
  // The prior all but forbids the slope that the data show, so that sigma can be small or large.
  ["data against their prior", { x: [1, 2, -1, 0.5], y: [5, 10.1, -5, 2.4], priorScale: 0.9, sigmaScale: 30 }],
  ["one datum", { x: [2], y: [3], priorScale: 2, sigmaScale: 1 }],
] as const) {
  test(`linear regression of unknown sigma on ${name}: the facts are the integrals they stand for`, () => {
    const energy = energies.linearRegression({ ...options, intercept: false });
    const { mean, covariance, logNormalizer } = energy.exact!;
    const size = options.x.reduce((sum, value) => sum + value * value, 0);
    const fit = options.x.reduce((sum, value, i) => sum + value * options.y[i], 0);
    const precisionOfPrior = 1 / ("priorScale" in options ? options.priorScale : 10) ** 2;
    let one = 0;
    const [first, second] = [new Float64Array(2), new Float64Array(4)];
    for (let t = -30; t <= 6; t += 0.05) {
      // For each sigma a grid around the coefficient's normal law.
      const [sigma, precision] = [Math.exp(t), size * Math.exp(-2 * t) + precisionOfPrior];
      const center = (fit * Math.exp(-2 * t)) / precision;
      for (let k = -18; k <= 18; k++) {
        const beta = center + (0.5 * k) / Math.sqrt(precision);
        const density = (Math.exp(-energy.value(Float64Array.of(beta, t))) * 0.05 * 0.5) / Math.sqrt(precision);
        one += density;
        const q = [beta, sigma];
        for (let i = 0; i < 2; i++) {
          first[i] += density * q[i];
          for (let j = 0; j < 2; j++) second[2 * i + j] += density * q[i] * q[j];
        }
      }
    }
    const means = Array.from(first, (sum) => sum / one);
    assertClose([logNormalizer!], [Math.log(one)], 1e-9);
    assertClose(mean!, means, 1e-9);
    assertClose(
      covariance!.flat(),
      Array.from(second, (sum, k) => sum / one - means[k >> 1] * means[k & 1]),
      1e-8,
    );
  });
}

test("data that their predictors explain exactly leave no posterior of sigma", () => {
  const exact = { x: [0, 1, 2], y: [1, 3, 5] };
  assert.throws(
    () => energies.linearRegression(exact),
    /the predictors explain y exactly, so that sigma has no posterior; give sigma/,
  );
  assert.throws(() => energies.linearRegression({ x: [1, 2, 3], y: [0, 0, 0] }), /explain y exactly/);
  assertClose(energies.linearRegression({ ...exact, sigma: 1e-3 }).exact!.mean!, [1, 2], 1e-5);
});

test("logistic regression: the energy is the formula's, and large logits do not overflow", () => {
  const outcomes = [1, 0, 1, 1, 0];
  const energy = energies.logisticRegression({ x, y: outcomes, priorScale: 2 });
  const value = (beta: readonly number[]): number =>
    x.reduce(
      (sum, [a, b], i) => {
        const eta = beta[0] + beta[1] * a + beta[2] * b;
        return sum - Math.log(outcomes[i] === 1 ? 1 / (1 + Math.exp(-eta)) : 1 / (1 + Math.exp(eta)));
      },
      beta.reduce((sum, b) => sum + b * b, 0) / 8,
    );
  for (const beta of [
    [0, 0, 0],
    [0.3, -1, 2],
    [5, 4, -7],
  ]) {
    assertClose([energy.value(Float64Array.from(beta))], [value(beta)], 1e-12);
  }
  const far = Float64Array.of(1e4, 0, 0);
  assertClose([energy.value(far) / (2e4 + 1e8 / 8)], [1], 1e-12);
  const { ok, message } = checkGradient(energy);
  assert.ok(ok, message);
});

test("separable data have a proper posterior all the same", () => {
  const energy = energies.logisticRegression({ x: [-2, -1, 1, 2], y: [0, 0, 1, 1], intercept: false });
  const integral = (step: number): number => {
    let sum = 0;
    for (let beta = -60; beta <= 60; beta += step) sum += step * Math.exp(-energy.value(Float64Array.of(beta)));
    return sum;
  };
  assert.ok(integral(0.1) > 0.1 && integral(0.1) < 100);
  assertClose([integral(0.1)], [integral(0.05)], 1e-10);
});

for (const centered of [false, true]) {
  test(`stochastic volatility, ${centered ? "log volatilities" : "innovations"} as coordinates: the energy is the formula's`, () => {
    const returns = [0.3, -1.2, 0.4, 2];
    const [mu, phi, sigma] = [-0.4, 0.8, 0.3];
    const innovations = [0.5, -1, 0.2, 1.4];
    const h: number[] = [];
    innovations.forEach((z, t) => {
      h.push(t === 0 ? mu + (sigma * z) / Math.sqrt(1 - phi * phi) : mu + phi * (h[t - 1] - mu) + sigma * z);
    });
    const misfit = returns.reduce((sum, r, t) => sum + h[t] / 2 + (r * r * Math.exp(-h[t])) / 2, 0);
    const priors = Math.log(1 + (mu / 10) ** 2) + Math.log(1 + (sigma / 5) ** 2);
    const standard = innovations.reduce((sum, z) => sum + (z * z) / 2, 0);
    // dh/dz is triangular with sigma on its diagonal, but sigma / sqrt(1 - phi^2) at the first.
    const change = centered ? 4 * Math.log(sigma) - 0.5 * Math.log(1 - phi * phi) : 0;
    const energy = energies.stochasticVolatility({ returns, centered });
    // phi = 2 s(z) - 1 has the derivative (1 - phi^2) / 2.
    const logJacobian = (z: Float64Array): number => Math.log((1 - phi * phi) / 2) + z[2];
    const q = [mu, phi, sigma, ...(centered ? h : innovations)];
    assertClose([atPosition(energy, q, logJacobian)], [misfit + priors + standard + change], 1e-12);
    assert.equal(energy.names[3], centered ? "h[0]" : "z[0]");
    for (const returnsOfAnyLength of [returns, [1]]) {
      const { ok, message } = checkGradient(energies.stochasticVolatility({ returns: returnsOfAnyLength, centered }));
      assert.ok(ok, message);
    }
  });
}

test("a neural network's energy is its prior and its misfit", () => {
  const network = mlp({ inputs: 2, hidden: [3], outputs: 2 });
  const w = new Float64Array(network.dim);
  stream(1).fillNormal(w);
  const inputs = [
    [0.3, -1],
    [1, 0.5],
    [-0.2, 0.8],
  ];
  const prior = w.reduce((sum, value) => sum + value * value, 0) / 8;
  // Weights [in, out] row-major, then biases, layer by layer.
  const outputs = inputs.map((input) => {
    const hidden = [0, 1, 2].map((k) => Math.tanh(input[0] * w[k] + input[1] * w[3 + k] + w[6 + k]));
    return [0, 1].map((k) => hidden.reduce((sum, value, i) => sum + value * w[9 + 2 * i + k], w[15 + k]));
  });
  const targets = [
    [1, 0],
    [0.5, -1],
    [2, 2],
  ];
  const squares = outputs.flatMap((row, i) => row.map((value, k) => (value - targets[i][k]) ** 2));
  const gaussian = energies.neuralNetwork({ network, inputs, outputs: targets, sigma: 0.5, priorScale: 2 });
  assertClose([gaussian.value(w)], [squares.reduce((sum, s) => sum + s) * 2 + prior], 1e-12);
  assert.deepEqual(gaussian.names.slice(0, 2), ["w[0]", "w[1]"]);
  const labels = [0, 1, 1];
  const categorical = energies.neuralNetwork({
    network,
    inputs,
    outputs: labels,
    likelihood: "categorical",
    priorScale: 2,
  });
  const surprise = outputs.map((row, i) => -row[labels[i]] + Math.log(Math.exp(row[0]) + Math.exp(row[1])));
  assertClose([categorical.value(w)], [surprise.reduce((sum, s) => sum + s) + prior], 1e-12);
  const yes = [
    [1, 0],
    [0, 0],
    [1, 1],
  ];
  const bernoulli = energies.neuralNetwork({ network, inputs, outputs: yes, likelihood: "bernoulli", priorScale: 2 });
  const odds = outputs.flatMap((row, i) =>
    row.map((logit, k) => Math.log(1 + Math.exp(yes[i][k] === 1 ? -logit : logit))),
  );
  assertClose([bernoulli.value(w)], [odds.reduce((sum, s) => sum + s) + prior], 1e-12);
  for (const energy of [gaussian, categorical, bernoulli]) {
    const { ok, message } = checkGradient(energy);
    assert.ok(ok, message);
  }
});

test("a linear network is a linear regression", () => {
  const network = mlp({ inputs: 2, hidden: [], outputs: 1 });
  const asNetwork = energies.neuralNetwork({ network, inputs: x, outputs: y, sigma: 0.5, priorScale: 3 });
  const asRegression = energies.linearRegression({ x, y, sigma: 0.5, priorScale: 3 });
  // The network's bias, the intercept, comes last.
  assertClose([asNetwork.value(Float64Array.of(1, 2, 3))], [asRegression.value(Float64Array.of(3, 1, 2))], 1e-13);
});

test("data that make no sense are refused by name", () => {
  const call = energies as unknown as Record<string, (options?: unknown) => Energy>;
  const network = mlp({ inputs: 1, hidden: [2], outputs: 1 });
  const refused: readonly [string, unknown, RegExp][] = [
    ["linearRegression", undefined, /energies\.linearRegression: options must be an object, got undefined/],
    ["linearRegression", { x, y: [] }, /y must be at least one outcome, got a list of length 0/],
    ["linearRegression", { x, y: [1, 2] }, /x must be 2 rows of predictors, one per outcome, got a list of length 5/],
    ["linearRegression", { x: [[1], [1, 2]], y: [1, 2] }, /x\[1\] must be 1 finite number, got a list of length 2/],
    ["linearRegression", { x: [1, Number.NaN], y: [1, 2] }, /x\[1\] must be a finite number, got NaN/],
    ["linearRegression", { x: [[1], null], y: [1, 2] }, /x\[1\] must be 1 finite number, got null/],
    ["linearRegression", { x: [1, 2], y: [1, Number.NaN] }, /y\[1\] must be a finite number, got NaN/],
    ["linearRegression", { x: [[], []], y: [1, 2], intercept: false }, /x must be rows of at least one predictor/],
    ["linearRegression", { x: [1], y: [1], sigma: 0 }, /sigma must be a positive number, got 0/],
    ["linearRegression", { x: [1], y: [1], intercept: 1 }, /intercept must be true or false, got 1/],
    ["logisticRegression", { x: [1, 2], y: [0, 2] }, /energies\.logisticRegression: y\[1\] must be 0 or 1, got 2/],
    [
      "logisticRegression",
      { x: [1, 2], y: [0, 1], priorScale: Number.POSITIVE_INFINITY },
      /priorScale must be a positive/,
    ],
    ["stochasticVolatility", { returns: [] }, /returns must be at least one number, got a list of length 0/],
    ["stochasticVolatility", { returns: [1, Number.NaN] }, /returns\[1\] must be a finite number, got NaN/],
    ["stochasticVolatility", { returns: [1], centered: "no" }, /centered must be true or false, got "no"/],
    ["neuralNetwork", { inputs: [1], outputs: [1] }, /network must be a network such as mlp\(\.\.\.\) makes, with dim/],
    ["neuralNetwork", { network, inputs: [], outputs: [] }, /inputs must be at least one row of numbers/],
    [
      "neuralNetwork",
      { network, inputs: [1, 2], outputs: [1] },
      /outputs must be 2 rows of numbers, one per row of inputs/,
    ],
    [
      "neuralNetwork",
      { network, inputs: [1], outputs: [[1, 2]] },
      /must be a tensor of shape \[1, 2\], got shape \[1, 1\]/,
    ],
    [
      "neuralNetwork",
      { network, inputs: [1], outputs: [0.5], likelihood: "bernoulli" },
      /outputs\[0\] must be 0 or 1, got 0.5/,
    ],
    [
      "neuralNetwork",
      { network, inputs: [1], outputs: [1], likelihood: "categorical" },
      /outputs\[0\] must be a class label from 0 to 0, got 1/,
    ],
    [
      "neuralNetwork",
      { network, inputs: [1], outputs: [1], likelihood: "poisson" },
      /likelihood must be one of "gaussian"/,
    ],
    [
      "neuralNetwork",
      { network, inputs: [1], outputs: [1], likelihood: "bernoulli", sigma: 1 },
      /sigma belongs to the gaussian/,
    ],
    [
      "neuralNetwork",
      { network: { dim: 1, apply: () => 1 }, inputs: [1], outputs: [1] },
      /network\.apply returns must be a tensor/,
    ],
  ];
  for (const [name, options, message] of refused) {
    assert.throws(() => call[name](options), { name: "RangeError", message }, `${name} ${message}`);
  }
});
