// Energies written as expressions: traced once, differentiated by the engine, compiled when first evaluated.

import {
  finiteNumber,
  finiteVector,
  integerAtLeast,
  knownOptions,
  namesOfCoordinates,
  refuse,
} from "../arguments/index.js";
import {
  type ArithmeticOptions,
  arithmeticOf,
  compile,
  type Graph,
  Tensor,
  trace,
  withGradient,
} from "../tensor/index.js";
import {
  type ConstraintData,
  type Constraints,
  constrainedTensor,
  readConstraints,
  transformOf,
} from "./constraints.js";
import type { Energy, EnergySource, ExactFacts } from "./energy.js";

export interface EnergyOptions extends ArithmeticOptions {
  /** One name per coordinate; `q[0]`, `q[1]`, ... where left out. */
  readonly names?: readonly string[];
  /** What is known of the law, in the coordinates that the energy was written in; taken at its word. */
  readonly exact?: ExactFacts;
  /** Bounds and the like. The energy is then moved to free coordinates, with the Jacobian; `transform` leads there and back. */
  readonly constraints?: Constraints;
}

/** The data behind a traced energy. */
export interface GraphSource extends EnergySource {
  readonly kind: "graph";
  readonly graph: Graph;
  readonly names: readonly string[];
  /** Without `draw`, which is a closure. */
  readonly exact?: ExactFacts;
  /** Those that the graph, a function of free coordinates, was moved by. */
  readonly constraints?: ConstraintData;
}

/**
 * An energy from an expression of one position: `f` gets `q`, a tensor of shape `[dim]`, and returns a scalar tensor,
 * minus the log density up to a constant. The gradient is derived; the energy travels to workers.
 *
 * With `constraints`, `q` lies inside them, and what is returned is the energy of free coordinates `z`: `U(q(z)) - log |dq/dz|`. Draws,
 * starts and `exact` stay in the coordinates of `q`.
 *
 * Throws where `dim` is not a positive integer, the expression is not a scalar, the options do not fit `dim`, or `fma` or `wideVectors` ask
 * for what there is not here.
 * @example energy(2, (q) => q.square().sum().mul(0.5)).value(Float64Array.of(1, 2)) // 2.5
 * @example energy(1, (q) => q.sum(), { constraints: { lower: 0 } }) // the exponential law; its value at z is exp(z) - z
 */
export function energy(dim: number, f: (q: Tensor) => Tensor, options: EnergyOptions = {}): Energy {
  integerAtLeast("energy", "dim", dim, 1);
  if (typeof f !== "function") refuse("energy", "f", "a function of a tensor", f);
  knownOptions("energy", options, ["names", "exact", "constraints", "fma", "wideVectors"]);
  const arithmetic = arithmeticOf("energy", options);
  const constraints =
    options.constraints === undefined ? undefined : readConstraints("energy", dim, options.constraints);
  const graph = trace(
    ([z]) => {
      const moved = constraints === undefined ? undefined : constrainedTensor(z, constraints);
      const value = f(moved?.q ?? z);
      if (!(value instanceof Tensor)) refuse("energy", "the value of f", "a tensor", value);
      if (value.rank !== 0) {
        const got = `shape [${value.shape.join(", ")}]`;
        throw new RangeError(`energy: the value of f must be a scalar (reduce it, for example with sum), got ${got}`);
      }
      const energyOfPosition = value.cast("f64");
      return [moved === undefined ? energyOfPosition : energyOfPosition.sub(moved.logJacobian)];
    },
    [{ shape: [dim], name: "q" }],
    arithmetic,
  );
  const names = namesOfCoordinates("energy", options.names, dim, "q");
  const exact = exactOf("energy", dim, options.exact);
  return build({ kind: "graph", graph, names, exact: withoutDraw(exact), constraints }, exact);
}

/** Rebuilds a traced energy from its data, bit for bit the same function. */
export function energyFromGraph(source: GraphSource): Energy {
  return build(source, source.exact);
}

function build(source: GraphSource, exact: ExactFacts | undefined): Energy {
  const { graph, names, constraints } = source;
  const dim = graph.inputs[0].shape[0];
  const inputs: Float64Array[] = [new Float64Array(0)];
  const both: Float64Array[] = [new Float64Array(1), new Float64Array(0)];
  const valueOnly: Float64Array[] = [new Float64Array(1)];
  let valueProgram: ReturnType<typeof compile> | undefined;
  let gradientProgram: ReturnType<typeof compile> | undefined;
  return {
    dim,
    names,
    exact,
    graph,
    transform: constraints === undefined ? undefined : transformOf(constraints, names),
    source,
    value(q) {
      valueProgram ??= compile(graph);
      inputs[0] = checkPosition(q, dim);
      valueProgram.run(inputs, valueOnly);
      return valueOnly[0][0];
    },
    valueAndGradient(q, out) {
      gradientProgram ??= compile(withGradient(graph));
      inputs[0] = checkPosition(q, dim);
      if (out.length !== dim) refuse("energy", "gradient", `an array of length ${dim}`, out);
      both[1] = out;
      gradientProgram.run(inputs, both);
      return both[0][0];
    },
  };
}

export function exactOf(where: string, dim: number, exact: ExactFacts | undefined): ExactFacts | undefined {
  if (exact === undefined) return undefined;
  knownOptions(`${where}: exact`, exact, ["mean", "covariance", "logNormalizer", "draw"]);
  const { mean, covariance, logNormalizer, draw } = exact;
  if (mean !== undefined) finiteVector(where, "exact.mean", mean, dim);
  if (covariance !== undefined) {
    if (!Array.isArray(covariance) || covariance.length !== dim)
      refuse(where, "exact.covariance", `${dim} rows of ${dim} numbers`, covariance);
    covariance.forEach((row, i) => finiteVector(where, `exact.covariance[${i}]`, row, dim));
  }
  if (logNormalizer !== undefined) finiteNumber(where, "exact.logNormalizer", logNormalizer);
  if (draw !== undefined && typeof draw !== "function") refuse(where, "exact.draw", "a function (random, q)", draw);
  return exact;
}

function withoutDraw(exact: ExactFacts | undefined): ExactFacts | undefined {
  if (exact?.draw === undefined) return exact;
  const { draw: _, ...facts } = exact;
  return facts;
}

function checkPosition(q: Float64Array, dim: number): Float64Array {
  if (q?.length !== dim || typeof q === "string") refuse("energy", "q", `a position of ${dim} numbers`, q);
  return q;
}
