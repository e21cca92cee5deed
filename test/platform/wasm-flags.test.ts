// Which engines can be given what, and by which flag: told apart by version and processor, without asking V8, which would complain.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserPlatform } from "../../src/platform/browser.js";
import type { WasmExtension } from "../../src/platform/platform.js";
import { extendWasm } from "../../src/platform/wasm-flags.js";

/** Why not, and the flags that were set. */
function asked(
  extension: WasmExtension,
  v8: string | undefined,
  arch = "x64",
): { reason: string | undefined; flags: string[] } {
  const flags: string[] = [];
  const setFlag = (flag: string): void => {
    flags.push(flag);
  };
  return { reason: extendWasm(extension, { v8, arch, setFlag }), flags };
}

test("relaxed SIMD takes a flag before V8 11.4, and none after", () => {
  const flags = ["--experimental-wasm-relaxed-simd"];
  assert.deepEqual(asked("relaxedSimd", "11.3.244.8-node.38"), { reason: undefined, flags });
  assert.deepEqual(asked("relaxedSimd", "11.3.244.8-node.38", "arm64"), { reason: undefined, flags });
  for (const v8 of ["11.4.183", "12.4.254.21-node.33", "13.6.233.17-node.53"]) {
    // Asked only where it is missing, which there no flag mends.
    const reason = `V8 ${v8} has it by itself, but not in this process or on this machine`;
    assert.deepEqual(asked("relaxedSimd", v8), { reason, flags: [] });
  }
  const reason = "V8 10.2.154.26-node.28 is older than the standard's instructions";
  assert.deepEqual(asked("relaxedSimd", "10.2.154.26-node.28"), { reason, flags: [] });
});

test("pairs of vectors take a flag that V8 has from 13.6 on, on x64", () => {
  const flags = ["--experimental-wasm-revectorize"];
  for (const v8 of ["13.6.233.17-node.53", "13.10.1", "14.2.231.9"]) {
    assert.deepEqual(asked("wideVectors", v8), { reason: undefined, flags });
  }
  for (const v8 of ["11.3.244.8-node.38", "12.4.254.21-node.33", "13.5.212"]) {
    const reason = `V8 ${v8} does not; Node 24 brings the first one that is known to`;
    assert.deepEqual(asked("wideVectors", v8), { reason, flags: [] });
  }
  const reason = "V8 does so on x64 only, and this is arm64";
  assert.deepEqual(asked("wideVectors", "13.6.233.17-node.53", "arm64"), { reason, flags: [] });
});

test("an engine that is not V8, one that takes no flags, and a page say so", () => {
  for (const extension of ["relaxedSimd", "wideVectors"] as const) {
    assert.deepEqual(asked(extension, undefined), { reason: "the JavaScript engine is not V8", flags: [] });
    const setFlag = (): never => {
      throw new Error("flags are frozen");
    };
    const v8 = extension === "relaxedSimd" ? "11.3.0" : "14.0.0";
    assert.match(
      String(extendWasm(extension, { v8, arch: "x64", setFlag })),
      /^V8's flag --experimental-wasm-\S+ cannot be set: flags are frozen$/,
    );
    const page = browserPlatform({ workerUrl: new URL("https://example.org/worker.js") });
    assert.match(String(page.extendWasm(extension)), /^a page has what the browser gives by itself/);
  }
});
