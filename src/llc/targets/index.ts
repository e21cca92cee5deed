// Targets: losses with the parameters at which their local learning coefficients are asked for, made from plain configurations.

import { finiteNumber, finiteVector, oneOf } from "../../arguments/index.js";
import { cnn } from "./cnn.js";
import type { TargetConfiguration } from "./configuration.js";
import { deepLinear, normalCrossing, quadratic, reducedRank, tanhNetwork } from "./exact.js";
import type { Materials } from "./materials.js";
import { mlp } from "./mlp.js";
import type { Recipe } from "./recipe.js";
import type { Target } from "./target.js";

export type {
  DataConfiguration,
  LossName,
  ModelConfiguration,
  TargetChoice,
  TargetConfiguration,
  TeacherConfiguration,
  TrainingConfiguration,
} from "./configuration.js";
export { lossNameOf } from "./likelihood.js";
export type { Materials } from "./materials.js";
export { hiddenWidths } from "./perceptron.js";
export type { Target } from "./target.js";

const recipes: Readonly<Record<string, (configuration: TargetConfiguration, materials: Materials) => Recipe>> = {
  mlp,
  cnn,
  quadratic,
  deep_linear: deepLinear,
  reduced_rank: reducedRank,
  normal_crossing: normalCrossing,
  tanh_network: tanhNetwork,
};

/** What `target.kind` may be. */
export const targetKinds: readonly string[] = Object.keys(recipes);

/** Those of them that are networks on data. */
export const kindsOnData: readonly string[] = ["mlp", "cnn"];

/**
 * Makes the data and trains. Equal configurations and materials give equal bytes. Rejects where the configuration does not fit together or to
 * the materials that it names, the training meets a number that is not finite, or `signal` aborts it.
 * @example (await buildTarget(configuration)).center // the trained parameters
 */
export async function buildTarget(
  configuration: TargetConfiguration,
  options: { readonly materials?: Materials; readonly signal?: AbortSignal } = {},
): Promise<Target> {
  const recipe = recipeOf("buildTarget", configuration, options.materials);
  return targetOf("buildTarget", configuration, recipe, await recipe.center(options.signal));
}

/** The target whose trained parameters are known: makes the data and the loss again, and trains nothing. */
export function restoreTarget(
  configuration: TargetConfiguration,
  center: ArrayLike<number>,
  materials: Materials = {},
): Target {
  const recipe = recipeOf("restoreTarget", configuration, materials);
  const { dim } = recipe.loss;
  return targetOf("restoreTarget", configuration, recipe, finiteVector("restoreTarget", "center", center, dim));
}

function recipeOf(where: string, configuration: TargetConfiguration, materials: Materials = {}): Recipe {
  return recipes[oneOf(where, "target.kind", configuration.target.kind, targetKinds)](configuration, materials);
}

function targetOf(
  where: string,
  configuration: TargetConfiguration,
  { loss, known }: Recipe,
  center: Float64Array,
): Target {
  const lossAtCenter = finiteNumber(where, "the loss at the trained parameters", loss.value(center));
  return { configuration, loss, center, lossAtCenter, ...(known && { known }) };
}
