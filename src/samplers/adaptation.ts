// The pieces of which warmup is made, each of use alone: the public namespace `adaptation`.

export { type CheesOptions, cheesGradient, type Flight, halton, harmonicMean, pooledVariance } from "./chees.js";
export { type CoMoments, coMoments } from "./co-moments.js";
export { type DualAveraging, type DualAveragingOptions, dualAveraging } from "./dual-averaging.js";
export { geometricMean } from "./geometric-mean.js";
export type { LowRankMass, MassKind } from "./mass.js";
export {
  covarianceEstimator,
  fisherDiagonal,
  fisherMatrix,
  lowRankEstimator,
  type MassEstimator,
  massEstimator,
  varianceEstimator,
} from "./mass-estimators.js";
export { largestEigenvalue, pooledScales } from "./meads.js";
export { denseMetric, diagonalMetric, lowRankMetric, type Metric } from "./metric.js";
export { type NutpieSchedule, nutpieSchedule } from "./nutpie-warmup.js";
export { type SettledStepSize, settledStepSize } from "./settled-step-size.js";
export { searchStepSize } from "./step-size-search.js";
export { type SymmetricEigen, symmetricEigen } from "./symmetric-eigen.js";
export { type Welford, welford } from "./welford.js";
export { type Windows, windows } from "./windows.js";
