// The seam between graphs and what runs them.

import type { DType, Graph } from "./graph.js";

export type NumberArray = Float64Array | Float32Array;

/** A compiled graph. Arrays are row-major, one per input and output, of the slot's dtype (Float64Array or Float32Array). */
export interface Program {
  readonly graph: Graph;
  readonly backend: BackendName;
  /** In words, how it computes. */
  readonly how: string;
  /** Memory that it holds for its values, in bytes; its code not counted. */
  readonly bytes: number;
  /** Reads `inputs`, writes `outputs`; keeps no reference to either. Outputs must not overlap inputs. */
  run(inputs: readonly NumberArray[], outputs: readonly NumberArray[]): void;
}

export type BackendName = "interpreter" | "javascript" | "wasm";

/** A back end compiles any valid graph. */
export interface Backend {
  readonly name: BackendName;
  compile(graph: Graph): Program;
}

export function emptyArray(dtype: DType, length: number): NumberArray {
  return dtype === "f64" ? new Float64Array(length) : new Float32Array(length);
}
