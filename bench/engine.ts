// What the tensor engine costs beside code written by hand: `node --import tsx bench/engine.ts`. Ratios are taken within one run.

import { interpreter } from "../src/tensor/backends/interpreter.js";
import { compileJavaScript } from "../src/tensor/backends/javascript.js";
import { type Graph, gradient, repeat, sizeOf, type Tensor, trace } from "../src/tensor/index.js";
import { networkOnThreads } from "./engine-threads.js";
import { chosenArithmetic, firstCompilation, wasmNetwork } from "./engine-wasm.js";
import { product } from "./product.js";
import { report } from "./report.js";

const bimodal = (q: Tensor): Tensor => {
  const [x, y] = q.unstack();
  const first = x.sub(1.5).square().add(y.square());
  const second = x.add(1.5).square().add(y.square());
  return first.div(-1.5).exp().add(second.div(-1.5).exp()).log().neg();
};

const banana = (q: Tensor): Tensor => {
  const [x, y] = q.unstack();
  return x.square().div(2).add(y.sub(x.square()).square().mul(2));
};

// Before anything else has warmed up what it measures.
firstCompilation();
energies();
trajectories();
rosenbrock();
network();
await networkOnThreads();
chosenArithmetic(5000);

function energies(): void {
  const position = [Float64Array.of(0.3, 0.7)];
  for (const [name, energy] of Object.entries({ bimodal, banana })) {
    const graph = trace(([q]) => withGradient(energy, q), [[2]]);
    for (const [mode, budget] of Object.entries({ scalars: 1000, loops: 0 })) {
      row(`${name}: value and gradient, as ${mode}`, nanoseconds(runner(graph, position, budget)), "ns");
    }
  }
  const doubling = trace(([x]) => [x.mul(2)], [[]]);
  row("a program that doubles a number: what a call costs", nanoseconds(runner(doubling, [Float64Array.of(1)])), "ns");
}

function trajectories(): void {
  for (const steps of [5, 20]) {
    const graph = trace(
      ([q, p, g, stepSize, inverseMass]) =>
        repeat(steps, [q, p, g, q.sum()], ([position, momentum, slope]) => {
          const middle = momentum.sub(slope.mul(stepSize.mul(0.5)));
          const next = position.add(inverseMass.mul(middle).mul(stepSize));
          const [value, nextSlope] = withGradient(bimodal, next);
          return { carries: [next, middle.sub(nextSlope.mul(stepSize.mul(0.5))), nextSlope, value] };
        }).carries,
      [[2], [2], [2], [], [2]],
    );
    const inputs = [[1, 0.5], [0.3, -0.5], [0.1, 0.2], [0.1], [1, 2]].map((numbers) => Float64Array.from(numbers));
    const outputs = [2, 2, 2, 1].map((length) => new Float64Array(length));
    const byHand = nanoseconds(() => trajectoryByHand(inputs, outputs, steps));
    row(`bimodal: ${steps} leapfrogs by hand`, byHand, "ns");
    row(`bimodal: ${steps} leapfrogs traced, relative to that`, nanoseconds(runner(graph, inputs)), "ns", byHand, 1.5);
  }
}

function rosenbrock(): void {
  for (const n of [10, 100, 1000]) {
    const energy = (q: Tensor): Tensor => {
      const x = q.unstack();
      const terms = x.slice(1).map((y, i) => y.sub(x[i].square()).square().mul(100).add(x[i].sub(1).square()));
      return terms.reduce((sum, each) => sum.add(each));
    };
    const graph = trace(([q]) => withGradient(energy, q), [[n]]);
    const start = performance.now();
    const run = runner(graph, [new Float64Array(n).fill(0.5)]);
    row(`Rosenbrock, one coordinate at a time, n = ${n}: compilation`, performance.now() - start, "ms");
    // V8 takes some thousand calls to optimise the longest of these.
    for (let i = 0; i < 10000; i++) run();
    row(`Rosenbrock, one coordinate at a time, n = ${n}: gradient`, nanoseconds(run) / 1000, "us");
  }
}

function network(): void {
  const graphOf = (rows: number, dtype: "f64" | "f32"): Graph =>
    trace(
      ([x, y, w1, b1, w2, b2, w3, b3]) => {
        const first = x.matmul(w1).add(b1).tanh();
        const second = first.matmul(w2).add(b2).tanh();
        const loss = second.matmul(w3).add(b3).sub(y).square().mean();
        return [loss, ...gradient(loss, [w1, b1, w2, b2, w3, b3])];
      },
      [[rows, 20], [rows, 1], [20, 64], [64], [64, 64], [64], [64, 1], [1]].map((shape) => ({ shape, dtype })),
    );
  const rows = 5000;
  const graph = graphOf(rows, "f64");
  const byHand = networkByHand(rows);
  const inputs = numbersFor(graph);
  const reference = nanoseconds(() => byHand(inputs as Float64Array[])) / 1e6;
  row("MLP 20-64-64-1, 5000 rows: loss and gradient by hand, f64", reference, "ms");
  for (const dtype of ["f64", "f32"] as const) {
    const own = graphOf(rows, dtype);
    const time = nanoseconds(runner(own, numbersFor(own))) / 1e6;
    row(`the same traced, ${dtype}, relative to that`, time, "ms", reference, 1.2);
  }
  const few = graphOf(rows / 50, "f64");
  const program = interpreter.compile(few);
  const outputs = outputsFor(few);
  const fewInputs = numbersFor(few);
  const slow = nanoseconds(() => program.run(fewInputs, outputs)) / 1e6;
  row("the same by the interpreter (50 times its time for 100 rows)", slow * 50, "ms", reference);
  for (const count of [rows, 256]) {
    const reference = networkByHand(count);
    const numbers = numbersFor(graphOf(count, "f64")) as Float64Array[];
    wasmNetwork(count, () => reference(numbers));
  }
}

// Machinery --------------------------------------------------------------------------------------------------------

function withGradient(energy: (q: Tensor) => Tensor, q: Tensor): Tensor[] {
  const value = energy(q);
  return [value, ...gradient(value, [q])];
}

function runner(graph: Graph, inputs: (Float64Array | Float32Array)[], budget?: number): () => void {
  const program = compileJavaScript(graph, budget);
  const outputs = outputsFor(graph);
  return () => program.run(inputs, outputs);
}

function numbersFor({ inputs }: Graph): (Float64Array | Float32Array)[] {
  return inputs.map(({ shape, dtype }, k) => {
    const numbers = Float64Array.from({ length: sizeOf(shape) }, (_, i) => 0.3 * Math.sin(1.7 * i + k));
    return dtype === "f64" ? numbers : Float32Array.from(numbers);
  });
}

function outputsFor({ instructions, outputs }: Graph): (Float64Array | Float32Array)[] {
  return outputs.map((k) => {
    const length = sizeOf(instructions[k].shape);
    return instructions[k].dtype === "f64" ? new Float64Array(length) : new Float32Array(length);
  });
}

/** Reports a time; where there is a reference, the ratio to it, which should be at most `atMost`. */
function row(what: string, time: number, unit: string, reference?: number, atMost?: number): void {
  if (reference === undefined) report({ what, value: time, unit });
  else {
    const limit = atMost === undefined ? undefined : { atMost };
    report({ what, value: time / reference, unit: "x", limit, note: `${time.toPrecision(3)} ${unit}` });
  }
}

/** The best of several repetitions of about 30 ms each: the machine is seldom ours alone. */
function nanoseconds(run: () => void): number {
  let calls = 1;
  for (let elapsed = 0; elapsed < 30; calls *= 2) elapsed = milliseconds(run, calls);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 9; i++) best = Math.min(best, milliseconds(run, calls) / calls);
  return best * 1e6;
}

function milliseconds(run: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return performance.now() - start;
}

// By hand ----------------------------------------------------------------------------------------------------------

function trajectoryByHand(inputs: readonly Float64Array[], outputs: readonly Float64Array[], steps: number): void {
  let x = inputs[0][0];
  let y = inputs[0][1];
  let px = inputs[1][0];
  let py = inputs[1][1];
  let gx = inputs[2][0];
  let gy = inputs[2][1];
  const stepSize = inputs[3][0];
  const half = 0.5 * stepSize;
  const massX = inputs[4][0];
  const massY = inputs[4][1];
  let density = 0;
  for (let i = 0; i < steps; i++) {
    px -= half * gx;
    py -= half * gy;
    x += stepSize * massX * px;
    y += stepSize * massY * py;
    const left = x - 1.5;
    const right = x + 1.5;
    const first = Math.exp((left * left + y * y) / -1.5);
    const second = Math.exp((right * right + y * y) / -1.5);
    density = first + second;
    const factor = 2 / 1.5 / density;
    gx = factor * (first * left + second * right);
    gy = factor * density * y;
    px -= half * gx;
    py -= half * gy;
  }
  outputs[0][0] = x;
  outputs[0][1] = y;
  outputs[1][0] = px;
  outputs[1][1] = py;
  outputs[2][0] = gx;
  outputs[2][1] = gy;
  outputs[3][0] = -Math.log(density);
}

/** Layer by layer with a register-blocked product, as one would write it without an engine. */
function networkByHand(rows: number): (inputs: Float64Array[]) => Float64Array[] {
  const make = (length: number): Float64Array => new Float64Array(length);
  const [first, second, d1, d2] = [make(rows * 64), make(rows * 64), make(rows * 64), make(rows * 64)];
  const [error, g1, c1, g2, c2, g3] = [make(rows), make(20 * 64), make(64), make(64 * 64), make(64), make(64)];
  const biasTanh = (h: Float64Array, b: Float64Array): void => {
    for (let i = 0; i < rows; i++) for (let j = 0; j < 64; j++) h[i * 64 + j] = Math.tanh(h[i * 64 + j] + b[j]);
  };
  const backThroughTanh = (d: Float64Array, h: Float64Array, c: Float64Array): void => {
    c.fill(0);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < 64; j++) {
        const own = d[i * 64 + j] * (1 - h[i * 64 + j] * h[i * 64 + j]);
        d[i * 64 + j] = own;
        c[j] += own;
      }
    }
  };
  return ([x, y, w1, b1, w2, b2, w3, b3]) => {
    product(first, x, 20, 1, w1, 64, 1, rows, 20, 64);
    biasTanh(first, b1);
    product(second, first, 64, 1, w2, 64, 1, rows, 64, 64);
    biasTanh(second, b2);
    let loss = 0;
    let c3 = 0;
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < 64; j++) sum += second[i * 64 + j] * w3[j];
      const residual = sum + b3[0] - y[i];
      loss += residual * residual;
      error[i] = (2 * residual) / rows;
      c3 += error[i];
    }
    g3.fill(0);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < 64; j++) {
        g3[j] += second[i * 64 + j] * error[i];
        d2[i * 64 + j] = error[i] * w3[j];
      }
    }
    backThroughTanh(d2, second, c2);
    product(g2, first, 1, 64, d2, 64, 1, 64, rows, 64);
    product(d1, d2, 64, 1, w2, 1, 64, rows, 64, 64);
    backThroughTanh(d1, first, c1);
    product(g1, x, 1, 20, d1, 64, 1, 20, rows, 64);
    return [Float64Array.of(loss / rows), g1, c1, g2, c2, g3, Float64Array.of(c3)];
  };
}
