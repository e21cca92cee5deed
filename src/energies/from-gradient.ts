// Energies from hand-written functions, for what is not an expression. They are closures, so they stay on the main thread.

import { integerAtLeast, knownOptions, namesOfCoordinates, refuse } from "../arguments/index.js";
import type { Energy } from "./energy.js";
import { type EnergyOptions, exactOf } from "./traced.js";

/**
 * An energy from a function that returns U(q) and writes its gradient into the second argument, every number of it. Throws where `dim`
 * is not a positive integer or the options do not fit it, and when evaluated where `f` returns no number.
 * @example energyFromGradient(1, (q, gradient) => { gradient[0] = q[0]; return 0.5 * q[0] * q[0]; }).value(Float64Array.of(3)) // 4.5
 */
export function energyFromGradient(
  dim: number,
  f: (q: Float64Array, gradient: Float64Array) => number,
  options: EnergyOptions = {},
): Energy {
  integerAtLeast("energyFromGradient", "dim", dim, 1);
  if (typeof f !== "function") refuse("energyFromGradient", "f", "a function (q, gradient) => number", f);
  knownOptions("energyFromGradient", options, ["names", "exact"]);
  const valueAndGradient = (q: Float64Array, gradient: Float64Array): number => {
    const value = f(q, gradient);
    // A forgotten `return` would otherwise look like an energy that is finite nowhere.
    if (typeof value !== "number") refuse("energyFromGradient", "the value of f", "a number", value);
    return value;
  };
  const unused = new Float64Array(dim);
  return {
    dim,
    names: namesOfCoordinates("energyFromGradient", options.names, dim, "q"),
    exact: exactOf("energyFromGradient", dim, options.exact),
    value: (q) => valueAndGradient(q, unused),
    valueAndGradient,
  };
}
