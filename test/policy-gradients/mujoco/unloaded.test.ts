// A process that has not loaded MuJoCo: nothing but this may be imported here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { environments, loadEnvironment, makeEnvironment } from "../../../src/policy-gradients/environments/index.js";

test("a robot is made after its package is loaded, which a wrapper around it does too", async () => {
  const wrapped = environments.clipAction(environments.invertedPendulum());
  assert.throws(() => makeEnvironment(wrapped), /await loadEnvironment\(environment\) before makeEnvironment/);
  await loadEnvironment(wrapped);
  assert.equal(makeEnvironment(wrapped).name, "InvertedPendulum-v5");
});
