// The gradient of an MLP 20-64-64-1 with tanh by WebAssembly, in blocks of 128 rows, beside the same by hand in JavaScript and in C by
// vectors of the same 128 bits (native/mlp.c). Part of bench/engine.ts.

import { compileWasm } from "../src/tensor/backends/wasm/loops.js";
import {
  type Arithmetic,
  arithmeticOf,
  type DType,
  type Graph,
  gradient,
  hessianVectorProduct,
  sizeOf,
  type Tensor,
  trace,
} from "../src/tensor/index.js";
import { fastest } from "./fastest.js";
import { compileNative } from "./native.js";
import { report } from "./report.js";

const [inputs, width, largestBlock] = [20, 64, 128];
const shapes = [[inputs, width], [width], [width, width], [width], [width, 1], [1]];
const dim = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
const bytesPer = { f32: 4, f64: 8 } as const;

export function firstCompilation(): void {
  const graph = blockGraph(largestBlock, largestBlock, "f32", "gradient");
  const start = process.cpuUsage();
  compileWasm([graph]);
  const { user, system } = process.cpuUsage(start);
  const what = "MLP 20-64-64-1, loss and gradient: first compilation, time of the processor";
  report({ what, value: (user + system) / 1000, unit: "ms", limit: { atMost: 20 } });
}

/** `byHand` is the gradient of as many rows in plain JavaScript, in f64, which is its faster precision. */
export function wasmNetwork(rows: number, byHand: () => unknown): void {
  // SSE4.2 is what WebAssembly's vectors become on such machines.
  const native = compileNative("mlp", ...(process.arch === "x64" ? ["-msse4.2"] : []));
  for (const dtype of ["f32", "f64"] as const) {
    const run = networkRunner(rows, dtype, "gradient");
    const product = networkRunner(rows, dtype, "product");
    const time = fastest([byHand, run.call, product.call]);
    const name = `MLP, ${rows} rows, ${dtype}:`;
    const note = `${(time[1] * 1e3).toPrecision(3)} us`;
    const atLeast = dtype === "f32" ? 9 : 3;
    report({
      what: `${name} by hand, relative to WebAssembly`,
      value: time[0] / time[1],
      unit: "x",
      limit: { atLeast },
      note,
    });
    const most = { atMost: 2.6 };
    report({
      what: `${name} Hessian-vector product, relative to gradient`,
      value: time[2] / time[1],
      unit: "x",
      limit: most,
    });
    if (native === undefined) continue;
    const [seconds, loss, sizeOfGradient] = native.run(dtype === "f32" ? 32 : 64, rows, inputs, width);
    check(run.result(), [loss, sizeOfGradient], dtype === "f32" ? 1e-5 : 1e-9);
    const again = fastest([run.call])[0];
    const limit = { atMost: dtype === "f32" ? 1.05 : 1.35 };
    const value = Math.min(again, time[1]) / (seconds * 1e3);
    report({
      what: `${name} WebAssembly, relative to C`,
      value,
      unit: "x",
      limit,
      note: `C: ${(seconds * 1e6).toPrecision(3)} us`,
    });
  }
}

/** What chosen arithmetic gains; where the engine has it not, that is said instead. */
export function chosenArithmetic(rows: number): void {
  // Pairs of vectors last: their flag is set for all that is compiled later.
  for (const options of [{ fma: true }, { wideVectors: true }, { fma: true, wideVectors: true }]) {
    const chosen = Object.keys(options).join(" and ");
    try {
      arithmeticOf("bench", options);
    } catch (error) {
      console.log(`no measurement with ${chosen}: ${(error as Error).message}`);
      continue;
    }
    for (const dtype of ["f32", "f64"] as const) {
      const runners = [{}, options].map((each) => networkRunner(rows, dtype, "gradient", arithmeticOf("bench", each)));
      const [plain, fast] = fastest(runners.map(({ call }) => call));
      check(runners[1].result(), runners[0].result(), dtype === "f32" ? 1e-5 : 1e-12);
      const what = `MLP, ${rows} rows, ${dtype}: WebAssembly without ${chosen}, relative to with`;
      report({ what, value: plain / fast, unit: "x", note: `${(fast * 1e3).toPrecision(3)} us` });
    }
  }
}

/** Adds the block's part of the mean over all rows, and of its gradient (or of the Hessian times a direction), to what is given. */
function blockGraph(
  block: number,
  rows: number,
  dtype: DType,
  what: "gradient" | "product",
  arithmetic?: Arithmetic,
): Graph {
  const flat = { shape: [dim], dtype };
  return trace(
    ([x, y, w, direction, value, slope]) => {
      let at = 0;
      const [w1, b1, w2, b2, w3, b3] = shapes.map((shape): Tensor => {
        const from = at;
        at += sizeOf(shape);
        return w.slice(from, at).reshape(shape);
      });
      const second = x.matmul(w1).add(b1).tanh().matmul(w2).add(b2).tanh();
      const mean = second.matmul(w3).add(b3).sub(y).square().cast("f64").sum().div(rows);
      const part = what === "gradient" ? gradient(mean, [w])[0] : hessianVectorProduct(mean, w, direction);
      return [value.add(mean), slope.add(part)];
    },
    [{ shape: [block, inputs], dtype }, { shape: [block, 1], dtype }, flat, flat, { shape: [], dtype: "f64" }, flat],
    arithmetic,
  );
}

interface NetworkRunner {
  call(): void;
  /** Loss, and the sum of the gradient's absolute values. */
  result(): number[];
}

/** All rows stay in memory; sums go from one pair of places to another and back. */
function networkRunner(
  rows: number,
  dtype: DType,
  what: "gradient" | "product",
  arithmetic?: Arithmetic,
): NetworkRunner {
  const rest = rows % largestBlock;
  const blocks = Array.from({ length: Math.floor(rows / largestBlock) }, () => largestBlock);
  if (rest > 0) blocks.push(rest);
  const sizes = [...new Set(blocks)];
  const { memory, programs, allocate } = compileWasm(
    sizes.map((block) => blockGraph(block, rows, dtype, what, arithmetic)),
  );
  const bytes = bytesPer[dtype];
  const [x, y, w, direction] = [rows * inputs, rows, dim, dim].map((length) => allocate(length * bytes));
  const values = [allocate(8), allocate(8)];
  const slopes = [allocate(dim * bytes), allocate(dim * bytes)];
  const arrayAt = (address: number, length: number): Float32Array | Float64Array =>
    dtype === "f32"
      ? new Float32Array(memory.buffer, address, length)
      : new Float64Array(memory.buffer, address, length);
  [arrayAt(x, rows * inputs), arrayAt(y, rows), arrayAt(w, dim), arrayAt(direction, dim)].forEach((array, k) => {
    for (let i = 0; i < array.length; i++) array[i] = 0.3 * Math.sin(1.7 * i + k);
  });
  const [value, slope] = [new Float64Array(memory.buffer, values[0], 1), arrayAt(slopes[0], dim)];
  const calls = blocks.map((block, i) => {
    const first = i * largestBlock * bytes;
    const [from, to] = [i % 2, (i + 1) % 2];
    const addresses = [x + first * inputs, y + first, w, direction, values[from], slopes[from], values[to], slopes[to]];
    return { program: programs[sizes.indexOf(block)], addresses };
  });
  const last = blocks.length % 2;
  return {
    call() {
      value.fill(0);
      slope.fill(0);
      for (const { program, addresses } of calls) program.runAt(addresses);
    },
    result() {
      let slopeSize = 0;
      for (const each of arrayAt(slopes[last], dim)) slopeSize += Math.abs(each);
      return [new Float64Array(memory.buffer, values[last], 1)[0], slopeSize];
    },
  };
}

function check(found: readonly number[], expected: readonly number[], tolerance: number): void {
  found.forEach((number, i) => {
    if (!(Math.abs(number - expected[i]) <= tolerance * Math.abs(expected[i]))) {
      throw new Error(`bench: WebAssembly found ${found.join(", ")} and C ${expected.join(", ")}`);
    }
  });
}
