// The data of a regression: rows of predictors beside an outcome each.

import { finiteVector, refuse } from "../arguments/index.js";

export interface Design {
  /** `[rows][coefficients]`, the intercept's column of ones first where there is one. */
  readonly rows: readonly Float64Array[];
  readonly y: Float64Array;
  /** One name per coefficient. */
  readonly names: readonly string[];
}

export interface RegressionData {
  /** One row of predictors per outcome; a list of numbers is one predictor. */
  readonly x: readonly ArrayLike<number>[] | ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Whether a constant is fitted too; true where left out. */
  readonly intercept?: boolean;
}

/** Checks the data of a regression; throws where a number is missing or not finite, naming it. */
export function readDesign(where: string, { x, y, intercept = true }: RegressionData): Design {
  const outcomes = finiteVector(where, "y", y);
  const n = outcomes.length;
  if (n === 0) refuse(where, "y", "at least one outcome", y);
  if (typeof intercept !== "boolean") refuse(where, "intercept", "true or false", intercept);
  if (typeof x !== "object" || x === null || x.length !== n) {
    refuse(where, "x", `${n} rows of predictors, one per outcome`, x);
  }
  const single = typeof x[0] === "number";
  const width = single ? 1 : (x[0] as ArrayLike<number>)?.length;
  const given = single
    ? Array.from(finiteVector(where, "x", x as ArrayLike<number>, n), (value) => [value])
    : Array.from(x as readonly ArrayLike<number>[], (row, i) => finiteVector(where, `x[${i}]`, row, width));
  if (width === 0 && !intercept) refuse(where, "x", "rows of at least one predictor where there is no intercept", x);
  const slopes = Array.from({ length: width }, (_, k) => `beta[${k}]`);
  return {
    rows: given.map((row) => (intercept ? Float64Array.of(1, ...Array.from(row)) : Float64Array.from(row))),
    y: outcomes,
    names: intercept ? ["intercept", ...slopes] : slopes,
  };
}
