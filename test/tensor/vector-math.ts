// The vector mathematics as functions of arrays, and what their values should be: for the tests and the benchmark of
// `src/tensor/backends/wasm/math.ts`.
import {
  type Code,
  countedLoop,
  f32x4,
  f64x2,
  i32,
  moduleWriter,
  type VectorFloat,
  v128,
} from "../../src/tensor/backends/wasm/assembler.js";
import { compileModule, instantiate, newMemory, pagesFor } from "../../src/tensor/backends/wasm/instance.js";
import { names, type VectorMath, vectorMath } from "../../src/tensor/backends/wasm/math.js";
import type { Arithmetic } from "../../src/tensor/graph.js";
import {
  erf as erfDouble,
  sigmoid as sigmoidDouble,
  softplus as softplusDouble,
} from "../../src/tensor/special/index.js";
import { cos, exp, fromDouble, log, one, over, pi, sin, toDouble } from "./fixed-point.js";
import { bitsFor, erf } from "./special-reference.js";

export type Unary = (typeof names)[number];
export type Name = keyof VectorMath;
export const allNames: readonly Name[] = [...names, "pow"];

export type Precision = "single" | "double";
type Floats = Float32Array | Float64Array;
export const vectors: Readonly<Record<Precision, VectorFloat>> = { single: f32x4, double: f64x2 };
/** A number in the precision. */
export const rounded: Readonly<Record<Precision, (x: number) => number>> = { single: Math.fround, double: (x) => x };

export interface Compiled {
  /** The first argument, the second of pow, and the results; a multiple of 16 bytes long. */
  readonly x: Floats;
  readonly y: Floats;
  readonly out: Floats;
  /** Applies a function to all of x, or to its first `length` numbers, a multiple of 4. */
  run(name: Name, length?: number): void;
}

export function compileAll(precision: Precision, length: number, arithmetic?: Arithmetic): Compiled {
  const v = vectors[precision];
  const bytes = length * v.scalar.bytes;
  const module = moduleWriter();
  for (const name of allNames) {
    module.function({ parameters: ["i32"], name }, (f) => {
      const at = f.local("i32");
      const body: Code[] = [];
      const add = (...statements: readonly Code[]): void => {
        body.push(...statements);
      };
      const math = vectorMath({ ...f, add }, v, arithmetic);
      const x = v128.load(at.get);
      const result = name === "pow" ? math.pow(x, v128.load(at.get, bytes)) : math[name](x);
      body.push(v128.store(at.get, result, 2 * bytes));
      f.add(countedLoop(at, i32.constant(0), f.parameter(0).get, 16, body));
    });
  }
  const pages = pagesFor(3 * bytes);
  const memory = newMemory(pages);
  const exports = instantiate(compileModule(module.encode(pages)), memory);
  const view = (offset: number): Floats =>
    precision === "single"
      ? new Float32Array(memory.buffer, offset, length)
      : new Float64Array(memory.buffer, offset, length);
  return {
    x: view(0),
    y: view(bytes),
    out: view(2 * bytes),
    run(name, count = length) {
      exports[name](count * v.scalar.bytes);
    },
  };
}

/** Applies a function to any number of arguments. */
export function evaluate(
  precision: Precision,
  name: Name,
  x: readonly number[],
  y: readonly number[] = [],
  arithmetic?: Arithmetic,
): number[] {
  const length = Math.max(4, Math.ceil(x.length / 4) * 4);
  const compiled = compileAll(precision, length, arithmetic);
  compiled.x.set(x);
  compiled.y.set(y);
  compiled.run(name);
  return Array.from(compiled.out.subarray(0, x.length));
}

/** Values in double precision, for functions in single: far within one of its ulps. */
export const inDouble: Readonly<Record<Unary, (x: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  tanh: Math.tanh,
  sigmoid: sigmoidDouble,
  softplus: softplusDouble,
  sin: Math.sin,
  cos: Math.cos,
  erf: erfDouble,
};

/** The error of a single `y` in units of the last place of the exact value `exact`; 2^128 stands for infinity. */
export function ulpsInSingle(y: number, exact: number): number {
  if (Number.isNaN(exact) || Number.isNaN(y))
    return Number.isNaN(exact) && Number.isNaN(y) ? 0 : Number.POSITIVE_INFINITY;
  const bounded = (a: number): number => Math.max(-(2 ** 128), Math.min(2 ** 128, a));
  const difference = Math.abs(bounded(y) - bounded(exact));
  const exponent = Math.max(-126, Math.min(127, exponentOf(exact)));
  return difference / 2 ** (exponent - 23);
}

const word = new DataView(new ArrayBuffer(8));
function exponentOf(x: number): number {
  word.setFloat64(0, x);
  return ((word.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

/** A fixed-point number of `bits` bits after the point. */
export interface Exact {
  readonly value: bigint;
  readonly bits: number;
}

/** Exact values for double precision. */
export const exactly: Readonly<Record<Unary, (x: number) => Exact>> = {
  exp: at((x, bits) => exp(x, bits), exponentialBits),
  log: at(log, (x) => bitsFor(x)),
  log1p: at(
    (x, bits) => log(one(bits) + x, bits),
    (x) => bitsFor(x),
  ),
  expm1: at((x, bits) => exp(x, bits) - one(bits), exponentialBits),
  tanh: at((x, bits) => {
    const power = exp(2n * x, bits);
    return over(power - one(bits), power + one(bits), bits);
  }, exponentialBits),
  sigmoid: at((x, bits) => over(one(bits), one(bits) + exp(-x, bits), bits), exponentialBits),
  softplus: at((x, bits) => log(one(bits) + exp(x, bits), bits), exponentialBits),
  sin: at((x, bits) => onCircle(x, bits, sin), circleBits),
  cos: at((x, bits) => onCircle(x, bits, cos), circleBits),
  erf: at(erf, (x) => bitsFor(x) + Math.ceil(3 * x * x)),
};

/** `x^y` for positive `x`. */
export function exactPower(x: number, y: number): Exact {
  const bits = 2600;
  const product = fromDouble(y, bits) * log(fromDouble(x, bits), bits);
  return { value: exp(product >> BigInt(bits), bits), bits };
}

function at(f: (x: bigint, bits: number) => bigint, bitsAt: (x: number) => number): (x: number) => Exact {
  return (x) => {
    const bits = bitsAt(x);
    return { value: f(fromDouble(x, bits), bits), bits };
  };
}

function exponentialBits(x: number): number {
  return bitsFor(x) + Math.ceil(4 * Math.abs(x));
}

/** Few different numbers of bits, since pi is computed for each. */
function circleBits(x: number): number {
  return Math.abs(x) > 1 ? 1600 : bitsFor(x);
}

function onCircle(x: bigint, bits: number, f: (x: bigint, bits: number) => bigint): bigint {
  return f(x % (2n * pi(bits)), bits);
}

/** The error of the double `y` in units of the last place of the exact value; 2^1024 stands for infinity. */
export function ulpsInDouble(y: number, { value, bits }: Exact): number {
  if (Number.isNaN(y)) return Number.POSITIVE_INFINITY;
  const shift = Math.max(0, 1075 - bits);
  const fixed = bits + shift;
  const infinity = 1n << BigInt(1024 + fixed);
  const wide = value << BigInt(shift);
  const exact = wide > infinity ? infinity : wide;
  const got = Number.isFinite(y) ? fromDouble(y, fixed) : y > 0 ? infinity : -infinity;
  const magnitude = exact < 0n ? -exact : exact;
  const exponent = Math.max(-1022, Math.min(1023, magnitude.toString(2).length - 1 - fixed));
  const difference = got > exact ? got - exact : exact - got;
  // In 2^-20 of the last place.
  return Number((difference << 20n) >> BigInt(exponent - 52 + fixed)) * 2 ** -20;
}

/** The double next to the exact value. */
export const nearest = ({ value, bits }: Exact): number => toDouble(value, bits);

/** Floating-point numbers by their order: steps of 1 go from each to its neighbour, zero to the smallest denormal and back. */
export function neighbour(precision: Precision, x: number, steps: number): number {
  if (precision === "single") {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, x);
    const bits = view.getInt32(0);
    const order = (bits >= 0 ? bits : -(bits & 0x7fffffff)) + steps;
    view.setInt32(0, order >= 0 ? order : -order | 0x80000000);
    return view.getFloat32(0);
  }
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  const order = (bits >= 0n ? bits : -BigInt.asUintN(63, bits)) + BigInt(steps);
  view.setBigInt64(0, order >= 0n ? order : BigInt.asIntN(64, -order | (1n << 63n)));
  return view.getFloat64(0);
}
