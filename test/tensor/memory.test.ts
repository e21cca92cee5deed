// Programs that nothing refers to any more are gone, running one keeps nothing, and where memory does not suffice the error says how much was
// asked for.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { energy, explain, type Loss, loss } from "../../src/index.js";
import { wasmSpace } from "../../src/tensor/backends/wasm/loops.js";
import { compile, compileLanes, type Tensor, trace } from "../../src/tensor/index.js";

const script = fileURLToPath(new URL("./memory-after.ts", import.meta.url));

/** Bytes in use after every tenth of some work, in a process of its own. */
async function bytesAlong(work: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "--import", "tsx", script, work]);
  return JSON.parse(stdout);
}

describe("memory stays flat", () => {
  // A program kept would hold 3 kB at least, and 64 kB more in WebAssembly; a number kept per run 8 bytes.
  for (const [work, what, allowed] of [
    ["many graphs", "while 10,000 different graphs are compiled and run", 2e6],
    ["one graph", "while one graph runs a million times", 1e6],
  ] as const) {
    it(what, async () => {
      const bytes = await bytesAlong(work);
      assert.equal(bytes.length, 10);
      const later = bytes.slice(2);
      const growth = Math.max(...later) - Math.min(...later);
      assert.ok(growth < allowed, `${growth} bytes more, of ${bytes.join(", ")}`);
    });
  }
});

describe("what does not fit is refused with the bytes that it would take", () => {
  /** A value that has to lie in memory as a whole, `n` times `n` numbers. */
  const whole = (x: Tensor, n: number): Tensor => {
    const square = x
      .sum()
      .broadcastTo([n, n])
      .add(x.reshape([n, 1]))
      .exp();
    return square
      .transpose()
      .reshape([n * n])
      .slice(1, n + 1)
      .logSumExp();
  };
  const n = 30000;
  const refusal = /^RangeError: wasm: the graph needs (\d{10,}) bytes of memory; there are 4294967296 at most$/;

  it("a graph, an energy, a loss with data and one without, and explain", () => {
    const w = new Float64Array(n);
    assert.throws(() => compile(trace(([x]) => [whole(x, n)], [[n]])), refusal);
    const large = energy(n, (q) => whole(q, n));
    assert.throws(() => large.value(w), refusal);
    assert.throws(() => large.valueAndGradient(w, new Float64Array(n)), refusal);
    assert.throws(() => explain(large), refusal);
    const losses: Loss[] = [
      loss(n, 2, (v, { y }) => whole(v, n).mul(y).mean(), { y: [1, 2] }),
      loss(n, 2, (v) => whole(v, n)),
    ];
    for (const each of losses) {
      assert.throws(() => each.value(w), refusal);
      assert.throws(() => each.valueAndGradient(w, new Float64Array(n)), refusal);
      assert.throws(() => explain(each), refusal);
    }
  });

  it("and what the machine has no room for", () => {
    const { WebAssembly: engine } = globalThis as unknown as {
      WebAssembly: { Memory: new (limits: object) => object };
    };
    const { Memory } = engine;
    const space = wasmSpace();
    engine.Memory = class {
      constructor() {
        throw new RangeError("could not allocate memory");
      }
    };
    try {
      const message = (bytes: number): RegExp =>
        new RegExp(`^RangeError: WebAssembly: no memory of ${bytes} bytes: could not allocate memory$`);
      assert.throws(
        () =>
          compileLanes(
            trace(([x]) => [x.exp()], [[100]]),
            { width: 1000 },
          ),
        message(25 * 2 ** 16),
      );
      const products = energy(40, (q) =>
        q
          .reshape([40, 1])
          .matmul(q.reshape([1, 40]))
          .exp()
          .logSumExp(),
      );
      assert.throws(() => products.value(new Float64Array(40)), message(2 ** 16));
    } finally {
      engine.Memory = Memory;
    }
    // A memory that cannot grow as far as it is let.
    Object.defineProperty(space.memory, "grow", {
      value() {
        throw new RangeError("failed to grow memory");
      },
    });
    assert.throws(
      () => space.allocate(1e6),
      /^RangeError: WebAssembly: no memory of 1048576 bytes: failed to grow memory$/,
    );
  });
});
