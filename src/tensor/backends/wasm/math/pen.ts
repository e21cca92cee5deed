// What the emitters of vector mathematics write with: arithmetic of one precision, the bits behind its numbers, and locals
// that the next function uses again.

import type { Arithmetic } from "../../../graph.js";
import {
  type Code,
  type FunctionWriter,
  f64x2,
  i32,
  i32x4,
  i64x2,
  type Local,
  plusProduct,
  type ScalarFloat,
  type VectorFloat,
  v128,
} from "../assembler.js";
import { type Coefficients, double, single } from "./coefficients.js";

/** How a precision stores its numbers: a sign, an exponent plus `bias`, `mantissaBits` of mantissa. */
export interface Format {
  readonly mantissaBits: 23 | 52;
  readonly bias: 127 | 1023;
  /** Arithmetic of the lanes as whole numbers. */
  readonly words: typeof i32x4 | typeof i64x2;
  /** Added to a number of moderate size, it leaves the nearest whole number in the lowest bits. */
  readonly rounder: number;
  readonly table: Coefficients;
}

const formats: Readonly<Record<ScalarFloat["type"], Format>> = {
  f32: { mantissaBits: 23, bias: 127, words: i32x4, rounder: 1.5 * 2 ** 23, table: single },
  f64: { mantissaBits: 52, bias: 1023, words: i64x2, rounder: 1.5 * 2 ** 52, table: double },
};

export interface Pen extends Format {
  readonly v: VectorFloat;
  /** `sum + a * b`, with one rounding where that is let. */
  plusProduct(sum: Code, a: Code, b: Code): Code;
  /** Computes `value` at this place, into a local. */
  keep(value: Code): Code;
  add(...statements: readonly Code[]): void;
  /** The same number in all lanes. */
  number(value: number): Code;
  /** The same bits in all lanes. */
  bits(value: bigint): Code;
  shiftLeft(words: Code, by: number): Code;
  /** Fills with zeros. */
  shiftRight(words: Code, by: number): Code;
  /** A local with this value, to be set again. */
  variable(value: Code): Local;
  /** The same pen in double precision. */
  inDouble(): Pen;
  /** The same pen, whose statements go to `statements`, to stand in a branch. */
  branch(statements: Code[]): Pen;
}

/** `emit` hands out a pen, gives the result a local of its own and takes back those that were used on the way. */
export function penOn(
  writer: FunctionWriter,
  v: VectorFloat,
  { fma }: Arithmetic = {},
): { emit(body: (pen: Pen) => Code): Code } {
  const free: Local[] = [];
  const used: Local[] = [];
  const penFor = (of: VectorFloat, add: Pen["add"]): Pen => {
    const format = formats[of.scalar.type];
    const { words, mantissaBits } = format;
    const variable = (value: Code): Local => {
      const local = free.pop() ?? writer.local("v128");
      used.push(local);
      add(local.set(value));
      return local;
    };
    return {
      ...format,
      v: of,
      plusProduct: (sum, a, b) => plusProduct(of, fma === true, sum, a, b),
      add,
      variable,
      keep: (value) => variable(value).get,
      number: of.constant,
      bits: (value) =>
        v128.constant(
          new Uint8Array(
            mantissaBits === 23
              ? Int32Array.from({ length: 4 }, () => Number(BigInt.asIntN(32, value))).buffer
              : BigInt64Array.from({ length: 2 }, () => BigInt.asIntN(64, value)).buffer,
          ),
        ),
      shiftLeft: (a, by) => words.shiftLeft(a, i32.constant(by)),
      shiftRight: (a, by) => words.shiftRightUnsigned(a, i32.constant(by)),
      inDouble: () => penFor(f64x2, add),
      branch: (statements) =>
        penFor(of, (...more) => {
          statements.push(...more);
        }),
    };
  };
  const pen = penFor(v, writer.add);
  return {
    emit(body) {
      const value = body(pen);
      const result = writer.local("v128");
      writer.add(result.set(value));
      free.push(...used.splice(0));
      return result.get;
    },
  };
}

/** The polynomial with these coefficients, constant first, at `x`; even and odd powers side by side when there are many. */
export function polynomial({ v, keep, number, plusProduct }: Pen, coefficients: readonly number[], x: Code): Code {
  const horner = (terms: readonly number[], at: Code): Code =>
    terms
      .slice(0, -1)
      .reduceRight<Code>((sum, term) => plusProduct(number(term), sum, at), number(terms[terms.length - 1]));
  if (coefficients.length < 5) return horner(coefficients, x);
  const square = keep(v.mul(x, x));
  const even = horner(
    coefficients.filter((_, k) => k % 2 === 0),
    square,
  );
  const odd = horner(
    coefficients.filter((_, k) => k % 2 === 1),
    square,
  );
  return plusProduct(even, odd, x);
}

/** The bits of 1. */
export const bitsOfOne = ({ bias, mantissaBits }: Format): bigint => BigInt(bias) << BigInt(mantissaBits);

/** The bit of the sign alone. */
export const signBit = ({ mantissaBits }: Format): bigint => 1n << (mantissaBits === 23 ? 31n : 63n);
