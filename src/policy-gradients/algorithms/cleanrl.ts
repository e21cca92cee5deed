// The settings of CleanRL's ppo.py and ppo_continuous_action.py, PPO's preset "cleanrl", with what Huang et al. 2022 ("The 37 implementation details of
// proximal policy optimization") call the 13 core details and the 9 for continuous actions, and where each is done.

import { correctedLearning } from "./algorithm.js";
import type { PpoSettings } from "./ppo.js";

/**
 * For choices. The core details:
 *
 * | | detail | where |
 * | --- | --- | --- |
 * | 1 | copies of the environment side by side, rollouts of a fixed length that begin where the last one ended | `vectorEnvironment`, `collector` |
 * | 2 | orthogonal weights, gain root 2, 0.01 for the actor's head and 1 for the critic's; biases 0 | `LayerOptions` |
 * | 3 | Adam's epsilon 1e-5 | `epsilon` |
 * | 4 | the learning rate falls along a line to 0, a step down with each update | `anneal` |
 * | 5 | generalised advantage estimation; a time limit counts as an end | `advantagesOf`, `truncation: "terminal"` |
 * | 6 | minibatches of all rows in random order, each once per epoch | `minibatchesOf` |
 * | 7 | advantages of mean 0 and variance 1 within each minibatch | `normalizeAdvantages` |
 * | 8 | clipped surrogate | `clip` |
 * | 9 | values clipped around those of the rollout, the larger of both errors | `clipValue` |
 * | 10 | one loss: surrogate, half the critic's squared error times 0.5, entropy times 0.01 | `valueCoefficient`, `entropyCoefficient` |
 * | 11 | the gradient of all parameters together shortened to 0.5 | `maxGradientNorm` |
 * | 12 | losses, approximate KL divergence, clip fraction, explained variance in the log: means over the update | `train/...` |
 * | 13 | networks apart for policy and values, 64-64 with tanh | `LayerOptions` |
 */
export const cleanrl: PpoSettings = {
  ...correctedLearning,
  environments: 4,
  steps: 128,
  truncation: "terminal",
  learningRate: 2.5e-4,
  anneal: true,
  entropyCoefficient: 0.01,
  valueCoefficient: 0.5,
  normalizeAdvantages: true,
  epochs: 4,
  minibatches: 4,
  clip: 0.2,
  clipValue: true,
  targetKl: Number.POSITIVE_INFINITY,
};

/**
 * For boxes. Beyond the core's, the last four of which are the environment's part: CleanRL's are the wrappers, from the outside in,
 * `clipReward(normalizeReward(clipObservation(normalizeObservation(clipAction(recordEpisodeStatistics(task)))), { resetAtTruncation: false }))`.
 *
 * | | detail | where |
 * | --- | --- | --- |
 * | 1 | normal actions | `law: "normal"` |
 * | 2 | a logarithm of the scale that does not depend on the state and begins at 0 | `scale: "free"`, `initialLogScale: 0` |
 * | 3 | independent numbers: log-probabilities add up | `normal` |
 * | 4 | networks apart | as 13 above |
 * | 5 | what is learnt from is the action drawn, what the task is given is cut off at its bounds | `actorOf`, `actionBounds: "space"` |
 * | 6 | observations normalised by running moments | `normalizeObservation` |
 * | 7 | and clipped to [-10, 10] | `clipObservation` |
 * | 8 | rewards divided by the running deviation of the discounted return | `normalizeReward` |
 * | 9 | and clipped to [-10, 10] | `clipReward` |
 */
export const cleanrlContinuous: PpoSettings = {
  ...cleanrl,
  environments: 1,
  steps: 2048,
  learningRate: 3e-4,
  entropyCoefficient: 0,
  epochs: 10,
  minibatches: 32,
};
