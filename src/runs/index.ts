// The laboratory of local learning coefficients: configurations, artifacts on disk, sweeps, promotion. What the command line does.

export type { TrainingCallback } from "../policy-gradients/index.js";
export { storeComparison } from "./comparison.js";
export {
  type Configuration,
  ConfigurationError,
  compose,
  configurationYaml,
  type GroupName,
  groupNames,
  jobsOf,
  nearest,
  type Override,
  type PresetFile,
  type Said,
  targetGroups,
} from "./configuration/index.js";
export { composeTraining, type TrainingConfiguration } from "./configuration/training/index.js";
export { execute, type Job, type LaboratoryOptions, type Outcome, type Task, type TaskState } from "./laboratory.js";
export { listed, shownInWords } from "./listing.js";
export { type PromoteOptions, promote } from "./promote.js";
export { checkBatches, refuseMoreRows } from "./sampling.js";
export { DamagedArtifact } from "./store/artifact.js";
export { checkId } from "./store/identity.js";
export { RunAborted, type StoredRun } from "./store/samples.js";
export { loadTarget, obtainTarget, type StoredTarget } from "./store/targets.js";
export { runSweep, type Sweep, type SweptJob } from "./sweep.js";
export {
  promotePolicies,
  runTrainingSweep,
  type StoredPolicy,
  type TrainElsewhere,
  type TrainingJob,
  type TrainingState,
  trainAll,
} from "./training/index.js";
