import assert from "node:assert/strict";
import { test } from "node:test";
import { stream } from "../../src/random/index.js";
import { dualAveraging } from "../../src/samplers/dual-averaging.js";
import { inverseOf, writeInverseMass } from "../../src/samplers/mass.js";
import { searchStepSize } from "../../src/samplers/step-size-search.js";
import { stanWarmup } from "../../src/samplers/warmup.js";
import { welford } from "../../src/samplers/welford.js";
import { windows } from "../../src/samplers/windows.js";

test("dual averaging finds the step size whose acceptance is the target, column by column", () => {
  const random = stream(11);
  const averaging = dualAveraging(2, { target: 0.8 });
  // Acceptance exp(-step / scale), observed with noise: 0.8 at step = -scale ln 0.8.
  const scales = [1, 0.01];
  scales.forEach((_, c) => {
    averaging.restart(c, 1);
  });
  scales.forEach((scale, c) => {
    let step = 1;
    for (let t = 0; t < 4000; t++) {
      step = averaging.update(c, Math.min(1, Math.exp(-step / scale) + 0.1 * random.normal()));
    }
    const exact = -scale * Math.log(0.8);
    assert.ok(Math.abs(averaging.average(c) / exact - 1) < 0.1, `${averaging.average(c)} is not near ${exact}`);
  });
});

test("the first update of dual averaging is Hoffman and Gelman's algorithm 5", () => {
  const averaging = dualAveraging(1);
  averaging.restart(0, 0.1);
  assert.equal(averaging.average(0).toFixed(12), "0.100000000000");
  // H-bar_1 = (0.8 - 0.5) / 11, ln eps_1 = mu - H-bar_1 / 0.05 with mu = ln 1.
  const next = averaging.update(0, 0.5);
  assert.ok(Math.abs(Math.log(next) + 0.3 / 11 / 0.05) < 1e-14);
  assert.equal(averaging.average(0), next);

  // H-bar_2 = (11/12) H-bar_1 + (1/12) (0.8 - 1), and the average weighs the second with 2^-0.75.
  const third = averaging.update(0, 1.7);
  const x = (-Math.SQRT2 / 0.05) * ((11 / 12) * (0.3 / 11) - 0.2 / 12);
  assert.ok(Math.abs(Math.log(third) - x) < 1e-14);
  const weight = 2 ** -0.75;
  const average = (1 - weight) * Math.log(next) + weight * x;
  assert.ok(Math.abs(Math.log(averaging.average(0)) - average) < 1e-14);
});

test("each window's mass comes from the positions of that window alone, and a new search follows it", () => {
  const random = stream(13);
  const [width, dim, warmup] = [2, 1, 300];
  const [stepSize, inverseMass] = [Float64Array.of(1, 1), Float64Array.of(1, 1)];
  const state = { position: new Float64Array(width), energy: new Float64Array(width), stopped: new Uint8Array(width) };
  const changed: number[] = [];
  let searches = 0;
  const adaptation = stanWarmup(
    {
      where: "test",
      dim,
      stepSize,
      inverseMass,
      massChanged: (column) => changed.push(column),
      gradient: (seen) => seen.position,
      // The first evaluation of a search counts it; a step of 0.7 is accepted with 0.8.
      logAcceptance: (_state, _column, size) => {
        searches++;
        return (size / 0.7) * Math.log(0.8);
      },
    },
    warmup,
    { targetAcceptance: 0.8, adapts: "diagonal" },
  );
  adaptation.start(state, [random, random]);
  assert.deepEqual([...stepSize], [0.5, 0.5]);
  const seen: number[][] = [];
  const { initial, ends } = windows(warmup);
  let begin = initial;
  for (let t = 1; t <= warmup; t++) {
    // Wider from window to window and column to column.
    for (let c = 0; c < width; c++) state.position[c] = (c + 1) * t * random.normal();
    seen.push([...state.position]);
    const [massBefore, searchesBefore] = [[...inverseMass], searches];
    adaptation.update(state, { acceptance: Float64Array.of(0.82, 0.78) }, [random, random]);
    if (!ends.includes(t)) {
      assert.deepEqual([[...inverseMass], searches], [massBefore, searchesBefore]);
      continue;
    }
    const n = t - begin;
    for (let c = 0; c < width; c++) {
      const positions = seen.slice(begin, t).map((both) => both[c]);
      const mean = positions.reduce((a, b) => a + b) / n;
      const variance = positions.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
      const exact = (n / (n + 5)) * variance + (1e-3 * 5) / (n + 5);
      assert.ok(Math.abs(inverseMass[c] / exact - 1) < 1e-12, `${inverseMass[c]} for ${exact} after ${t}`);
      // Found by doubling or halving from where dual averaging was: within a factor 2 of 0.7.
      assert.ok(stepSize[c] > 0.35 && stepSize[c] < 1.4);
    }
    assert.ok(searches > searchesBefore);
    begin = t;
  }
  assert.deepEqual(
    changed,
    ends.flatMap(() => [0, 1]),
  );
  const last = [...stepSize];
  adaptation.finish(state);
  // The average lags behind the last step: it has seen all of the final window.
  assert.ok(stepSize[0] < last[0] && stepSize[1] > last[1], `${stepSize} after ${last}`);
  assert.equal(inverseMass.length, dim * width);
});

test("the step size search stops where one step's acceptance crosses 0.8, from either side", () => {
  const acceptance = (stepSize: number) => -(stepSize ** 2); // 0.8 at 0.472
  assert.equal(searchStepSize("search", 1 / 64, acceptance), 0.5);
  assert.equal(searchStepSize("search", 8, acceptance), 0.25);
  const walled = (stepSize: number) => (stepSize > 0.1 ? Number.NaN : 0);
  assert.equal(searchStepSize("search", 1, walled), 0.0625);
  // A start beyond the largest step comes down like any other.
  assert.equal(searchStepSize("search", 2 ** 30, acceptance), 0.25);
  assert.throws(() => searchStepSize("search", 1, () => 0), /^RangeError: search: no step size found: .* looks flat/);
  assert.throws(() => searchStepSize("search", 1, () => Number.NaN), /search: no step size found: even the smallest/);
});

test("windows end where Stan's do", () => {
  const table: [number, number, number[]][] = [
    [1000, 75, [100, 150, 250, 450, 950]],
    [2000, 75, [100, 150, 250, 450, 850, 1950]],
    [500, 75, [100, 150, 250, 450]],
    [300, 75, [100, 150, 250]],
    [200, 75, [100, 150]],
    [150, 75, [100]],
    [149, 22, [135]],
    [100, 15, [90]],
    [20, 3, [18]],
    [19, 19, []],
    [0, 0, []],
  ];
  for (const [warmup, initial, ends] of table) assert.deepEqual(windows(warmup), { initial, ends });
});

test("running variances are exact where a two-pass sum of squares is, far from zero too", () => {
  const random = stream(12);
  const moments = welford(2, 3);
  const seen: number[] = [];
  const position = new Float64Array(6);
  for (let t = 0; t < 50; t++) {
    random.fillNormal(position);
    position[4] += 1e8;
    seen.push(position[4]);
    moments.add(position, 1);
  }
  const mean = seen.reduce((a, b) => a + b) / 50;
  const variance = seen.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 49;
  assert.ok(Math.abs(moments.variance(1, 1) / variance - 1) < 1e-7);
  assert.ok(Number.isNaN(moments.variance(1, 0)));

  const inverseMass = inverseOf([2, 4], 2, 3);
  assert.deepEqual([...inverseMass], [0.5, 0.5, 0.5, 0.25, 0.25, 0.25]);
  writeInverseMass(moments, 1, inverseMass);
  assert.equal(inverseMass[4], (50 / 55) * moments.variance(1, 1) + 1e-3 * (5 / 55));
  assert.deepEqual([inverseMass[0], inverseMass[2], inverseMass[3], inverseMass[5]], [0.5, 0.5, 0.25, 0.25]);
  moments.reset(1);
  assert.equal(moments.count[1], 0);
});
