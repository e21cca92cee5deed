// Statistics that say whether chains can be believed: plain arrays in, a number out. `chains` is one list per chain, all of
// one length. Definitions are those of R's `posterior`, `coda` and `loo`; what they call NA is NaN here.

export { autocorrelation } from "./autocorrelation.js";
export { autocovariance } from "./autocovariance.js";
export { type BootstrapOptions, bootstrapInterval } from "./bootstrap-interval.js";
export { type CompareLooOptions, compareLoo, type LooComparison, type Predictive } from "./compare-loo.js";
export { ebfmi } from "./ebfmi.js";
export { essBulk } from "./ess-bulk.js";
export { essLocal } from "./ess-local.js";
export { essBasic, essMean } from "./ess-mean.js";
export { essMedian, essQuantile } from "./ess-quantile.js";
export { essSd } from "./ess-sd.js";
export { essTail } from "./ess-tail.js";
export { eti } from "./eti.js";
export { type GewekeOptions, geweke } from "./geweke.js";
export { hdi } from "./hdi.js";
export { type HeidelbergerWelch, type HeidelbergerWelchOptions, heidelbergerWelch } from "./heidelberger-welch.js";
export { type IntegratedTime, type IntegratedTimeOptions, integratedTime } from "./integrated-time.js";
export { interquartileMean } from "./interquartile-mean.js";
export { type KernelStein, type KernelSteinOptions, kernelStein } from "./kernel-stein.js";
export { khatConvergenceRate, khatMinimumDraws, khatThreshold } from "./khat-threshold.js";
export type { PerDraw } from "./log-likelihood.js";
export { type Loo, type LooOptions, loo } from "./loo.js";
export { type LooPitOptions, looPit } from "./loo-pit.js";
export { mcseMean } from "./mcse-mean.js";
export { mcseMedian, mcseQuantile } from "./mcse-quantile.js";
export { mcseSd } from "./mcse-sd.js";
export { optimalityGap } from "./optimality-gap.js";
export { type ParetoKhatOptions, paretoKhat } from "./pareto-khat.js";
export { type Psis, type PsisOptions, psis } from "./psis.js";
export { quantile } from "./quantile.js";
export { type RafteryLewis, type RafteryLewisOptions, rafteryLewis } from "./raftery-lewis.js";
export { type RankDiagnostics, rankDiagnostics } from "./rank-diagnostics.js";
export { type RankUniformity, rankUniformity } from "./rank-uniformity.js";
export type { RelativeEfficiency } from "./relative-efficiency.js";
export { rhat, rhatFolded } from "./rhat.js";
export { rhatBasic, rhatSplit } from "./rhat-basic.js";
export { rhatNested } from "./rhat-nested.js";
export {
  type RankChiSquare,
  type RankChiSquareOptions,
  rankChiSquare,
  type SbcRanks,
  type SbcRanksOptions,
  sbcRanks,
} from "./sbc-ranks.js";
export { type Band, type BandOptions, type Uniformity, type UniformityOptions, uniformity } from "./uniformity.js";
export { type Waic, waic } from "./waic.js";
