// Targets whose learning coefficients are known: population losses around a true parameter, without data and training.

import { refuse } from "../../arguments/index.js";
import * as known from "../known/index.js";
import type { DataConfiguration, TargetConfiguration } from "./configuration.js";
import type { Recipe } from "./recipe.js";
import { refuseHugeModel } from "./sizes.js";

/** `target.quad_dim` parameters; `model.target_params`, then `model.in_dim` where that is null. */
export function quadratic({ target, model, data }: TargetConfiguration): Recipe {
  const dim = target.quad_dim ?? model.target_params ?? model.in_dim;
  refuseHugeModel("quadratic", "target.quad_dim, model.target_params or model.in_dim", dim);
  return recipeOf(known.quadratic({ curvatures: new Array<number>(dim).fill(1), dataSize: sizeOf(data) }));
}

/** The deep linear network of `target.widths`, true map of `target.rank`. */
export function deepLinear({ target: { widths, rank }, data }: TargetConfiguration): Recipe {
  checkLayers("deep_linear", widths, rank);
  return recipeOf(known.deepLinear({ widths, rank, dataSize: sizeOf(data) }));
}

/** The deep linear network of two layers: `target.widths` are those of inputs, hidden units and outputs. */
export function reducedRank({ target, data }: TargetConfiguration): Recipe {
  const { widths, rank } = target;
  if (widths.length !== 3) refuse("reduced_rank", "target.widths", "three numbers: inputs, hidden, outputs", widths);
  checkLayers("reduced_rank", widths, rank);
  const [inputs, hidden, outputs] = widths;
  return recipeOf(known.reducedRankRegression({ inputs, hidden, outputs, rank, dataSize: sizeOf(data) }));
}

/** `prod w_i^(2 k_i)`, k of `target.exponents`. */
export function normalCrossing({ target, data }: TargetConfiguration): Recipe {
  return recipeOf(known.normalCrossing({ exponents: target.exponents, dataSize: sizeOf(data) }));
}

/** `target.hidden` tanh units that should give 0. */
export function tanhNetwork({ target, data }: TargetConfiguration): Recipe {
  refuseHugeModel("tanh_network", "target.hidden", 2 * target.hidden);
  return recipeOf(known.tanhNetwork({ hidden: target.hidden, dataSize: sizeOf(data) }));
}

function checkLayers(where: string, widths: readonly number[], rank: number): void {
  refuseHugeModel(
    where,
    "target.widths",
    widths.slice(1).reduce((sum, out, l) => sum + widths[l] * out, 0),
  );
  const least = Math.min(...widths);
  if (rank > least) refuse(where, "target.rank", `at most ${least}, the least of target.widths`, rank);
}

function sizeOf({ n_data: n }: DataConfiguration): number {
  if (n === null) refuse("buildTarget", "data.n_data", "a positive integer where there are no data", n);
  return n;
}

function recipeOf({ lambda, multiplicity, loss, center }: known.KnownAnswer): Recipe {
  if (loss === undefined || center === undefined)
    throw new Error("buildTarget: this model has a coefficient but no loss");
  return { loss, center: async () => center.slice(), known: { lambda, multiplicity } };
}
