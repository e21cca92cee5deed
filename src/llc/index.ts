// The local learning coefficient: the tempered energy, the estimate, its error and its verdict.

export { type AlongCheckpoint, type AlongOptions, type AlongRow, type LlcAlong, llcAlong } from "./along.js";
export { type CalibrateOptions, type Calibration, calibrate } from "./calibrate.js";
export type { CalibrationChoice } from "./calibration-choice.js";
export type { CalibrationRow, CalibrationRun, LongRun } from "./calibration-run.js";
export type { DataTerm, LlcEstimate, ObservedLlc, Problem, ProblemKind, Verdict } from "./estimate.js";
export { type ExtrapolatedLlc, type ExtrapolatedOptions, llcExtrapolated } from "./extrapolated.js";
export type { RunLength } from "./gaussian-langevin.js";
export {
  type LadderOptions,
  type LadderRung,
  type LlcLadder,
  llcLadder,
  type Reweighted,
  reweightLlc,
} from "./ladder.js";
export type { FitAtMultiplicity, LadderFit } from "./ladder-fit.js";
export { type LlcOptions, llc } from "./llc.js";
export { compareLlc, type LlcRow, type LlcTable } from "./llc-table.js";
export type { Mask } from "./moving.js";
export { type ControlOptions, type NegativeControl, negativeControl } from "./negative-control.js";
export { type PointReport, type Preflight, type PreflightOptions, preflight } from "./preflight.js";
export type { RunsCheckpoint } from "./run-files.js";
export { type FluctuationOptions, type SingularFluctuation, singularFluctuation } from "./singular-fluctuation.js";
export type { SmoothedCurve, StageBoundary } from "./stages.js";
export { defaultBeta, type TemperedOptions, tempered, temperedFromSource } from "./tempered.js";
