// Where a program's numbers lie in its memory: inputs and outputs row-major with the columns side by side, `[..., width]`, one
// after the other, then what loops collect for the columns in hand.

import { type DType, type Graph, sizeOf } from "../../../graph.js";
import type { ScalarProgram } from "../../scalars/expand.js";

/** A run of rows in memory. */
export interface Place {
  readonly address: number;
  readonly dtype: DType;
  /** Bytes from one row to the next. */
  readonly row: number;
  /** A row holds one number for every column (`all`), one for each column in hand (`group`), or one that all share (`shared`). */
  readonly columns: "all" | "group" | "shared";
}

export interface Layout {
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
  /** Bytes of memory. */
  readonly bytes: number;
  /** Of the memory that a scalar program calls by this name. */
  of(name: string): Place;
}

/** What is settled about a program's columns. */
export interface ColumnOptions {
  readonly width: number;
  readonly mapped: readonly boolean[];
  readonly replaces: readonly (number | undefined)[];
  readonly columns: number;
}

const alignment = 64;

/**
 * `columns` is the largest number of columns in hand at once. Where `replaces` names an input for an output, the output lies where
 * that input does.
 */
export function layoutOf(
  graph: Graph,
  program: ScalarProgram,
  { width, mapped, replaces, columns }: ColumnOptions,
): Layout {
  let next = 0;
  const allocate = (dtype: DType, rows: number, kind: Place["columns"]): Place => {
    const bytes = dtype === "f64" ? 8 : 4;
    const row = bytes * (kind === "all" ? width : kind === "group" ? columns : 1);
    const address = next;
    next = Math.ceil((next + rows * row) / alignment) * alignment;
    return { address, dtype, row, columns: kind };
  };
  const inputs = graph.inputs.map(({ dtype, shape }, i) =>
    allocate(dtype, sizeOf(shape), mapped[i] ? "all" : "shared"),
  );
  const outputs = graph.outputs.map((k, i) => {
    const { dtype, shape } = graph.instructions[k];
    const replaced = replaces[i];
    if (replaced !== undefined) return inputs[replaced];
    return allocate(dtype, sizeOf(shape), "all");
  });
  const byName = new Map<string, Place>();
  inputs.forEach((place, i) => byName.set(`i${i}`, place));
  outputs.forEach((place, i) => byName.set(`o${i}`, place));
  for (const { name, length } of program.memories) byName.set(name, allocate("f64", length, "group"));
  // The last row's last vectors are loaded whole, beyond the last column.
  return { inputs, outputs, bytes: next + alignment, of: (name) => byName.get(name)! };
}
