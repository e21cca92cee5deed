// Copies from view to view.

import { type Shape, sizeOf } from "../../../graph.js";
import { mergeAxes } from "../../loops/axes.js";
import type { Value, View } from "../../loops/views.js";
import type { Code, FunctionWriter, Local } from "../assembler.js";
import { vectors } from "./elements.js";
import { loadVector, storeVector, type VectorNest, vectorAxis, type Walk, writeNest } from "./nest.js";
import { bytesPer, type Writer } from "./writer.js";

export function walkOf(w: Writer, view: View): Walk {
  return { address: w.address(view), bytes: bytesPer[view.buffer.dtype], strides: view.strides };
}

/** Writes `to = value`, element by element. */
export function copy(f: FunctionWriter, w: Writer, to: View, { shape, constant, view }: Value): void {
  if (constant !== undefined) fill(f, w, to, shape, constant);
  else move(f, to.buffer.dtype, shape, walkOf(w, to), walkOf(w, view!));
}

export function fill(f: FunctionWriter, w: Writer, to: View, shape: Shape, number: number): void {
  const v = vectors[to.buffer.dtype];
  const value = f.local("v128");
  f.add(value.set(v.constant(number)));
  write(f, to.buffer.dtype, shape, [walkOf(w, to)], () => value.get);
}

export function move(f: FunctionWriter, dtype: "f32" | "f64", shape: Shape, to: Walk, from: Walk): void {
  const { lanes } = vectors[dtype];
  write(f, dtype, shape, [to, from], (pointers, strides, u, valid) =>
    loadVector(vectors[dtype], lanes, strides[1], pointers[1], u, valid),
  );
}

/** Writes the first walk of a shape by vectors from `value`, which may read all walks; it gets their strides along the vectors. */
export function write(
  f: FunctionWriter,
  dtype: "f32" | "f64",
  shape: Shape,
  walks: readonly Walk[],
  value: (pointers: readonly Local[], strides: readonly number[], u: number, valid: number) => Code,
): void {
  if (sizeOf(shape) === 0) return;
  const v = vectors[dtype];
  const nest = vectorNest(shape, walks, v.lanes);
  const strides = nest.strides.map((each) => each[nest.vector]);
  writeNest(f, nest, walks, {
    enter(into, level, pointers, block) {
      if (level < nest.lengths.length) return;
      for (let u = 0; u < block!.vectors; u++) {
        const valid = u < block!.vectors - 1 ? v.lanes : block!.last;
        const code = value(pointers, strides, u, valid);
        const local = f.local("v128");
        into.add(local.set(code), storeVector(v, v.lanes, strides[0], pointers[0], u, valid, local.get));
      }
    },
    leave() {},
  });
}

function vectorNest(shape: Shape, walks: readonly Walk[], lanes: 2 | 4): VectorNest {
  const merged = mergeAxes(shape, walks);
  if (merged.lengths.length === 0) return { lengths: [1], strides: walks.map(() => [1]), vector: 0, lanes, unroll: 4 };
  const axis = vectorAxis(merged.lengths, merged.strides);
  const order = [...merged.lengths.keys()].filter((d) => d !== axis).concat(axis);
  return {
    lengths: order.map((d) => merged.lengths[d]),
    strides: merged.strides.map((each) => order.map((d) => each[d])),
    vector: order.length - 1,
    lanes,
    unroll: 4,
  };
}
