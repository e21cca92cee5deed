// The vector mathematics of the WebAssembly back end: errors in units of the last place, special values in every lane, and the tables.
// Every finite single is in `bench/wasm-math.ts errors`; here are a sample of all of them and the neighbours of critical points.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { i32, moduleWriter, v128 } from "../../src/tensor/backends/wasm/assembler.js";
import { compileModule, instantiate, newMemory } from "../../src/tensor/backends/wasm/instance.js";
import { double, logarithmRest, single } from "../../src/tensor/backends/wasm/math/coefficients.js";
import { names, vectorMath } from "../../src/tensor/backends/wasm/math.js";
import { derivePolynomials } from "./derive-wasm-math.js";
import {
  allNames,
  compileAll,
  evaluate,
  exactly,
  exactPower,
  inDouble,
  neighbour,
  type Precision,
  rounded,
  ulpsInDouble,
  ulpsInSingle,
  vectors,
} from "./vector-math.js";
import { checksums, critical, limits, ranges, scales, specialValues } from "./vector-math-cases.js";

const precisions: readonly Precision[] = ["single", "double"];

/** Points of `[0, 1)` with no regularity in their bits. */
const golden = (i: number): number => (i * 0.6180339887498949) % 1;

describe("functions in single precision", () => {
  for (const name of names) {
    it(`${name} is within ${limits[name]} ulp over all exponents and at its critical points`, () => {
      const points: number[] = [];
      const view = new DataView(new ArrayBuffer(4));
      // An odd step through all 2^32 bit patterns, NaN and infinities among them.
      for (let i = 0; i < 2 ** 16; i++) {
        view.setUint32(0, (i * 65521 + 17) >>> 0);
        points.push(view.getFloat32(0));
      }
      for (const point of critical[name]) {
        for (let step = -200; step <= 200; step++) points.push(neighbour("single", Math.fround(point), step));
      }
      const values = evaluate("single", name, points);
      points.forEach((x, i) => {
        const error = ulpsInSingle(values[i], inDouble[name](x));
        assert.ok(
          error <= limits[name],
          `${name}(${x}): got ${values[i]}, expected ${inDouble[name](x)}, ${error} ulp`,
        );
      });
    });
  }

  it(`pow is within ${limits.pow} ulp`, () => {
    const bases: number[] = [];
    const exponents: number[] = [];
    for (let i = 0; i < 2 ** 16; i++) {
      const x = Math.fround(2 ** (300 * golden(i + 1) - 150));
      bases.push(x);
      exponents.push(Math.fround((320 * golden(7 * i + 3) - 160) / Math.log2(x)));
    }
    const values = evaluate("single", "pow", bases, exponents);
    bases.forEach((x, i) => {
      const error = ulpsInSingle(values[i], x ** exponents[i]);
      assert.ok(error <= limits.pow, `${x} ** ${exponents[i]}: got ${values[i]}, ${error} ulp`);
    });
  });
});

describe("functions in double precision", () => {
  for (const name of names) {
    it(`${name} is within ${limits[name]} ulp`, () => {
      const points = critical[name].flatMap((x) => [-2, -1, 0, 1, 2].map((step) => neighbour("double", x, step)));
      for (let k = 0; k < ranges[name].length; k += 2) {
        const [low, high] = ranges[name].slice(k);
        for (let i = 1; i <= 150; i++) points.push(low + (high - low) * golden(i));
      }
      const [least, most] = scales[name];
      const signs = name === "log" || name === "log1p" ? [1] : [1, -1];
      for (let i = 1; i <= 100; i++) {
        const exponent = least + Math.floor((most - least) * golden(i));
        const magnitude = (1 + golden(3 * i)) * 2 ** Math.max(exponent, -1022) * 2 ** Math.min(0, exponent + 1022);
        points.push(signs[i % signs.length] * magnitude);
      }
      const inside = points.filter((x) => x !== 0 && !(name === "log" && x < 0) && !(name === "log1p" && x <= -1));
      const values = evaluate("double", name, inside);
      inside.forEach((x, i) => {
        const error = ulpsInDouble(values[i], exactly[name](x));
        assert.ok(error <= limits[name], `${name}(${x}): got ${values[i]}, ${error} ulp`);
      });
    });
  }

  it("sin and cos hold next to the multiples of pi / 2, however large", () => {
    const multiples = Array.from({ length: 60 }, (_, i) => Math.round(2 ** (i / 3)) * (Math.PI / 2));
    // The double that comes closest to a multiple of pi / 2, 2^-62 of it (Muller, Elementary Functions, 2006, section 11.1), and its multiples.
    const worst = [6381956970095103 * 2 ** 797, 6381956970095103 * 2 ** 798, 5261692873635770 * 2 ** 499];
    const points = [...multiples, ...worst, ...worst.map((x) => -x), Number.MAX_VALUE, 1e22];
    for (const name of ["sin", "cos"] as const) {
      evaluate("double", name, points).forEach((value, i) => {
        const error = ulpsInDouble(value, exactly[name](points[i]));
        assert.ok(error <= limits[name], `${name}(${points[i]}): got ${value}, ${error} ulp`);
      });
    }
  });

  it(`pow is within ${limits.pow} ulp, next to 1 and where it over- and underflows too`, () => {
    const bases: number[] = [];
    const exponents: number[] = [];
    const push = (x: number, logarithmOfPower: number): void => {
      bases.push(x);
      exponents.push(logarithmOfPower / Math.log(x));
    };
    for (let i = 1; i <= 80; i++) {
      push(1 + golden(i) * 2 ** -Math.floor(50 * golden(5 * i)), 1400 * golden(7 * i) - 700);
      push(golden(i) * 2, 1400 * golden(7 * i) - 700);
      push(2 ** (2090 * golden(i) - 1070), 1400 * golden(7 * i) - 700);
      push(100 * golden(i), -745 + 45 * golden(3 * i));
      push(100 * golden(i), 709.7 - golden(3 * i));
      bases.push(10 * golden(i));
      exponents.push((i % 13) / 2);
    }
    const values = evaluate("double", "pow", bases, exponents);
    bases.forEach((x, i) => {
      const error = ulpsInDouble(values[i], exactPower(x, exponents[i]));
      assert.ok(error <= limits.pow, `${x} ** ${exponents[i]}: got ${values[i]}, ${error} ulp`);
    });
  });
});

describe("special values", () => {
  for (const precision of precisions) {
    const tiny = precision === "single" ? 2 ** -149 : 2 ** -1074;
    const largest = precision === "single" ? (2 - 2 ** -23) * 2 ** 127 : Number.MAX_VALUE;
    const epsilon = precision === "single" ? 2 ** -23 : 2 ** -52;
    const { lanes } = vectors[precision];
    const named: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, tiny, largest };
    const valueNamed = (word: string): number =>
      word.startsWith("-") ? -valueNamed(word.slice(1)) : (named[word] ?? Number(word));

    for (const name of names) {
      it(`${name} in ${precision} precision, in every lane, beside any neighbour`, () => {
        const { x, out, run } = compileAll(precision, 4);
        for (const example of specialValues[name].split(" ")) {
          const [argument, expected] = example.split(":").map(valueNamed);
          for (const beside of [0.7, 3e6, Number.NaN]) {
            for (let lane = 0; lane < lanes; lane++) {
              x.fill(beside);
              run(name);
              const alone = out[(lane + 1) % lanes];
              x[lane] = argument;
              run(name);
              assert.ok(Object.is(out[lane], expected), `${name}(${argument}): expected ${expected}, got ${out[lane]}`);
              assert.ok(Object.is(out[(lane + 1) % lanes], alone), `${name}(${beside}) beside ${argument}`);
            }
          }
        }
      });
    }

    it(`pow in ${precision} precision has JavaScript's exceptions, in every lane`, () => {
      const numbers = [
        0,
        0.5,
        1,
        1.5,
        2,
        3,
        2 ** 23 - 1,
        2 ** 24,
        2 ** 53 - 1,
        tiny,
        largest,
        Number.POSITIVE_INFINITY,
      ];
      const all = [...numbers, ...numbers.map((a) => -a), Number.NaN].map(rounded[precision]);
      const { x, y, out, run } = compileAll(precision, 4);
      for (const base of all) {
        for (const exponent of all) {
          for (let lane = 0; lane < lanes; lane++) {
            x.fill(0.7).fill(base, lane, lane + 1);
            y.fill(1.3).fill(exponent, lane, lane + 1);
            run("pow");
            const expected = rounded[precision](base ** exponent);
            const what = `${base} ** ${exponent}: expected ${expected}, got ${out[lane]}`;
            const exact = expected === 0 || !Number.isFinite(expected);
            // JavaScript's own value may be off by one place.
            const near = Math.abs(out[lane] - expected) <= 2 * epsilon * Math.abs(expected);
            assert.ok(exact ? Object.is(out[lane], expected) : near, what);
          }
        }
      }
    });
  }
});

describe("the result", () => {
  it("outlives the functions that follow it in the same body", () => {
    for (const precision of precisions) {
      const v = vectors[precision];
      const module = moduleWriter();
      module.function({ name: "run" }, (f) => {
        const math = vectorMath(f, v);
        const at = i32.constant(0);
        const power = math.exp(v128.load(at));
        const angle = math.sin(power);
        const product = math.pow(power, math.tanh(angle));
        f.add(v128.store(at, power, 16), v128.store(at, angle, 32), v128.store(at, product, 48));
      });
      const memory = newMemory(1);
      const { run } = instantiate(compileModule(module.encode(1)), memory);
      const numbers = precision === "single" ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
      const arguments_ = [0.3, 14.5, -2, 1.75].slice(0, v.lanes);
      numbers.set(arguments_);
      run();
      const power = evaluate(precision, "exp", arguments_);
      const angle = evaluate(precision, "sin", power);
      const product = evaluate(precision, "pow", power, evaluate(precision, "tanh", angle));
      assert.deepEqual(Array.from(numbers.subarray(v.lanes, 4 * v.lanes)), [...power, ...angle, ...product]);
    }
  });

  it("is the same bits on every machine", () => {
    const sums = allNames.map((name) => {
      const parts = precisions.map((precision) => {
        const { x, y, out, run } = compileAll(precision, 4096);
        const lowest = name === "log" || name === "pow" ? -0.001 : name === "log1p" ? 0.999 : 10;
        x.forEach((_, i) => {
          x[i] = 20 * golden(i + 1) - lowest;
          y[i] = 10 * golden(3 * i + 1) - 5;
        });
        run(name);
        return checksum(new Uint8Array(out.buffer, out.byteOffset, out.byteLength)).toString(16);
      });
      return `${name} ${parts.join(" ")}`;
    });
    assert.deepEqual(sums, checksums);
  });
});

/** FNV-1a. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

describe("the tables", () => {
  it("are the minimax polynomials that they are said to be", () => {
    for (const [name, derived] of Object.entries(derivePolynomials())) {
      if (name === "logarithmRest") assert.deepEqual(logarithmRest, derived.double.coefficients);
      else {
        const key = name as "exponential" | "cotangent" | "logarithm" | "sine" | "erfNear" | "erfFar";
        assert.deepEqual(double[key], derived.double.coefficients, name);
        assert.deepEqual(single[key], derived.single?.coefficients, name);
      }
    }
  });
});
