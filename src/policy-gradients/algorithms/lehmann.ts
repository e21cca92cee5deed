// The settings of the reference implementation of Lehmann 2024, "The Definitive Guide to Policy Gradients in Deep Reinforcement Learning"
// (arXiv:2401.13662), which all five algorithms have as the preset "lehmann2024": what its programs do, mistakes included, for comparison with its figures.
// It normalised observations and rewards by wrappers, clipped to 10, which are the environment's part here. For pixels it had Atari's convolutions with two
// layers of 512 behind them and single layers as heads: `features: { convolutions: "atari", hidden: [512, 512] }, actor: { hidden: [] }, critic: { hidden: [] }`.

import type { LearningSettings } from "./algorithm.js";

/**
 * What its algorithms agree on: 8 copies, unrolls of 2048 steps, minibatches of one unroll each, an actor of four layers of 32 and a critic of five of 256
 * with swish, LeCun's uniform starting weights, tanh-normal actions with a scale that depends on the state. What is a mistake in it, or
 * differs from what its paper says, and what the preset "corrected" does otherwise:
 *
 * - D1 V-MPO's divergence is measured from the actor that is being moved, and is 0 (`bounds: "inert"`); corrected: from the rollout's actor, and bounded.
 * - D2 TRPO takes the last step its line search tried though it was rejected (`lineSearch: "ignored"`), bounds the divergence's mean over an action's
 *   numbers (`averageKl`) and takes eight such steps per rollout (`actorMinibatches`); corrected: nothing moves, the divergence itself, one step.
 * - D3 The learning rate is to fall to a hundredth and falls by half a percent (`anneal: "inert"`); corrected: it falls to 0, or stays where it
 *   says so.
 * - D4 Advantages weigh residuals after the first by 1 / lambda too much (`estimator: "lambdaReturn"`); corrected: generalised advantage estimation.
 * - D5 A step that a limit cut short is left out of sums (`truncation: "mask"`), and yet counts, as one of advantage 0 and with what
 *   normalising makes of that; corrected: it is bootstrapped from the final observation.
 * - D6 Squashed actions lie in [-1, 1] whatever the task takes (`actionBounds: "ignored"`); corrected: they span its bounds.
 * - D7 Its evaluation on Atari shows the policy features of another environment: there is no Atari here, and evaluations are as anywhere.
 * - D8 The critic's targets move with it from minibatch to minibatch (`unrolls`), and V-MPO's multipliers move at the networks' learning rate; corrected: targets
 *   are found once per rollout, multipliers have a rate of their own.
 */
export const lehmann2024: LearningSettings = {
  environments: 8,
  steps: 2048,
  gamma: 0.99,
  lambda: 0.95,
  truncation: "mask",
  estimator: "lambdaReturn",
  unrolls: true,
  learningRate: 3e-4,
  epsilon: 1e-8,
  anneal: "inert",
  maxGradientNorm: 0.5,
  entropyCoefficient: 0,
  valueCoefficient: 0.5,
  normalizeAdvantages: true,
  actor: { hidden: [32, 32, 32, 32], activation: "swish", initializer: "lecunUniform", gain: 1, outputGain: 1 },
  critic: {
    hidden: [256, 256, 256, 256, 256],
    activation: "swish",
    initializer: "lecunUniform",
    gain: 1,
    outputGain: 1,
  },
  law: "tanhNormal",
  scale: "state",
  actionBounds: "ignored",
};
