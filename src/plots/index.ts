// Pictures of draws and estimates: numbers in, figures out. Each figure has a twin, `...Data`, that returns what it draws.

export { type AdaptationData, type AdaptationOptions, adaptation, adaptationData } from "./adaptation.js";
export {
  type AnimatedTrajectoryData,
  type AnimatedTrajectoryOptions,
  animatedTrajectory,
  animatedTrajectoryData,
} from "./animated-trajectory.js";
export {
  type AutocorrelationData,
  type AutocorrelationOptions,
  autocorrelation,
  autocorrelationData,
} from "./autocorrelation.js";
export { calibration } from "./calibration.js";
export {
  type CalibrationData,
  type CalibrationLong,
  type CalibrationOptions,
  calibrationData,
} from "./calibration-data.js";
export type { ChainSource } from "./chains.js";
export { type ContourData, type ContourOptions, contour, contourData } from "./contour.js";
export type { EnergyGrid } from "./contours.js";
export { type DensityData, type DensityOptions, density, densityData } from "./density.js";
export type { DensityGrid } from "./density-grid.js";
export { type GaussianEllipse, gaussianEllipse } from "./ellipse.js";
export { type EnergyData, type EnergyOptions, energy, energyData } from "./energy.js";
export {
  type EssByQuantileData,
  type EssByQuantileOptions,
  essLocal,
  essLocalData,
  essQuantile,
  essQuantileData,
} from "./ess-by-quantile.js";
export { type EssEvolutionData, essEvolution, essEvolutionData } from "./ess-evolution.js";
export type { EvolutionOptions } from "./evolution.js";
export type { Figure, Frame, Trace } from "./figure.js";
export { type ForestData, type ForestOptions, forest, forestData } from "./forest.js";
export {
  type GridWorldMapData,
  type GridWorldMapOptions,
  gridWorldMap,
  gridWorldMapData,
} from "./grid-world-map.js";
export { type HistogramData, type HistogramOptions, histogram, histogramData } from "./histogram.js";
export type { IntervalOptions, Intervals } from "./intervals.js";
export { type KhatData, type KhatOptions, khat, khatData } from "./khat.js";
export type { LandscapeOptions, PathSource } from "./landscape.js";
export {
  type LearningCurve,
  type LearningCurvesOptions,
  type LearningRun,
  learningCurves,
  learningCurvesData,
} from "./learning-curves.js";
export { type LlcAlongData, type LlcAlongOptions, llcAlong, llcAlongData } from "./llc-along.js";
export {
  type LlcComparisonOptions,
  type LlcComparisonRow,
  llcComparison,
  llcComparisonData,
} from "./llc-comparison.js";
export {
  type LlcConvergenceData,
  type LlcConvergenceOptions,
  llcConvergence,
  llcConvergenceData,
} from "./llc-convergence.js";
export type { LlcCourse } from "./llc-course.js";
export { type ExactCase, type LlcExactOptions, type LlcExactRow, llcExact, llcExactData } from "./llc-exact.js";
export {
  type KnownLadder,
  type LlcLadderData,
  type LlcLadderOptions,
  llcLadder,
  llcLadderData,
} from "./llc-ladder.js";
export { type PairData, type PairOptions, pair, pairData } from "./pair.js";
export { type PairsData, type PairsOptions, pairs, pairsData } from "./pairs.js";
export {
  type ParallelCoordinatesData,
  type ParallelCoordinatesOptions,
  parallelCoordinates,
  parallelCoordinatesData,
} from "./parallel-coordinates.js";
export {
  type PerformanceProfileData,
  type PerformanceProfileOptions,
  performanceProfile,
  performanceProfileData,
} from "./performance-profile.js";
export {
  type PhasePortraitData,
  type PhasePortraitOptions,
  phasePortrait,
  phasePortraitData,
} from "./phase-portrait.js";
export type { PairOfNames } from "./plane.js";
export {
  type PlaneMapData,
  type PolicyMapOptions,
  policyMap,
  policyMapData,
  valueMap,
  valueMapData,
} from "./policy-map.js";
export type { PolicyPlaneOptions } from "./policy-plane.js";
export {
  type PosteriorPredictiveData,
  type PosteriorPredictiveOptions,
  posteriorPredictive,
  posteriorPredictiveData,
  type TestStatistic,
} from "./posterior-predictive.js";
export type { RankOptions } from "./rank-chains.js";
export { type RankEcdfData, type RankEcdfOptions, rankEcdf, rankEcdfData } from "./rank-ecdf.js";
export {
  type RankHistogramData,
  type RankHistogramOptions,
  rankHistogram,
  rankHistogramData,
} from "./rank-histogram.js";
export type { KnownLambda, Reference } from "./reference.js";
export { type RhatEvolutionData, rhatEvolution, rhatEvolutionData } from "./rhat-evolution.js";
export { type RolloutData, type RolloutFigureOptions, rollout, rolloutData } from "./rollout.js";
export { type RunningLlcData, type RunningLlcOptions, runningLlc, runningLlcData } from "./running-llc.js";
export { type Scatter2dData, type Scatter2dOptions, scatter2d, scatter2dData } from "./scatter2d.js";
export {
  type ScoreIntervalsData,
  type ScoreIntervalsOptions,
  scoreIntervals,
  scoreIntervalsData,
} from "./score-intervals.js";
export type { ResamplingOptions, Scores } from "./scores.js";
export { type SideBySideOptions, sideBySide } from "./side-by-side.js";
export { type SurfaceData, type SurfaceOptions, surface, surfaceData } from "./surface.js";
export { asText, axis, layout, palette, seriesColor, type ThemeName, translucent } from "./theme.js";
export { themed } from "./themed.js";
export { trace } from "./trace.js";
export { type TraceData, type TraceOptions, type TracePanel, traceData } from "./trace-data.js";
export { type WnvData, type WnvOptions, wnv, wnvData } from "./wnv.js";
