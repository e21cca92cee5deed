// Ergodic: sample energies, say whether the chains can be believed, measure how degenerate a minimum is, draw it all.
// This file composes the parts for Node and names everything that users rely on.

import { pathToFileURL } from "node:url";
import { automaticProgress } from "./notebook/progress.js";
import { nodePlatform } from "./platform/node.js";
import { install } from "./platform/platform.js";

// In the CommonJS build `import.meta.url` does not exist, and in the ES module build `__filename` does not.
const here = typeof __filename === "string" ? pathToFileURL(__filename).href : import.meta.url;
install(
  nodePlatform({
    // The worker lies beside this file and speaks the same language: .ts from source, .js, or .cjs.
    workerUrl: new URL(`./worker${here.slice(here.lastIndexOf("."))}`, here),
    progress: automaticProgress,
  }),
);

export { type Explanation, explain } from "./chains/explain.js";
export {
  type CheckpointOptions,
  chainsOf,
  compareSamplers,
  type DiagnosedKind,
  type DiagnosedProblem,
  type DiagnoseOptions,
  type Diagnosis,
  type Draws,
  diagnose,
  type Final,
  frozen,
  type HmcPathsOptions,
  hmcPaths,
  type Init,
  Interrupted,
  type LeapfrogPath,
  type LeapfrogPathOptions,
  latestRun,
  leapfrogPath,
  type RunResult,
  type SampleOptions,
  type SamplerRow,
  type SamplerTable,
  type Severity,
  type StepDiagnostics,
  type StepDiagnosticsOptions,
  sample,
  stepDiagnostics,
  type Thresholds,
  type Whereabouts,
} from "./chains/index.js";
export { type SummarizeOptions, type Summary, type SummaryRow, summarize } from "./chains/summarize.js";
export { type SummarizeInThreadsOptions, summarizeInThreads } from "./chains/summarize-in-threads.js";
export { gradientsTaken } from "./chains/work.js";
export * as diagnostics from "./diagnostics/index.js";
export {
  type CheckGradientOptions,
  type Constraints,
  checkGradient,
  type Energy,
  type EnergyOptions,
  type ExactFacts,
  energies,
  energy,
  energyFromGradient,
  energyFromModule,
  type GradientCheck,
  type GradientEntry,
  type Transform,
} from "./energies/index.js";
export { type ArvizData, fromArviz, toArviz } from "./formats/arviz.js";
export { toCsv } from "./formats/csv-table.js";
export { toDataFrame } from "./formats/data-frame.js";
export { fromStanCsv } from "./formats/from-stan-csv.js";
export { fromZarr, type LabelledArray, readZarrGroup } from "./formats/from-zarr.js";
export type { InferenceDataOptions } from "./formats/inference-data.js";
export { loadDraws, loadGroup } from "./formats/load-draws.js";
export { toMarkdown } from "./formats/markdown.js";
export type { Nested } from "./formats/nested.js";
export { fromNpy, fromNpz, type NamedArray, type NamedArrays } from "./formats/npy.js";
export { fromSafetensors, toSafetensors } from "./formats/safetensors.js";
export { type SaveDrawsOptions, saveDraws } from "./formats/save-draws.js";
export { toStanCsv } from "./formats/to-stan-csv.js";
export { type ReadableStore, toZarr, type WritableStore } from "./formats/to-zarr.js";
export {
  type AlongCheckpoint,
  type AlongOptions,
  type AlongRow,
  type CalibrateOptions,
  type Calibration,
  type CalibrationChoice,
  type CalibrationRow,
  type ControlOptions,
  calibrate,
  compareLlc,
  type DataTerm,
  type ExtrapolatedLlc,
  type ExtrapolatedOptions,
  type FitAtMultiplicity,
  type FluctuationOptions,
  type LadderFit,
  type LadderOptions,
  type LadderRung,
  type LlcAlong,
  type LlcEstimate,
  type LlcLadder,
  type LlcOptions,
  type LlcRow,
  type LlcTable,
  llc,
  llcAlong,
  llcExtrapolated,
  llcLadder,
  type Mask,
  type NegativeControl,
  negativeControl,
  type ObservedLlc,
  type PointReport,
  type Preflight,
  type PreflightOptions,
  type Problem,
  type ProblemKind,
  preflight,
  type Reweighted,
  reweightLlc,
  type SingularFluctuation,
  type SmoothedCurve,
  type StageBoundary,
  singularFluctuation,
  type TemperedOptions,
  tempered,
  type Verdict,
} from "./llc/index.js";
export * as known from "./llc/known/index.js";
export {
  type Activation,
  type AdamOptions,
  adam,
  type CnnOptions,
  type Column,
  type ConvolutionLayer,
  cnn,
  type EarlyStopping,
  type Initializer,
  type Likelihood,
  type Loss,
  type LossEngine,
  type LossOnRowsOptions,
  type LossOptions,
  likelihoods,
  loss,
  lossOnRows,
  type MlpOptions,
  mlp,
  type Network,
  networkLoss,
  type Optimizer,
  onThreads,
  type PoolingLayer,
  parametersFrom,
  type Rows,
  type Schedule,
  type SgdOptions,
  schedules,
  sgd,
  type ThreadedLoss,
  type ThreadOptions,
  type Trained,
  type TrainingCheckpoint,
  type TrainOptions,
  train,
  type WeightArray,
  type WeightOptions,
} from "./networks/index.js";
export { type LiveFigure, showLive } from "./notebook/live.js";
export { type LiveRun, showRun } from "./notebook/live-run.js";
export { CellError, type NotebookOptions, type NotebookRun, runNotebook } from "./notebook/run.js";
export { type ShowOptions, show } from "./notebook/show.js";
export type { EventSink, RunEvent } from "./platform/platform.js";
export type { Figure } from "./plots/figure.js";
export * as plots from "./plots/index.js";
export {
  type Autoreset,
  type BoxSpace,
  type DecisionProcess,
  type DiscreteSpace,
  decisionProcess,
  type Environment,
  type EnvironmentRecord,
  type EnvironmentSource,
  type EnvironmentStatistics,
  type EpisodeStatistics,
  environmentStatistics,
  environments,
  loadEnvironment,
  type MakeOptions,
  makeEnvironment,
  type Space,
  type StatisticsState,
  type StepResult,
  sizeOfSpace,
  type Transitions,
  type VectorEnvironment,
  type VectorOptions,
  type VectorState,
  vectorEnvironment,
} from "./policy-gradients/environments/index.js";
export {
  type A2cOptions,
  type ActionLaw,
  type ActorCritic,
  type ActorCriticOptions,
  type AdvantageOptions,
  type Advantages,
  type Algorithm,
  a2c,
  acting,
  actorCritic,
  advantagesOf,
  distributions,
  type Evaluation,
  type EvaluationOptions,
  type Experience,
  evaluatePolicy,
  type FeatureOptions,
  type LayerOptions,
  type LearningOptions,
  type LogRecord,
  type Policy,
  type PpoOptions,
  ppo,
  type Recipe,
  type ReinforceOptions,
  recipes,
  reinforce,
  type TrainedPolicy,
  type TrainingCallback,
  type TrainingProgress,
  type TrainPolicyOptions,
  type TrpoOptions,
  type TruncationPolicy,
  trainPolicy,
  trpo,
  type VmpoOptions,
  vmpo,
} from "./policy-gradients/index.js";
export { type Random, type RandomState, restore, stream } from "./random/index.js";
export { type SaveOptions, save, toHtml, toJson, toPdf, toPng, toSvg } from "./render/index.js";
export {
  type AdamSgldOptions,
  type AmagoldOptions,
  adamSgld,
  adaptation,
  amagold,
  cvSgld,
  type EllipticalSliceOptions,
  ellipticalSlice,
  type GhmcOptions,
  type GradientDescentOptions,
  ghmc,
  gradientDescent,
  type HmcOptions,
  hmc,
  type LangevinOptions,
  langevin,
  type MalaOptions,
  type MamsOptions,
  type MclmcOptions,
  mala,
  mams,
  mclmc,
  type NesterovOptions,
  type NutsOptions,
  nesterov,
  nuts,
  type PsgldOptions,
  parallelTempering,
  psgld,
  type RandomWalkOptions,
  type RmhmcOptions,
  randomWalk,
  rmhmc,
  type Sampler,
  type Scheduled,
  type SghmcOptions,
  type SgldOptions,
  type SgnhtOptions,
  sghmc,
  sgld,
  sgnht,
  stiffness,
  type TemperingOptions,
} from "./samplers/index.js";
export * as tensor from "./tensor/index.js";
export { type Operand, Tensor } from "./tensor/index.js";
