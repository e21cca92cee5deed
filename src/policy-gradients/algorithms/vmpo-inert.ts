// V-MPO as Lehmann 2024's program has it: with a temperature and multipliers that descend beside the networks' parameters, by the same steps, and
// bounds that bind nothing (D1 and D8 of `lehmann2024`).

import type { ActorCritic } from "../actor-critic.js";
import { type Learner, learningFactor } from "./algorithm.js";
import { divergenceNames, divergencesOf, isDecoupled } from "./divergences.js";
import { explainedVariance, type MinibatchLoss, meanOver, minibatchDescent } from "./minibatch.js";
import { type Chosen, minibatchesOf } from "./minibatches.js";
import { runningMeans } from "./running-means.js";
import type { VmpoSettings } from "./vmpo.js";

/** What the reference puts for the advantages of the worse half: of weight 0 at any temperature it meets. */
const LEFT_OUT = -1e6;
/** Below it neither the temperature nor a multiplier may fall. */
const LEAST = 1e-8;

/** Improves parameters as the reference does; the temperature and the multipliers are in its memory. */
export function inertVmpo(agent: ActorCritic, settings: VmpoSettings): Learner {
  const { environments, steps, epochs, minibatches, learningRate } = settings;
  const decoupled = isDecoupled(agent.distribution);
  // Behind the agent's own parameters: the temperature, and a multiplier for each bound.
  const duals = Float64Array.from(decoupled ? [1, 1, 1] : [1, 5]);
  const dim = agent.dim + duals.length;
  const x = new Float64Array(dim);
  const halfCount = new Float64Array(1);
  const longer: ActorCritic = { ...agent, dim };
  const parts = minibatchesOf(longer, settings, minibatches);
  const descent = minibatchDescent(longer, parts.size, inertLoss(agent, settings), settings, 1);
  return {
    memory: () => [descent.memory, duals],
    update(w, rollout, remaining, random) {
      const factor = learningFactor(settings.anneal, remaining, (epochs * minibatches) / (environments * steps));
      const worth = parts.take(rollout);
      const means = runningMeans();
      x.set(w);
      x.set(duals, agent.dim);
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (const chosen of parts.pass(x, random)) {
          halfCount[0] = leaveOutWorseHalf(chosen);
          means.add(descent.evaluate(x, rollout, chosen.estimates, chosen.rows, halfCount));
          descent.move(x, factor);
          for (let i = agent.dim; i < dim; i++) x[i] = Math.max(LEAST, x[i]);
        }
      }
      w.set(x.subarray(0, agent.dim));
      duals.set(x.subarray(agent.dim));
      return {
        ...means.record(),
        temperature: duals[0],
        multiplier: duals[1],
        ...(decoupled ? { scale_multiplier: duals[2] } : {}),
        explained_variance: explainedVariance(rollout.values, worth),
        learning_rate: learningRate * factor,
        updates: epochs * minibatches,
      };
    },
  };
}

/** Leaves the advantages from the median on, and returns how many they are. */
function leaveOutWorseHalf({ rows, estimates: { advantages } }: Chosen): number {
  const sorted = Float64Array.from(rows, (row) => advantages[row]).sort();
  const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  let count = 0;
  for (const row of rows) {
    if (advantages[row] >= median) count++;
    else advantages[row] = LEFT_OUT;
  }
  return count;
}

/** The reference's loss; its gradient is that of temperature and multipliers too. */
function inertLoss(agent: ActorCritic, settings: VmpoSettings): MinibatchLoss {
  const { distribution, dim } = agent;
  const { weightKl, targetKl, targetScaleKl, valueCoefficient } = settings;
  return (x, { observations, outcomes, laws, advantages, returns, weights }, halfCount) => {
    const mean = meanOver(weights);
    const law = agent.law(x, observations);
    const logProbability = distribution.logProbability(law, outcomes);
    const temperature = x.at(dim);
    const scaled = advantages.div(temperature);
    const imitation = logProbability.mul(scaled.softmax(0).stopGradient()).sum().neg();
    const valueLoss = mean(agent.value(x, observations).sub(returns).square()).mul(0.5);
    const dual = temperature.mul(scaled.logSumExp(0).sub(halfCount.at(0).log()).add(weightKl));
    // The divergence of the actor from itself: 0 and flat whatever it is. That of the scales has a ratio of determinants where its logarithm
    // belongs, and is a half. The multiplier of the first falls to its floor, that of the other grows for ever, and its slope of nearly a half takes up
    // the norm that the gradient is shortened to.
    const inert = x.at(dim + 1).mul(targetKl);
    const slack = isDecoupled(distribution) ? inert.add(x.at(dim + 2).mul(targetScaleKl - 0.5)) : inert;
    return {
      loss: imitation.add(valueLoss.mul(valueCoefficient)).add(dual).add(slack),
      policy_gradient_loss: imitation,
      value_loss: valueLoss,
      entropy_loss: mean(logProbability),
      // For the log alone.
      ...Object.fromEntries(divergencesOf(distribution, laws, law).map((kl, k) => [divergenceNames[k], mean(kl)])),
    };
  };
}
