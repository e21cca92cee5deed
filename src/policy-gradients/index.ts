// Policy gradients: laws of actions, algorithms, environments and training.

export {
  type ActionLaw,
  type ActorCritic,
  type ActorCriticOptions,
  actorCritic,
} from "./actor-critic.js";
export {
  type AdvantageOptions,
  type Advantages,
  advantagesOf,
  type Experience,
  type TruncationPolicy,
} from "./advantages.js";
export {
  type A2cOptions,
  type Algorithm,
  a2c,
  type LearningOptions,
  type PpoOptions,
  ppo,
  type ReinforceOptions,
  reinforce,
  type TrpoOptions,
  trpo,
  type VmpoOptions,
  vmpo,
} from "./algorithms/index.js";
export {
  type EpisodeRollout,
  type Player,
  type PolicyOutputs,
  policyOutputs,
  type RolloutDrawing,
  type RolloutOptions,
  rollout,
} from "./analysis/index.js";
export * as distributions from "./distributions/index.js";
export type { FeatureOptions, LayerOptions } from "./layers.js";
export {
  type CriticLossOptions,
  criticLoss,
  type ImportanceOptions,
  type ImportanceWeightedLoss,
  type ImportanceWeights,
  importanceWeightedLoss,
  type LinearPolicyLoss,
  type LinearTaskOptions,
  linearTaskLoss,
  type Matrix,
  type ParameterGroups,
  type PolicyAt,
  type PolicyNetwork,
  parameterGroups,
  type RecordEpisodesOptions,
  type RegretLoss,
  type RegretOptions,
  type RegulatorLoss,
  type RegulatorOptions,
  recordEpisodes,
  regretLoss,
  regulatorLoss,
  type StoredEpisodes,
  type StoredStates,
  selfKlLoss,
  tabularPolicy,
} from "./losses/index.js";
export { acting, type Evaluation, type EvaluationOptions, evaluatePolicy, type Policy } from "./policy.js";
export { loadPolicy, savePolicy } from "./policy-file.js";
export { type Recipe, recipes } from "./recipes.js";
export { type TrainedPolicy, type TrainPolicyOptions, trainPolicy } from "./train-policy.js";
export type { LogRecord, TrainingCallback, TrainingEnd, TrainingProgress } from "./training-callback.js";
export type { TrainingState } from "./training-state.js";
