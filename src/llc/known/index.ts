// Models with known learning coefficients: the namespace `known`.

export type { ExpectedAt, KnownAnswer, Moments } from "./answer.js";
export { type DeepLinearOptions, deepLinear, type ReducedRankOptions, reducedRankRegression } from "./deep-linear.js";
export { type NormalCrossingOptions, normalCrossing } from "./normal-crossing.js";
export { type PowersOptions, powers, type QuadraticOptions, quadratic } from "./separable.js";
export {
  type LineAndPointOptions,
  lineAndPoint,
  type MixtureOptions,
  mixture,
  type TanhNetworkOptions,
  tanhNetwork,
} from "./small-models.js";
