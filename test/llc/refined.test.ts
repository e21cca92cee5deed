// What an estimate can be asked beside its mean: some parameters only, other losses, the error of L(w*), the data's own part.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import {
  hmc,
  known,
  type LlcEstimate,
  likelihoods,
  llc,
  loss,
  lossOnRows,
  mlp,
  networkLoss,
  sample,
  stream,
  tempered,
  type tensor,
} from "../../src/index.js";

const Z = 4.5;
const quick = { chains: 4, warmup: 400, draws: 2000, seed: 8, workers: 0, onEvent() {} } as const;
const { loss: bowl, center } = known.quadratic({ curvatures: [1, 4, 0.1] });

function assertNear({ mean, standardError }: LlcEstimate, exact: number): void {
  assert.ok(Math.abs(mean - exact) < Z * standardError, `${mean} +- ${standardError}, exactly ${exact}`);
}

describe("a mask", () => {
  const half = (h: number, t: number): number => (0.5 * t * h) / (t * h + 1);

  test("lets only its parameters move: the coefficient is that of these", async () => {
    const estimate = await llc(bowl!, { ...quick, center: center!, mask: [1, "w[2]"] });
    const t = estimate.dataSize * estimate.beta;
    assertNear(estimate, half(4, t) + half(0.1, t));
    assert.deepEqual([estimate.dim, estimate.moving, estimate.center.length], [2, [1, 2], 3]);
    assert.deepEqual(estimate.draws.names, ["w[1]", "w[2]"]);
    assert.match(inspect(estimate), /2 of 3 parameters move/);
  });

  test("with all parameters changes nothing, to the last bit", async () => {
    const options = { ...quick, center: center!, draws: 50 };
    const [all, masked] = [await llc(bowl!, options), await llc(bowl!, { ...options, mask: () => true })];
    assert.deepEqual(masked.trace, all.trace);
  });

  test("makes no difference of a parameter that the loss does not see", async () => {
    const seen = loss(2, 1000, (w) => w.slice(0, 1).square().sum());
    const only = loss(1, 1000, (w) => w.square().sum());
    const options = { ...quick, draws: 200 };
    const masked = await llc(seen, { ...options, center: [0, 3], mask: [0] });
    const alone = await llc(only, { ...options, center: [0] });
    assert.deepEqual(masked.trace, alone.trace);
  });

  test("is an energy whose gradients are those of its values, mini-batches too, in a worker as here", async () => {
    const network = mlp({ inputs: 1, hidden: [3], outputs: 1 });
    const inputs = [0.3, -1, 2, 0.7, 1.4];
    const data = networkLoss(network, { inputs, outputs: inputs.map((x) => x * x) }, likelihoods.gaussian());
    const at = network.initialize(stream(1, "mask"));
    const U = tempered(data, { center: at, beta: 1, mask: ["layer 1 weight"] });
    assert.deepEqual([U.dim, U.names[2]], [3, "layer 1 weight[0,2]"]);
    const q = Float64Array.of(0.1, 0.2, -0.4);
    const [whole, batch] = [new Float64Array(3), new Float64Array(3)];
    U.valueAndGradient(q, whole);
    U.stochastic!.gradient(q, Uint32Array.of(0, 1, 2, 3, 4), batch);
    for (let i = 0; i < 3; i++) {
      const step = (h: number): number => U.value(q.map((x, k) => (k === i ? x + h : x)));
      assert.ok(Math.abs((step(1e-5) - step(-1e-5)) / 2e-5 - whole[i]) < 1e-6);
      assert.ok(Math.abs(batch[i] - whole[i]) < 1e-12);
    }
    const options = { chains: 2, warmup: 20, draws: 20, seed: 2, onEvent() {} };
    const [here, there] = [
      await sample(U, hmc(), { ...options, workers: 0 }),
      await sample(U, hmc(), { ...options, workers: 2 }),
    ];
    assert.deepEqual(there.position, here.position);
  });

  test("that names nothing, or what there is not, is refused", async () => {
    const refused = (mask: never) => llc(bowl!, { ...quick, center: center!, mask });
    await assert.rejects(refused([3] as never), /llc: mask must be of parameters below 3/);
    await assert.rejects(refused(["v"] as never), /llc: mask must be of parameters below 3.*got "v"/);
    await assert.rejects(refused([] as never), /mask must leave at least one parameter/);
    await assert.rejects(refused("w" as never), /mask must be names and indices/);
  });
});

describe("observed losses", () => {
  test("are evaluated on the same draws: the loss itself gives the estimate again, another its own mean", async () => {
    const first = loss(3, 77, (w) => w.slice(0, 1).square().sum().mul(0.5));
    for (const workers of [0, 2]) {
      const observe = { itself: bowl!, first };
      const estimate = await llc(bowl!, { ...quick, workers, center: center!, observe });
      const { itself, first: other } = estimate.observed!;
      assert.ok(Math.abs(itself.mean - estimate.mean) < 1e-9);
      assert.ok(Math.abs(itself.standardError - estimate.standardError) < 1e-9);
      const t = estimate.dataSize * estimate.beta;
      const exact = (0.5 * t) / (t + 1);
      assert.ok(Math.abs(other.mean - exact) < Z * other.standardError, `${other.mean}, exactly ${exact}`);
      assert.match(inspect(estimate), /first: 0\.4/);
    }
  });

  test("are refused where they have other parameters", async () => {
    const observe = { other: loss(2, 10, (w) => w.square().sum()) };
    await assert.rejects(llc(bowl!, { ...quick, center: center!, observe }), /observe\.other must be a loss of 3/);
  });
});

describe("the loss at the centre", () => {
  const random = stream(3, "rows");
  const y = Array.from({ length: 500 }, () => random.normal());
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const data = loss(1, 500, (w, rows) => rows.y.sub(w).square().mean().mul(0.5), { y });

  test("from some rows has the error of a finite population, and none where they are all", () => {
    const all = lossOnRows(data, [mean]);
    assert.ok(Math.abs(all.value - data.value(Float64Array.of(mean))) < 1e-12);
    assert.equal(all.standardError, 0);
    const zs = Array.from({ length: 200 }, (_, seed) => {
      const some = lossOnRows(data, [mean], { rows: 100, seed });
      return (some.value - all.value) / some.standardError;
    });
    const spread = zs.reduce((sum, z) => sum + z * z, 0) / zs.length;
    // The squares of 200 standard normal numbers: 1 within 4.5 sqrt(2 / 200).
    assert.ok(Math.abs(spread - 1) < 0.45, `${spread}`);
  });

  test("given with an error widens that of the estimate, in quadrature and times n beta", async () => {
    const options = { ...quick, center: [mean] };
    const exact = await llc(data, options);
    const value = exact.lossAtCenter;
    const given = await llc(data, { ...options, lossAtCenter: { value, standardError: 1e-3 } });
    const nbeta = given.dataSize * given.beta;
    assert.equal(given.mean, exact.mean);
    assert.ok(Math.abs(given.centerError! - 1e-3 * nbeta) < 1e-12);
    assert.ok(Math.abs(given.standardError - Math.hypot(exact.standardError, 1e-3 * nbeta)) < 1e-12);
    assert.ok(given.interval[1] > exact.interval[1] && exact.centerError === undefined);
    const shifted = await llc(data, { ...options, lossAtCenter: value - 0.01 });
    assert.ok(Math.abs(shifted.mean - exact.mean - 0.01 * nbeta) < 1e-9);
    await assert.rejects(llc(data, { ...options, lossAtCenter: Number.NaN }), /lossAtCenter must be a finite number/);
  });
});

test("at the truth the data shift a regular estimate by -beta d/2 on average, by sqrt(d/2) beta from one to the next", async () => {
  // The posterior of a Gaussian mean is exact: what the chains would find at the truth is d/2 - n beta |mean|^2 / 2 over many data sets.
  const [d, n] = [4, 100];
  const beta = 1 / Math.log(n);
  const random = stream(5, "truth");
  const found = Array.from({ length: 20_000 }, () => {
    let squares = 0;
    for (let i = 0; i < d; i++) squares += random.normal() ** 2 / n;
    return d / 2 - (n * beta * squares) / 2;
  });
  const mean = found.reduce((sum, x) => sum + x, 0) / found.length;
  const sd = Math.sqrt(found.reduce((sum, x) => sum + (x - mean) ** 2, 0) / found.length);

  const truth = new Float64Array(d);
  const y = Array.from({ length: n }, () => Array.from({ length: d }, () => random.normal()));
  const data = loss(
    d,
    n,
    (w, rows) =>
      rows.y
        .sub(w.reshape([1, d]))
        .square()
        .sum(1)
        .mean()
        .mul(0.5),
    { y },
  );
  const estimate = await llc(data, { ...quick, center: truth, gamma: 0, atTruth: true });
  const { shift, standardError } = estimate.dataTerm!;
  assert.ok(Math.abs(mean - d / 2 - -beta * (d / 2)) < 0.02);
  // The term is computed from this one estimate, which is itself within its error of the mean over data sets.
  assert.ok(Math.abs(estimate.mean - mean) < Z * Math.hypot(sd, estimate.standardError));
  assert.ok(
    Math.abs(shift / (mean - d / 2) - 1) < 0.6 && Math.abs(standardError / sd - 1) < 0.4,
    `${shift} ${standardError}`,
  );
  assert.match(inspect(estimate), /the centre is the truth/);
  assert.equal((await llc(data, { ...quick, draws: 100, center: truth })).dataTerm, undefined);
});

describe("what changes nothing", () => {
  const random = stream(11, "invariance");
  const n = 64;
  const x = Array.from({ length: n }, () => random.normal());
  const y = x.map((value) => Math.sin(value) + 0.2 * random.normal());
  const network = mlp({ inputs: 1, hidden: [3], outputs: 1 });
  const w = network.initialize(stream(2, "start"));
  const options = { ...quick, draws: 300, center: w, gamma: 10, sampler: hmc({ stepSize: 0.05, leapfrogSteps: 8 }) };
  const close = (a: LlcEstimate, b: LlcEstimate, tolerance: number): void => {
    assert.ok(Math.abs(a.mean - b.mean) < tolerance * (1 + Math.abs(a.mean)), `${a.mean} and ${b.mean}`);
    assert.ok(Math.abs(a.standardError - b.standardError) < tolerance, `${a.standardError} and ${b.standardError}`);
  };
  const of = (inputs: number[], outputs: number[], more: (L: tensor.Tensor) => tensor.Tensor = (L) => L) =>
    loss(
      network.dim,
      n,
      (parameters, rows) =>
        more(
          network
            .apply(parameters, rows.x.reshape([rows.x.shape[0], 1]))
            .sub(rows.y.reshape([rows.y.shape[0], 1]))
            .square()
            .mean(),
        ),
      { x: inputs, y: outputs },
    );

  test("a constant added to the loss", async () => {
    const plain = await llc(of(x, y), options);
    close(
      plain,
      await llc(
        of(x, y, (L) => L.add(7)),
        options,
      ),
      1e-6,
    );
  });

  test("the order of the data", async () => {
    const order = [...stream(3, "order").permutation(n)];
    const permuted = of(
      order.map((i) => x[i]),
      order.map((i) => y[i]),
    );
    close(await llc(of(x, y), options), await llc(permuted, options), 1e-6);
  });

  test("k times the loss at beta over k", async () => {
    const plain = await llc(of(x, y), { ...options, beta: 0.25 });
    close(
      plain,
      await llc(
        of(x, y, (L) => L.mul(4)),
        { ...options, beta: 0.0625 },
      ),
      1e-6,
    );
  });

  test("rescaled ReLU units, where the masses are rescaled with them", async () => {
    // relu(a x + b) v is relu(2 a x + 2 b) v / 2: in coordinates that masses make alike, the chains are the same.
    const base = mlp({ inputs: 1, hidden: [3], outputs: 1, activation: "relu" });
    const scale = base.layout.flatMap(({ name, shape }) => {
      const factor = name.startsWith("layer 1") ? 2 : name === "layer 2 weight" ? 0.5 : 1;
      return new Array<number>(shape.reduce((product, length) => product * length, 1)).fill(factor);
    });
    const data = networkLoss(base, { inputs: x, outputs: y }, likelihoods.gaussian({ sigma: 0.2 }));
    const start = base.initialize(stream(4, "relu"));
    const run = (factors: readonly number[]): Promise<LlcEstimate> => {
      const mass = factors.map((factor) => 1 / (factor * factor));
      const sampler = hmc({ stepSize: 0.01, leapfrogSteps: 8, mass });
      // The localisation of llc is alike in all directions, and so is left out.
      return llc(data, {
        ...options,
        draws: 100,
        gamma: 0,
        sampler,
        center: start.map((value, i) => value * factors[i]),
      });
    };
    const plain = await run(scale.map(() => 1));
    close(plain, await run(scale), 1e-6);
    assert.ok(plain.draws.stats.accepted?.some((accepted) => accepted > 0) ?? plain.standardError > 0);
  });
});
