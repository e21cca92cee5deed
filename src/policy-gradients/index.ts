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
export * as distributions from "./distributions/index.js";
export type { FeatureOptions, LayerOptions } from "./layers.js";
export { acting, type Evaluation, type EvaluationOptions, evaluatePolicy, type Policy } from "./policy.js";
export { type Recipe, recipes } from "./recipes.js";
export {
  type LogRecord,
  type TrainedPolicy,
  type TrainingCallback,
  type TrainingProgress,
  type TrainPolicyOptions,
  trainPolicy,
} from "./train-policy.js";
