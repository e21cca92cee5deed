// Trainings from the command line: policies on disk, several at a time, and what they come to together.

export { allPolicies, loadStoredPolicy, obtainPolicy, policyIdOf, type StoredPolicy } from "./policies.js";
export { promotePolicies } from "./promote.js";
export { runTrainingSweep, type TrainingSweep } from "./sweep.js";
export {
  type TrainElsewhere,
  type TrainingJob,
  type TrainingOutcome,
  type TrainingState,
  trainAll,
} from "./train.js";
