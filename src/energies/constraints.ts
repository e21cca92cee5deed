// Constrained coordinates as smooth images of free ones, with the log Jacobian that the density gains on the way (Stan Reference
// Manual, "Constraint Transforms"; additive log ratios for the simplex, Aitchison 1982). Every map is increasing in each coordinate.

import { refuse } from "../arguments/index.js";
import { compile, concat, constant, stack, type Tensor, trace } from "../tensor/index.js";
import type { Transform } from "./energy.js";

/** Where the coordinates of a position may lie. A coordinate has at most one kind of constraint; bounds are not part of the support. */
export interface Constraints {
  /** One number for all coordinates or one each; -Infinity where there is none. */
  readonly lower?: number | ArrayLike<number>;
  /** One number for all coordinates or one each; Infinity where there is none. */
  readonly upper?: number | ArrayLike<number>;
  /** These coordinates (all of them: true) increase in the order of the list. */
  readonly ordered?: boolean | readonly number[];
  /** These coordinates (all of them: true) are positive and their sum is below 1: all entries but the last of a vector of probabilities. */
  readonly simplex?: boolean | readonly number[];
}

/** Constraints as plain data that survive `structuredClone`: a bound per coordinate, lists of indices. */
export interface ConstraintData {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly ordered: readonly number[];
  readonly simplex: readonly number[];
}

type Kind = "free" | "lower" | "upper" | "between" | "ordered" | "simplex";

/** Coordinates that are mapped together. */
interface Part {
  readonly kind: Kind;
  readonly indices: readonly number[];
}

/** Checks constraints of `dim` coordinates; undefined where they constrain nothing. */
export function readConstraints(where: string, dim: number, constraints: Constraints): ConstraintData | undefined {
  if (typeof constraints !== "object" || constraints === null) {
    refuse(where, "constraints", "an object such as { lower: 0 }", constraints);
  }
  const known = ["lower", "upper", "ordered", "simplex"];
  for (const name of Object.keys(constraints)) {
    if (!known.includes(name)) {
      throw new RangeError(`${where}: there is no constraint ${JSON.stringify(name)}; there are ${known.join(", ")}`);
    }
  }
  const lower = bounds(where, "constraints.lower", dim, constraints.lower, Number.NEGATIVE_INFINITY);
  const upper = bounds(where, "constraints.upper", dim, constraints.upper, Number.POSITIVE_INFINITY);
  const ordered = group(where, "constraints.ordered", dim, constraints.ordered);
  const simplex = group(where, "constraints.simplex", dim, constraints.simplex);
  for (let i = 0; i < dim; i++) {
    if (!(lower[i] < upper[i])) {
      refuse(where, `constraints.lower[${i}]`, `below constraints.upper[${i}] = ${upper[i]}`, lower[i]);
    }
    const bounded = Number.isFinite(lower[i]) || Number.isFinite(upper[i]);
    if (Number(bounded) + Number(ordered.includes(i)) + Number(simplex.includes(i)) > 1) {
      throw new RangeError(`${where}: coordinate ${i} has two kinds of constraint, and may have one`);
    }
  }
  const data = { lower, upper, ordered, simplex };
  return partsOf(data).every(({ kind }) => kind === "free") ? undefined : data;
}

/** The constrained position of a free one, and the log of the determinant of the map's Jacobian. */
export function constrainedTensor(z: Tensor, data: ConstraintData): { q: Tensor; logJacobian: Tensor } {
  const parts = partsOf(data);
  const mapped = parts.map(({ kind, indices }) => mapPart(kind, take(z, indices), indices, data));
  const order = parts.flatMap(({ indices }) => indices);
  const joined = concat(mapped.map(({ q }) => q));
  const inOrder = order.every((index, place) => index === place);
  return {
    q: inOrder ? joined : joined.gather(constant(order.map((_, i) => order.indexOf(i)))),
    logJacobian: mapped.map(({ logJacobian }) => logJacobian).reduce((sum, term) => sum.add(term)),
  };
}

/** The same map as a pair of functions on numbers: bit for bit what the energy itself computes. */
export function transformOf(data: ConstraintData, names: readonly string[]): Transform {
  const dim = names.length;
  let program: ReturnType<typeof compile> | undefined;
  return {
    constrain(z, q) {
      program ??= compile(trace(([free]) => [constrainedTensor(free, data).q], [[dim]]));
      program.run([z], [q]);
    },
    unconstrain(q, z) {
      checkInside(q, data, names);
      for (const { kind, indices } of partsOf(data)) unconstrainPart(kind, indices, data, q, z);
    },
  };
}

/** Whether a position lies strictly inside. */
export function isInside(q: ArrayLike<number>, data: ConstraintData): boolean {
  return complaint(q, data) === undefined;
}

function checkInside(q: ArrayLike<number>, data: ConstraintData, names: readonly string[]): void {
  const wrong = complaint(q, data);
  if (wrong !== undefined) refuse("energy", names[wrong.index], wrong.expected, q[wrong.index]);
}

/** The first coordinate that is not strictly inside, and what it should be. */
function complaint(q: ArrayLike<number>, data: ConstraintData): { index: number; expected: string } | undefined {
  const { lower, upper, ordered, simplex } = data;
  for (let i = 0; i < lower.length; i++) {
    if (!Number.isFinite(q[i])) return { index: i, expected: "a finite number" };
    if (!(q[i] > lower[i])) return { index: i, expected: `above ${lower[i]}` };
    if (!(q[i] < upper[i])) return { index: i, expected: `below ${upper[i]}` };
  }
  for (let k = 1; k < ordered.length; k++) {
    if (!(q[ordered[k]] > q[ordered[k - 1]])) {
      return { index: ordered[k], expected: `above the one before it, ${q[ordered[k - 1]]}` };
    }
  }
  let rest = 1;
  for (const i of simplex) {
    rest -= q[i];
    if (!(q[i] > 0)) return { index: i, expected: "above 0" };
    if (!(rest > 0)) return { index: i, expected: "so small that the probabilities' sum stays below 1" };
  }
  return undefined;
}

function mapPart(
  kind: Kind,
  z: Tensor,
  indices: readonly number[],
  { lower, upper }: ConstraintData,
): { q: Tensor; logJacobian: Tensor } {
  const low = constant(indices.map((i) => lower[i]));
  const high = constant(indices.map((i) => upper[i]));
  switch (kind) {
    case "free":
      return { q: z, logJacobian: constant(0) };
    case "lower":
      return { q: z.exp().add(low), logJacobian: z.sum() };
    case "upper":
      return { q: high.sub(z.neg().exp()), logJacobian: z.sum().neg() };
    case "between": {
      // dq/dz = width s(z) s(-z), and -log s(-z) = softplus(z)
      const width = constant(indices.map((i) => upper[i] - lower[i]));
      const logWidths = indices.reduce((sum, i) => sum + Math.log(upper[i] - lower[i]), 0);
      const logSlopes = z.softplus().add(z.neg().softplus()).sum().neg();
      return { q: z.sigmoid().mul(width).add(low), logJacobian: logSlopes.add(logWidths) };
    }
    case "ordered": {
      // The first one is free, each further one exceeds the one before by exp(z).
      const n = indices.length;
      const upTo = constant(indices.map((_, i) => indices.map((_, j) => (j <= i ? 1 : 0))));
      const steps = z.slice(1, n);
      return { q: upTo.matmul(concat([z.slice(0, 1), steps.exp()])), logJacobian: steps.sum() };
    }
    case "simplex": {
      // Logits against the last entry, whose own is 0; the determinant is the product of all entries, that one too.
      const total = stack([...z.unstack(), 0]).logSumExp();
      return { q: z.sub(total).exp(), logJacobian: z.sum().sub(total.mul(indices.length + 1)) };
    }
  }
}

function unconstrainPart(
  kind: Kind,
  indices: readonly number[],
  { lower, upper }: ConstraintData,
  q: Float64Array,
  z: Float64Array,
): void {
  const rest = indices.reduce((sum, i) => sum - q[i], 1);
  indices.forEach((i, k) => {
    if (kind === "free") z[i] = q[i];
    else if (kind === "lower") z[i] = Math.log(q[i] - lower[i]);
    else if (kind === "upper") z[i] = -Math.log(upper[i] - q[i]);
    else if (kind === "between") z[i] = Math.log((q[i] - lower[i]) / (upper[i] - q[i]));
    else if (kind === "ordered") z[i] = k === 0 ? q[i] : Math.log(q[i] - q[indices[k - 1]]);
    else z[i] = Math.log(q[i] / rest);
  });
}

/** Runs of neighbours with bounds of the same kind, then the groups. */
function partsOf({ lower, upper, ordered, simplex }: ConstraintData): Part[] {
  const parts: { kind: Kind; indices: number[] }[] = [];
  for (let i = 0; i < lower.length; i++) {
    if (ordered.includes(i) || simplex.includes(i)) continue;
    const kind = boundKind(lower[i], upper[i]);
    const last = parts.at(-1);
    if (last?.kind === kind && last.indices.at(-1) === i - 1) last.indices.push(i);
    else parts.push({ kind, indices: [i] });
  }
  if (ordered.length > 0) parts.push({ kind: "ordered", indices: [...ordered] });
  if (simplex.length > 0) parts.push({ kind: "simplex", indices: [...simplex] });
  return parts;
}

function boundKind(lower: number, upper: number): Kind {
  if (Number.isFinite(lower)) return Number.isFinite(upper) ? "between" : "lower";
  return Number.isFinite(upper) ? "upper" : "free";
}

function take(z: Tensor, indices: readonly number[]): Tensor {
  const first = indices[0];
  const contiguous = indices.every((index, k) => index === first + k);
  return contiguous ? z.slice(first, first + indices.length) : z.gather(constant(indices));
}

function bounds(where: string, name: string, dim: number, bound: Constraints["lower"], none: number): number[] {
  if (bound === undefined) return new Array<number>(dim).fill(none);
  if (typeof bound === "number") return new Array<number>(dim).fill(checkBound(where, name, bound, none));
  if (typeof bound !== "object" || bound === null || bound.length !== dim) {
    refuse(where, name, `a number or ${dim} numbers`, bound);
  }
  return Array.from(bound, (value, i) => checkBound(where, `${name}[${i}]`, value, none));
}

function checkBound(where: string, name: string, value: unknown, none: number): number {
  if (typeof value !== "number" || !(Number.isFinite(value) || value === none)) {
    refuse(where, name, `a number or ${none}`, value);
  }
  return value;
}

function group(where: string, name: string, dim: number, value: Constraints["ordered"]): number[] {
  if (value === undefined || value === false) return [];
  if (value === true) return Array.from({ length: dim }, (_, i) => i);
  const isIndex = (i: unknown): boolean => Number.isInteger(i) && (i as number) >= 0 && (i as number) < dim;
  if (!Array.isArray(value) || !value.every(isIndex) || new Set(value).size !== value.length) {
    refuse(where, name, `true or a list of different coordinates from 0 to ${dim - 1}`, value);
  }
  return [...value];
}
