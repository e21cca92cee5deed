// In which order the loops of a group run, which of them goes by vectors, and how many vectors are in flight.

import type { DType, Shape } from "../../../graph.js";
import { mergeAxes } from "../../loops/axes.js";
import { weightOf } from "./elements.js";
import type { Group } from "./group-parts.js";
import { type VectorNest, vectorAxis } from "./nest.js";

export function nestOf({ plan, members, accesses, accumulators }: Group, shape: Shape): VectorNest {
  const { instructions, values } = plan;
  const merged = mergeAxes(shape, accesses);
  // A scalar is a vector of one lane.
  const lengths = merged.lengths.length === 0 ? [1] : merged.lengths;
  const strides = accesses.map((_, k) => (merged.lengths.length === 0 ? [1] : merged.strides[k]));
  const dtypes = new Set<DType>();
  let weight = 0;
  for (const k of members) {
    dtypes.add(instructions[k].dtype);
    for (const operand of instructions[k].inputs) dtypes.add(values[operand].dtype);
    weight += weightOf(instructions[k].op);
  }
  const axis = vectorAxis(lengths, strides);
  const others = lengths.map((_, d) => d).filter((d) => d !== axis);
  const isReducedBy = (d: number): boolean => accumulators.every(({ walk }) => strides[walk][d] === 0);
  // Sums over rows stay in registers while the rows go by, unless sums along the vectors want every row at a time.
  const alongVectors = accumulators.some(
    ({ walk }) => strides[walk][axis] === 0 && others.some((d) => strides[walk][d] !== 0),
  );
  const acrossRows = accumulators.some(({ walk }) => strides[walk][axis] !== 0);
  const inner = acrossRows && !alongVectors ? others.filter(isReducedBy) : [];
  const order = [...others.filter((d) => !inner.includes(d)), axis, ...inner];
  return {
    lengths: order.map((d) => lengths[d]),
    strides: strides.map((each) => order.map((d) => each[d])),
    vector: order.indexOf(axis),
    lanes: dtypes.has("f64") ? 2 : 4,
    unroll: weight > 60 ? 1 : weight > 12 || inner.length > 0 ? 2 : 4,
  };
}
