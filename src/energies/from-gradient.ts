// Energies from hand-written functions, for what is not an expression. They are closures, so they stay on the main thread.

import { integerAtLeast, knownOptions, namesOfCoordinates, refuse } from "../arguments/index.js";
import { type ArithmeticOptions, compile, gradient as gradientOf, trace } from "../tensor/index.js";
import { type ConstraintData, constrainedTensor, readConstraints, transformOf } from "./constraints.js";
import type { Energy } from "./energy.js";
import { type EnergyOptions, exactOf } from "./traced.js";

/**
 * An energy from a function that returns U(q) and writes its gradient into the second argument, every number of it. Throws where `dim`
 * is not a positive integer or the options do not fit it, and when evaluated where `f` returns no number. With `constraints`, `f` and its
 * gradient are of the constrained position; moving them to free coordinates is done here. `checkGradient` says whether the gradient is right.
 * @example energyFromGradient(1, (q, gradient) => { gradient[0] = q[0]; return 0.5 * q[0] * q[0]; }).value(Float64Array.of(3)) // 4.5
 */
export function energyFromGradient(
  dim: number,
  f: (q: Float64Array, gradient: Float64Array) => number,
  options: Omit<EnergyOptions, keyof ArithmeticOptions> = {},
): Energy {
  integerAtLeast("energyFromGradient", "dim", dim, 1);
  if (typeof f !== "function") refuse("energyFromGradient", "f", "a function (q, gradient) => number", f);
  knownOptions("energyFromGradient", options, ["names", "exact", "constraints"]);
  const valueAndGradient = (q: Float64Array, gradient: Float64Array): number => {
    const value = f(q, gradient);
    // A forgotten `return` would otherwise look like an energy that is finite nowhere.
    if (typeof value !== "number") refuse("energyFromGradient", "the value of f", "a number", value);
    return value;
  };
  const names = namesOfCoordinates("energyFromGradient", options.names, dim, "q");
  const exact = exactOf("energyFromGradient", dim, options.exact);
  const constraints =
    options.constraints === undefined ? undefined : readConstraints("energyFromGradient", dim, options.constraints);
  if (constraints !== undefined) {
    const moved = pulledBack(dim, valueAndGradient, constraints);
    return { dim, names, exact, transform: transformOf(constraints, names), ...functionsOf(dim, moved) };
  }
  return { dim, names, exact, ...functionsOf(dim, valueAndGradient) };
}

function functionsOf(
  dim: number,
  valueAndGradient: Energy["valueAndGradient"],
): Pick<Energy, "value" | "valueAndGradient"> {
  const unused = new Float64Array(dim);
  return { value: (q) => valueAndGradient(q, unused), valueAndGradient };
}

/** U(q(z)) - log |dq/dz| and its gradient by z, from a function of q: the map is traced and differentiated, the function only called. */
function pulledBack(
  dim: number,
  valueAndGradient: Energy["valueAndGradient"],
  constraints: ConstraintData,
): Energy["valueAndGradient"] {
  const forward = compile(
    trace(
      ([z]) => {
        const { q, logJacobian } = constrainedTensor(z, constraints);
        return [q, logJacobian];
      },
      [[dim]],
    ),
  );
  const backward = compile(
    trace(
      ([z, byPosition]) => {
        const { q, logJacobian } = constrainedTensor(z, constraints);
        return gradientOf(q.dot(byPosition).sub(logJacobian), [z]);
      },
      [[dim], [dim]],
    ),
  );
  const q = new Float64Array(dim);
  const logJacobian = new Float64Array(1);
  const byPosition = new Float64Array(dim);
  return (z, gradient) => {
    forward.run([z], [q, logJacobian]);
    const value = valueAndGradient(q, byPosition);
    backward.run([z, byPosition], [gradient]);
    return value - logJacobian[0];
  };
}
