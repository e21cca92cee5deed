// The one-step linear task: a state is drawn, the best action is K s, and an action costs half its squared distance from that. The regret of a
// deep linear policy is the loss of reduced-rank regression, whose learning coefficient is known (Aoyagi and Watanabe 2005).

import { integerAtLeast, knownOptions } from "../../arguments/index.js";
import { type Loss, loss, type Network } from "../../networks/index.js";
import { parameterNames } from "../../networks/network.js";
import { constant } from "../../tensor/index.js";
import { checkHidden, factorsOf, gainOf, linearPolicy, type Matrix, matrixOf } from "./linear-policy.js";

export interface LinearTaskOptions {
  /** K, `[actions, states]`: the best action is K s. */
  readonly gain: Matrix;
  /** Widths between the state and the action; `[]`, where left out, is a policy of one layer. */
  readonly hidden?: readonly number[];
  /** The n that decides temperatures; 1000 where left out. */
  readonly dataSize?: number;
}

/** The regret of linear policies, and one that has none. */
export interface LinearPolicyLoss extends Loss {
  readonly network: Network;
  /** The gain of the best policy, `[actions, states]`, and its rank. */
  readonly optimalGain: readonly (readonly number[])[];
  readonly rank: number;
  /** Parameters of the best gain, all of whose layers have its rank: the least learning coefficient is theirs. */
  readonly center: Float64Array;
}

/**
 * The regret `|W_L ... W_1 - K|^2 / 2` of the policy `a = W_L ... W_1 s` on standard normal states, whose reward is `-|a - K s|^2 / 2`.
 * Throws where a hidden layer is narrower than the rank of K.
 * @example linearTaskLoss({ gain: [[1, 0], [0, 0]], hidden: [2] }).value(new Float64Array(8)) // 0.5; known.reducedRankRegression has its LLC, 2
 */
export function linearTaskLoss(options: LinearTaskOptions): LinearPolicyLoss {
  const where = "linearTaskLoss";
  knownOptions(where, options, ["gain", "hidden", "dataSize"]);
  const optimalGain = matrixOf(where, "gain", options.gain);
  const hidden = checkHidden(where, options.hidden ?? []);
  const dataSize = integerAtLeast(where, "dataSize", options.dataSize ?? 1000, 1);
  const network = linearPolicy(optimalGain[0].length, hidden, optimalGain.length);
  const best = constant(optimalGain);
  const regret = loss(
    network.dim,
    dataSize,
    (w) => gainOf(network, w).sub(best).square().sum().mul(0.5),
    {},
    { names: parameterNames(network.layout), initialize: (random) => network.initialize(random) },
  );
  return { ...regret, network, optimalGain, ...factorsOf(where, optimalGain, hidden) };
}
