// Looking at what was learnt: an episode as it was played, and what a policy says of any observation.

export { type PolicyOutputs, policyOutputs } from "./policy-outputs.js";
export {
  type EpisodeRollout,
  type Player,
  type RolloutDrawing,
  type RolloutOptions,
  rollout,
} from "./rollout.js";
