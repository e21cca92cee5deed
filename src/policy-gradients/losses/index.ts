// Losses of policies, for `llc` and `train`: regret where it is exact, and what stands for it where it is not.

export { type CriticLossOptions, criticLoss } from "./critic-loss.js";
export {
  type ImportanceOptions,
  type ImportanceWeightedLoss,
  type ImportanceWeights,
  importanceWeightedLoss,
} from "./importance-weighted.js";
export type { Matrix } from "./linear-policy.js";
export { type LinearPolicyLoss, type LinearTaskOptions, linearTaskLoss } from "./linear-task.js";
export { type ParameterGroups, parameterGroups } from "./parameter-groups.js";
export type { PolicyAt, PolicyNetwork } from "./policy-law.js";
export { type RecordEpisodesOptions, recordEpisodes, type StoredEpisodes } from "./record-episodes.js";
export { type RegretLoss, type RegretOptions, regretLoss } from "./regret.js";
export { type RegulatorLoss, type RegulatorOptions, regulatorLoss } from "./regulator.js";
export { type StoredStates, selfKlLoss } from "./self-kl.js";
export { tabularPolicy } from "./tabular-policy.js";
