// A process that has not loaded MuJoCo: nothing that loads it may be imported here.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { environments, loadEnvironment, makeEnvironment } from "../../../src/policy-gradients/environments/index.js";

test("a robot is made after its package is loaded, which a wrapper around it does too", async () => {
  const wrapped = environments.clipAction(environments.invertedPendulum());
  assert.throws(() => makeEnvironment(wrapped), /await loadEnvironment\(environment\) before makeEnvironment/);
  await loadEnvironment(wrapped);
  assert.equal(makeEnvironment(wrapped).name, "InvertedPendulum-v5");
});

test("programs for a browser are bundled without the package, which would ask for Node's modules", async () => {
  const entry = new URL("../../../src/policy-gradients/environments/index.ts", import.meta.url);
  const { outputFiles, errors } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
  });
  assert.deepEqual(errors, []);
  assert.doesNotMatch(outputFiles[0].text, /createRequire/);
});
