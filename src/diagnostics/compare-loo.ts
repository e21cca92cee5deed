// Models beside each other by how well they predict: differences of elpd, with the standard error of the difference, which is not that of
// either (Vehtari, Gelman and Gabry 2017, section 5.2).

import { knownOptions, oneOf, refuse } from "../arguments/index.js";
import { asNumbers } from "./chains.js";
import { stackingWeights } from "./stacking.js";
import { totalOf } from "./total.js";

/** What is compared: results of `loo`, or of `waic`. */
export interface Predictive {
  readonly elpd: number;
  readonly se: number;
  readonly p: number;
  readonly pointwise: { readonly elpd: ArrayLike<number> };
}

export interface CompareLooOptions {
  /** Also weights for averaging the models: "stacking" (Yao et al. 2018), or "pseudoBma", proportional to exp(elpd). */
  readonly weights?: "stacking" | "pseudoBma";
}

/** One model. */
export interface LooComparison {
  readonly model: string;
  readonly elpd: number;
  readonly se: number;
  readonly p: number;
  /** elpd less that of the best model: 0 for the best, negative for the others. */
  readonly difference: number;
  /** Of the difference, from its pointwise parts. */
  readonly differenceSe: number;
  /** Only where asked for. */
  readonly weight?: number;
}

/**
 * The models, by name, best elpd first. All must be of the same observations in the same order. A model whose elpd is NaN comes last. With few
 * observations (below 100), or a difference below 4, the standard error is too small (Sivula, Magnusson and Vehtari 2020).
 *
 * `loo_compare`, `stacking_weights` and `pseudobma_weights(BB = FALSE)` of R's `loo`.
 *
 * @example compareLoo({ a: loo(llA), b: loo(llB) })[1].difference // how much worse the second is, in nats
 */
export function compareLoo(
  models: Readonly<Record<string, Predictive>>,
  options: CompareLooOptions = {},
): LooComparison[] {
  knownOptions("compareLoo", options, ["weights"]);
  const kind =
    options.weights === undefined
      ? undefined
      : oneOf("compareLoo", "weights", options.weights, ["stacking", "pseudoBma"]);
  const pointwise = pointwiseOf(models);
  const order = Object.keys(models).sort((a, b) => rankOf(models[b].elpd) - rankOf(models[a].elpd) || 0);
  const best = pointwise[order[0]];
  const all = order.map((model) => pointwise[model]);
  const weights = kind === "stacking" ? stackingWeights(all) : kind === "pseudoBma" ? pseudoBma(all) : undefined;
  return order.map((model, k) => {
    const { elpd, se, p } = models[model];
    const [difference, differenceSe] = totalOf(pointwise[model].map((value, i) => value - best[i]));
    const row = { model, elpd, se, p, difference, differenceSe };
    return weights === undefined ? row : { ...row, weight: weights[k] };
  });
}

/** NaN behind everything. */
function rankOf(elpd: number): number {
  return Number.isNaN(elpd) ? Number.NEGATIVE_INFINITY : elpd;
}

function pointwiseOf(models: Readonly<Record<string, Predictive>>): Record<string, Float64Array> {
  if (typeof models !== "object" || models === null || Object.keys(models).length === 0) {
    refuse("compareLoo", "models", "results of loo or waic by name", models);
  }
  const result: Record<string, Float64Array> = {};
  let first: string | undefined;
  for (const [name, model] of Object.entries(models)) {
    if (typeof model !== "object" || model === null || typeof model.pointwise !== "object") {
      refuse("compareLoo", `models[${JSON.stringify(name)}]`, "a result of loo or waic", model);
    }
    const values = asNumbers("compareLoo", `models[${JSON.stringify(name)}].pointwise.elpd`, model.pointwise.elpd);
    first ??= name;
    const { length } = result[first] ?? values;
    if (values.length !== length) {
      throw new RangeError(
        `compareLoo: models must be of the same observations, got ${length} in ${first} and ${values.length} in ${name}`,
      );
    }
    result[name] = values;
  }
  return result;
}

function pseudoBma(elpd: readonly Float64Array[]): Float64Array {
  const sums = Float64Array.from(elpd, (values) => totalOf(values)[0]);
  const most = Math.max(...sums);
  const relative = sums.map((sum) => Math.exp(sum - most));
  const total = relative.reduce((sum, value) => sum + value, 0);
  return relative.map((value) => value / total);
}
