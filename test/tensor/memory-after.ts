// A child of memory.test.ts, run with --expose-gc: does what its first argument names, and prints how much memory is in use after every tenth
// of it, as JSON, in bytes.

import { setImmediate } from "node:timers/promises";
import { wasm } from "../../src/tensor/backends/wasm/loops.js";
import {
  compile,
  compileLanes,
  type Graph,
  gradient,
  type Program,
  sizeOf,
  type Tensor,
  trace,
} from "../../src/tensor/index.js";

const { gc } = globalThis as unknown as { gc: () => void };

async function inUse(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    gc();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Different for every `i`, in shape too. */
function smallGraph(i: number): Graph {
  const n = 1 + (i % 7);
  return trace(
    ([x, w]: Tensor[]) => {
      const value = x.mul(i).matmul(w).tanh().square().sum();
      return [value, ...gradient(value, [w])];
    },
    [
      [3, n],
      [n, 2],
    ],
  );
}

type Compile = (graph: Graph) => (times: number) => void;

/** One way to run a graph each. */
const ways: readonly Compile[] = [
  repeatedly((graph) => compile(graph, { backend: "javascript" })),
  repeatedly(wasm.compile),
  (graph) => {
    const program = compileLanes(graph, { width: 3 })!;
    return (times) => {
      for (let i = 0; i < times; i++) program.run();
    };
  },
];

function repeatedly(compiled: (graph: Graph) => Program): Compile {
  return (graph) => {
    const { run } = compiled(graph);
    const inputs = graph.inputs.map(({ shape }) => new Float64Array(sizeOf(shape)).fill(0.3));
    const outputs = graph.outputs.map((k) => new Float64Array(sizeOf(graph.instructions[k].shape)));
    return (times) => {
      for (let i = 0; i < times; i++) run(inputs, outputs);
    };
  };
}

/** Memory in use after each tenth of the work. */
async function along(total: number, work: (from: number, to: number) => void): Promise<number[]> {
  const found: number[] = [];
  for (let tenth = 0; tenth < 10; tenth++) {
    const [from, to] = [(total * tenth) / 10, (total * (tenth + 1)) / 10];
    for (let at = from; at < to; at += 100) {
      work(at, Math.min(at + 100, to));
      // What has finalizers goes between turns only.
      if (at % 1000 === 0) await setImmediate();
    }
    found.push(await inUse());
  }
  return found;
}

const kinds: Readonly<Record<string, () => Promise<number[]>>> = {
  "many graphs": () =>
    along(10_000, (from, to) => {
      for (let i = from; i < to; i++) ways[i % ways.length](smallGraph(i))(1);
    }),
  "one graph": () => {
    const runs = ways.map((way) => way(smallGraph(5)));
    return along(1_000_000, (from, to) => {
      for (const run of runs) run(to - from);
    });
  },
};

console.log(JSON.stringify(await kinds[process.argv[2]]()));
