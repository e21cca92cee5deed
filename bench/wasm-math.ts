// Vector mathematics in WebAssembly: time per number relative to JavaScript's function in the same run, `node --import tsx bench/wasm-math.ts`;
// `... bench/wasm-math.ts errors exp log` finds the largest error over every finite single (minutes each), `... doubles exp log` over
// 40,000 doubles against exact values; of all functions without names.
import { erf, sigmoid, softplus } from "../src/tensor/special/index.js";
import {
  type Compiled,
  compileAll,
  exactly,
  inDouble,
  type Name,
  type Unary,
  ulpsInDouble,
  ulpsInSingle,
} from "../test/tensor/vector-math.js";
import { median, report } from "./report.js";

const length = 4096;

/** Intervals, two numbers each, in which a function in double precision has values worth a look. */
const intervals: Readonly<Record<Unary, readonly number[]>> = {
  exp: [-1, 1, -745, 709],
  log: [0.5, 2, 0, 1000],
  log1p: [-0.5, 1, -1, 10],
  expm1: [-2, 2, -40, 709],
  tanh: [-1, 1, 0, 20],
  sigmoid: [-2, 2, -745, 40],
  softplus: [-2, 2, -745, 40],
  sin: [-8, 8, 0, 2 ** 20],
  cos: [-8, 8, 0, 2 ** 20],
  erf: [-1, 1, 1, 6],
};

const [mode, ...asked] = process.argv.slice(2);
if (mode === "errors") errors(asked.length > 0 ? asked : Object.keys(inDouble));
else if (mode === "doubles") errorsInDouble(asked.length > 0 ? asked : Object.keys(inDouble));
else speeds();

function speeds(): void {
  const { exp, log, log1p, expm1, tanh, sin, cos, pow } = Math;
  const scalar = { exp, log, log1p, expm1, tanh, sigmoid, softplus, sin, cos, erf, pow };
  for (const precision of ["single", "double"] as const) {
    const compiled = compileAll(precision, length);
    for (const name of Object.keys(scalar) as Name[]) {
      fill(compiled, name);
      const loop = loopOver(name);
      const [vector, plain] = alternately([() => compiled.run(name), () => loop(scalar[name], compiled)]);
      const note = `${vector.toFixed(2)} ns to ${plain.toFixed(2)} ns`;
      report({
        what: `${name}, ${precision} precision: time relative to JavaScript`,
        value: vector / plain,
        unit: "x",
        note,
      });
    }
  }
}

/** Arguments as densities and networks have them. */
function fill({ x, y }: Compiled, name: Name): void {
  const positive = name === "log" || name === "log1p" || name === "pow";
  for (let i = 0; i < length; i++) {
    const t = ((i + 1) * 0.6180339887498949) % 1;
    x[i] = positive ? 0.01 + 10 * t : 16 * t - 8;
    y[i] = ((i * 0.7548776662466927) % 1) * 10 - 5;
  }
}

/** A loop of its own for each function, so that V8 sees one callee and may inline it. */
function loopOver(name: Name): (f: (x: number, y: number) => number, arrays: Compiled) => void {
  const last = name === "pow" ? "y[i]" : "";
  return new Function("f", "{ x, y, out }", `for (let i = 0; i < out.length; i++) out[i] = f(x[i], ${last});`) as never;
}

/** Nanoseconds per number: medians of rounds in which all run one after another, after a warm-up. */
function alternately(runs: readonly (() => void)[]): number[] {
  const times: number[][] = runs.map(() => []);
  for (let round = -3; round < 15; round++) {
    runs.forEach((run, i) => {
      const start = performance.now();
      for (let n = 0; n < 40; n++) run();
      if (round >= 0) times[i].push(((performance.now() - start) / 40 / length) * 1e6);
    });
  }
  return times.map(median);
}

/** Hot: 2^32 times through the inner loop, where numbers whose value is the nearest one are passed over. */
function errors(functions: readonly string[]): void {
  const block = 2 ** 16;
  const compiled = compileAll("single", block);
  const { x, out } = compiled;
  const patterns = new Uint32Array(x.buffer, x.byteOffset, block);
  for (const name of functions as Unary[]) {
    const exact = inDouble[name];
    let worst = 0;
    let at = 0;
    let rounded = 0;
    for (let high = 0; high < 2 ** 16; high++) {
      // All of one exponent's NaNs and infinities.
      if ((high & 0x7f80) === 0x7f80) continue;
      for (let i = 0; i < block; i++) patterns[i] = high * block + i;
      compiled.run(name);
      for (let i = 0; i < block; i++) {
        const value = exact(x[i]);
        if (out[i] === Math.fround(value) || (Number.isNaN(value) && Number.isNaN(out[i]))) continue;
        rounded++;
        const error = ulpsInSingle(out[i], value);
        if (error > worst) {
          worst = error;
          at = x[i];
        }
      }
    }
    const note = `at ${at}; ${((100 * rounded) / (2 ** 32 - 2 ** 25)).toFixed(2)} % not the nearest number`;
    report({
      what: `${name}, single precision: largest error over all finite numbers`,
      value: worst,
      unit: "ulp",
      note,
    });
  }
}

function errorsInDouble(functions: readonly string[]): void {
  const count = 20000;
  const compiled = compileAll("double", count);
  for (const name of functions as Unary[]) {
    let worst = 0;
    let at = 0;
    for (let k = 0; k < intervals[name].length; k += 2) {
      const [low, high] = intervals[name].slice(k);
      for (let i = 0; i < count; i++) compiled.x[i] = low + (high - low) * (((i + 1) * 0.6180339887498949) % 1);
      compiled.run(name);
      for (let i = 0; i < count; i++) {
        const error = ulpsInDouble(compiled.out[i], exactly[name](compiled.x[i]));
        if (error > worst) {
          worst = error;
          at = compiled.x[i];
        }
      }
    }
    report({ what: `${name}, double precision: largest error found`, value: worst, unit: "ulp", note: `at ${at}` });
  }
}
