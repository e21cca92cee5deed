// Energies written as expressions: traced once, differentiated by the engine, compiled when first evaluated.

import {
  finiteNumber,
  finiteVector,
  integerAtLeast,
  knownOptions,
  namesOfCoordinates,
  refuse,
} from "../arguments/index.js";
import { compile, type Graph, Tensor, trace, withGradient } from "../tensor/index.js";
import type { Energy, EnergySource, ExactFacts } from "./energy.js";

export interface EnergyOptions {
  /** One name per coordinate; `q[0]`, `q[1]`, ... where left out. */
  readonly names?: readonly string[];
  /** What is known of the law; taken at its word. */
  readonly exact?: ExactFacts;
}

/** The data behind a traced energy. */
export interface GraphSource extends EnergySource {
  readonly kind: "graph";
  readonly graph: Graph;
  readonly names: readonly string[];
  readonly exact?: ExactFacts;
}

/**
 * An energy from an expression of one position: `f` gets `q`, a tensor of shape `[dim]`, and returns a scalar tensor,
 * minus the log density up to a constant. The gradient is derived; the energy travels to workers.
 *
 * Throws where `dim` is not a positive integer, the expression is not a scalar, or the options do not fit `dim`.
 * @example energy(2, (q) => q.square().sum().mul(0.5)).value(Float64Array.of(1, 2)) // 2.5
 */
export function energy(dim: number, f: (q: Tensor) => Tensor, options: EnergyOptions = {}): Energy {
  integerAtLeast("energy", "dim", dim, 1);
  if (typeof f !== "function") refuse("energy", "f", "a function of a tensor", f);
  knownOptions("energy", options, ["names", "exact"]);
  const graph = trace(
    ([q]) => {
      const value = f(q);
      if (!(value instanceof Tensor)) refuse("energy", "the value of f", "a tensor", value);
      if (value.rank !== 0) {
        const got = `shape [${value.shape.join(", ")}]`;
        throw new RangeError(`energy: the value of f must be a scalar (reduce it, for example with sum), got ${got}`);
      }
      return [value.cast("f64")];
    },
    [{ shape: [dim], name: "q" }],
  );
  const names = namesOfCoordinates("energy", options.names, dim, "q");
  return energyFromGraph({ kind: "graph", graph, names, exact: exactOf("energy", dim, options.exact) });
}

/** Rebuilds a traced energy from its data, bit for bit the same function. */
export function energyFromGraph(source: GraphSource): Energy {
  const { graph, names, exact } = source;
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
  knownOptions(`${where}: exact`, exact, ["mean", "covariance", "logNormalizer"]);
  const { mean, covariance, logNormalizer } = exact;
  if (mean !== undefined) finiteVector(where, "exact.mean", mean, dim);
  if (covariance !== undefined) {
    if (!Array.isArray(covariance) || covariance.length !== dim)
      refuse(where, "exact.covariance", `${dim} rows of ${dim} numbers`, covariance);
    covariance.forEach((row, i) => finiteVector(where, `exact.covariance[${i}]`, row, dim));
  }
  if (logNormalizer !== undefined) finiteNumber(where, "exact.logNormalizer", logNormalizer);
  return exact;
}

function checkPosition(q: Float64Array, dim: number): Float64Array {
  if (q?.length !== dim || typeof q === "string") refuse("energy", "q", `a position of ${dim} numbers`, q);
  return q;
}
