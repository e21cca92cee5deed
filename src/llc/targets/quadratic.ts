// L(w) = |w|^2 / 2 around 0: the target whose LLC is known at every temperature.

import { loss } from "../../networks/index.js";
import type { TargetConfiguration } from "./configuration.js";
import type { Recipe } from "./recipe.js";

/** The quadratic of `target.quad_dim` parameters; `model.target_params`, then `model.in_dim` where that is null. */
export function quadratic({ target, model, data }: TargetConfiguration): Recipe {
  const dim = target.quad_dim ?? model.target_params ?? model.in_dim;
  return {
    loss: loss(dim, data.n_data, (w) => w.square().sum().mul(0.5)),
    center: async () => new Float64Array(dim),
  };
}
