// Arithmetic that whoever writes an energy or a loss may choose; none of it is chosen by itself.

import { refuse } from "../arguments/index.js";
import { requireExtensions } from "./backends/wasm/extensions.js";
import type { Arithmetic } from "./graph.js";

export interface ArithmeticOptions {
  /**
   * Let multiply-adds be rounded once where the machine can: in matrix products and in the polynomials within exp, tanh and the like.
   * Gradients of networks take about a fifth less time. Results differ in the last digits, and the same seed gives the same bytes only on
   * the same kind of machine. Takes the relaxed SIMD of WebAssembly, which Node 20 gets by a flag that is set for the whole process.
   * False where left out.
   */
  readonly fma?: boolean;
  /**
   * Let vectors of 128 bits be computed in pairs where the machine has some of 256: the same bytes. Gradients of networks take about a
   * quarter less time in f32, a tenth in f64. Takes an experiment of V8, its revectorizer, which Node has from 24 on (x64 only) and gets by a
   * flag that is set for the whole process. False where left out.
   */
  readonly wideVectors?: boolean;
}

/**
 * What is chosen; undefined where nothing is. `where` names the caller in errors: a TypeError where an option is not a boolean, an Error
 * that says why where the machine or the engine cannot do what is asked for.
 */
export function arithmeticOf(
  where: string,
  { fma = false, wideVectors = false }: ArithmeticOptions,
): Arithmetic | undefined {
  if (typeof fma !== "boolean") refuse(where, "fma", "true or false", fma);
  if (typeof wideVectors !== "boolean") refuse(where, "wideVectors", "true or false", wideVectors);
  if (!fma && !wideVectors) return undefined;
  const arithmetic: Arithmetic = { ...(fma && { fma }), ...(wideVectors && { wideVectors }) };
  requireExtensions(where, arithmetic);
  return arithmetic;
}
