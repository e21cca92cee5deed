// Programs that share one memory compute what they compute alone, wherever their numbers lie in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { arrayOf, evaluate, type Graph, partOf, trace, workspaceFor } from "../../src/tensor/index.js";

/** Large enough for WebAssembly where `rows` is. */
const quadratic = (rows: number): Graph =>
  trace(
    ([x, w]) => [x.matmul(w).tanh().sum()],
    [
      [rows, 8],
      [8, 8],
    ],
  );

for (const [backend, rows] of [
  ["wasm", 32],
  ["javascript", 1],
] as const) {
  test(`${backend}: programs read rows where they lie, also after the memory has grown`, () => {
    const workspace = workspaceFor(quadratic(rows));
    assert.equal(workspace.backend, backend);
    const numbers = Float64Array.from({ length: 4 * rows * 8 }, (_, i) => Math.sin(i));
    const [x, w] = [workspace.hold("f64", numbers), workspace.hold("f64", numbers.slice(3, 67))];
    const out = workspace.allocate("f64", 2);
    assert.deepEqual(arrayOf(out), new Float64Array(2));
    const calls = [1, 2].map((count, i) => {
      const from = partOf(x, i * 8, (i + count * rows) * 8);
      const graph = quadratic(count * rows);
      return { graph, from, call: workspace.compile(graph).bind([from, w], [partOf(out, i, i + 1)]) };
    });
    const before = workspace.bytes();
    workspace.allocate("f64", 1e6);
    // A memory grows by pages of 64 KiB, the last of which may have had room.
    assert.ok(workspace.bytes() > before + 8e6 - 65536);
    calls.forEach(({ graph, from, call }, i) => {
      call();
      const [expected] = evaluate(graph, [arrayOf(from), arrayOf(w)], { backend });
      assert.equal(arrayOf(out)[i], expected[0]);
    });
    assert.deepEqual(arrayOf(x), numbers);
  });

  test(`${backend}: what is held in single precision is rounded`, () => {
    const single = workspaceFor(quadratic(rows)).hold("f32", Float64Array.of(0.1, 1 / 3));
    assert.deepEqual(arrayOf(single), Float32Array.of(0.1, 1 / 3));
  });
}

test("numbers in double precision are held in JavaScript without being copied", () => {
  const numbers = Float64Array.of(1, 2, 3);
  assert.equal(arrayOf(workspaceFor(quadratic(1)).hold("f64", numbers)).buffer, numbers.buffer);
});
