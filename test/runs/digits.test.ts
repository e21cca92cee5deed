// Digits for notebooks, from the package that is installed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { digits, likelihoods, loadTarget, mlp, networkLoss } from "../../src/index.js";
import { compose, jobsOf } from "../../src/runs/configuration/index.js";
import { obtainTarget } from "../../src/runs/store/targets.js";
import { temporaryFolder } from "../notebook/notebooks.js";

const keys = ({ inputs: { values, shape } }: Awaited<ReturnType<typeof digits>>["training"]): string[] =>
  Array.from({ length: shape[0] }, (_, row) => values.subarray(row * shape[1], (row + 1) * shape[1]).join());

test("images to train on and to test with are different ones, of all classes, and fit a network", async () => {
  const { training, testing } = await digits({ training: 120, testing: 80, size: 7 });
  assert.deepEqual(
    [training.inputs.shape, testing.inputs.shape],
    [
      [120, 49],
      [80, 49],
    ],
  );
  assert.equal(new Set(training.outputs).size, 10);
  assert.ok(training.inputs.values.every((value) => value >= 0 && value <= 1));
  assert.equal(new Set([...keys(training), ...keys(testing)]).size, 200);
  const network = mlp({ inputs: 49, hidden: [3], outputs: 10 });
  const loss = networkLoss(network, training, likelihoods.categorical());
  // Without weights every class has the same chance.
  assert.ok(Math.abs(loss.value(new Float64Array(network.dim)) - Math.log(10)) < 1e-12);
});

test("the seed decides which, and testing takes nothing from training", async () => {
  const few = { training: 30, size: 4, classes: [3, 8] };
  const first = await digits(few);
  assert.deepEqual(await digits(few), first);
  assert.deepEqual((await digits({ ...few, testing: 5 })).training, first.training);
  assert.notDeepEqual((await digits({ ...few, seed: 1 })).training, first.training);
  assert.deepEqual([...new Set(first.training.outputs)].sort(), [0, 1]);
  assert.equal(first.testing.outputs.length, 0);
});

test("what is none of the digits is refused", async () => {
  const cases: [object, RegExp][] = [
    [{ size: 5 }, /digits: size must be 28 or one of its divisors/],
    [{ size: 0 }, /digits: size must be/],
    [{ classes: [3] }, /digits: classes must be at least two different digits/],
    [{ classes: [3, 10] }, /digits: classes must be/],
    [{ classes: [3, 3] }, /digits: classes must be/],
    [{ training: 0 }, /digits: training must be/],
    [{ training: 1e6 }, /digits: training and testing must be at most \d+ together/],
    [{ rows: 3 }, /digits: .*rows/],
  ];
  for (const [options, message] of cases) await assert.rejects(digits(options), { name: "RangeError", message });
});

test("a target of the command line is the same one in a notebook", async () => {
  const runsRoot = await temporaryFolder();
  const words = ["model=small", "data=small", "training.steps=5"];
  const { id, target } = await obtainTarget(runsRoot, compose({ overrides: jobsOf(words, { sweep: false })[0] }));
  const { loss, center, lossAtCenter } = await loadTarget(id, { runsRoot });
  assert.deepEqual(center, target.center);
  assert.equal(loss.value(center), lossAtCenter);
  await assert.rejects(loadTarget("tgt_0000000000000000", { runsRoot }), /there is no target tgt_0+ in/);
  await assert.rejects(loadTarget("../../etc"), /is no target id/);
});
