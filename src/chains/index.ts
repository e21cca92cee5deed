// Chains: running them, what they return, and the run that was last.

export type { CheckpointOptions } from "../platform/checkpoint-option.js";
export { compareSamplers, type SamplerRow, type SamplerTable } from "./compare-samplers.js";
export {
  type DiagnosedKind,
  type DiagnosedProblem,
  type DiagnoseOptions,
  type Diagnosis,
  diagnose,
  type Severity,
  type Thresholds,
  type Whereabouts,
} from "./diagnose.js";
export { chainsOf, type Draws, type Final } from "./draws.js";
export { frozen } from "./frozen.js";
export { latestRun, type Remembered, type RunResult, type RunResults, remember } from "./latest.js";
export {
  type HmcPathsOptions,
  hmcPaths,
  type LeapfrogPath,
  type LeapfrogPathOptions,
  leapfrogPath,
} from "./leapfrog-path.js";
export type { Init, SampleOptions } from "./options.js";
export { printedAs } from "./printed.js";
export { Interrupted, sample } from "./sample.js";
export { type StepDiagnostics, type StepDiagnosticsOptions, stepDiagnostics } from "./step-diagnostics.js";
export { type SummarizeOptions, type Summary, type SummaryRow, summarize } from "./summarize.js";
export { type SummarizeInThreadsOptions, summarizeInThreads } from "./summarize-in-threads.js";
export { textTable } from "./table.js";
