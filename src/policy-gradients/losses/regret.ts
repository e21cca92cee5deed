// Regret as a loss: what a policy's return lacks to the best one's, exactly, for the LLC of policies ("Stagewise reinforcement learning and the
// geometry of the regret landscape", Elliott et al. 2026, arXiv:2601.07524).

import { finiteVector, knownOptions, nonNegativeNumber, refuse } from "../../arguments/index.js";
import { type Loss, loss } from "../../networks/index.js";
import { constant, type Tensor } from "../../tensor/index.js";
import { type DecisionProcess, decisionProcess } from "../environments/decision-process.js";
import { exactReturn, type ReachableParts, reachableParts } from "./exact-return.js";
import { type PolicyNetwork, policyLaw } from "./policy-law.js";

export interface RegretOptions {
  /**
   * Weights `[states]`, of any sum, of the states that episodes begin in; the process's own law where left out. Zeros leave states out: the regret
   * that is seen from the others, whose LLC need not know what the policy would do where they never lead.
   */
  readonly start?: ArrayLike<number>;
  /**
   * What a nat of the policy's entropy is worth at every step; 0 where left out. Without it the best softmax policies lie at infinity and
   * the loss has no minimum to be local at; with it the best policy is a softmax of finite logits.
   */
  readonly entropy?: number;
  /** What the policy sees of each state, `[states, observations]`; the process's own where it has them, else the number of the state. */
  readonly observations?: ArrayLike<number>;
  /** The n that decides temperatures; 1000 where left out. */
  readonly dataSize?: number;
}

/** The exact regret of a policy in a finite process. */
export interface RegretLoss extends Loss {
  /** The mean return, entropy included, of the best policy from these starts. */
  readonly optimalReturn: number;
}

/** More numbers than these in an elimination would not fit into memory with their derivative. */
const MOST_NUMBERS = 2e7;

/**
 * The regret of a policy on a process that is known: the optimal mean return less that of the policy of parameters w, both exact. With an
 * entropy bonus both returns include it (the soft optimum of Ziebart 2010). The derivatives are exact too, and no step is simulated.
 *
 * Elimination takes the parts of the process that do not lead into each other, such as a grid world's goals, side by side: a gradient costs
 * about their number times the cube of their states. Throws a RangeError where the network does not fit the process, a start is not one, or
 * the process is too large.
 * @example
 * const process = gridWorldProcess(environments.gridWorld({ layout: ["S.G"] }), { discount: 0.9 });
 * regretLoss(process, tabularPolicy(2, 4)).value(new Float64Array(8)) // 0.9 - 0.439 = 0.461: any way at random against straight on
 */
export function regretLoss(
  process: DecisionProcess & { readonly observations?: ArrayLike<number> },
  network: PolicyNetwork,
  options: RegretOptions = {},
): RegretLoss {
  const where = "regretLoss";
  knownOptions(where, options, ["start", "entropy", "observations", "dataSize"]);
  const { dataSize = 1000 } = options;
  if (typeof process?.exactValues !== "function") {
    refuse(where, "process", "what decisionProcess or gridWorldProcess gave", process);
  }
  const { states, actions } = process;
  const policy = policyLaw(where, network);
  const { kind, parameters } = policy.distribution;
  if (kind !== "categorical" || parameters !== actions) {
    refuse(
      where,
      "network",
      `a choice among the ${actions} actions of the process`,
      `${parameters} numbers of a ${kind} law`,
    );
  }
  const entropy = nonNegativeNumber(where, "entropy", options.entropy ?? 0);
  const start = startOf(where, options.start ?? process.start, states);
  const seen = options.observations ?? process.observations ?? Float64Array.from({ length: states }, (_, s) => s);
  const observations = finiteVector(where, "observations", seen);
  const width = policy.observations;
  if (observations.length !== states * width) {
    refuse(where, "network", `one of ${observations.length / states} inputs, as the process is observed`, width);
  }

  const reachable = reachableParts(process, start);
  const numbers = (reachable.parts * (reachable.size + 1) ** 3) / 3;
  if (numbers > MOST_NUMBERS) {
    const got = `${reachable.parts} of ${reachable.size}`;
    throw new RangeError(`${where}: process must fall into parts of a few hundred states, got ${got}`);
  }
  const best = entropy === 0 ? process.optimalValues().values : softOptimalValues(process, entropy);
  const optimalReturn = start.reduce((sum, weight, s) => sum + weight * best[s], 0);
  const rows = constant(rowsOf(observations, reachable, width), { shape: [reachable.states.length, width] });

  const regret = (w: Tensor): Tensor => {
    const logs = policy.law(w, rows).logSoftmax(1);
    const probabilities = logs.exp();
    const bonus = entropy === 0 ? undefined : probabilities.mul(logs).sum(1).mul(-entropy);
    return exactReturn(process, reachable, start, probabilities, bonus).neg().add(optimalReturn);
  };
  const { names, initialize } = policy;
  return { ...loss(policy.dim, dataSize, regret, {}, { names, initialize }), optimalReturn };
}

/** Probabilities. */
function startOf(where: string, weights: ArrayLike<number>, states: number): Float64Array {
  const start = finiteVector(where, "start", weights, states);
  start.forEach((weight, s) => nonNegativeNumber(where, `start[${s}]`, weight));
  const total = start.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) refuse(where, "start", "weights of which one is positive", weights);
  return start.map((weight) => weight / total);
}

/** What is seen of the states that can be met. */
function rowsOf(observations: Float64Array, { states }: ReachableParts, width: number): Float64Array {
  const rows = new Float64Array(states.length * width);
  states.forEach((s, i) => rows.set(observations.subarray(s * width, (s + 1) * width), i * width));
  return rows;
}

/**
 * The best values where a nat of entropy is worth `entropy` at every step: policy iteration, whose better policy is the softmax of the actions'
 * worth over `entropy`. It is Newton's method on Bellman's soft equation, so the steps at its end double the digits.
 */
export function softOptimalValues(process: DecisionProcess, entropy: number): Float64Array {
  const { states, actions, outcomes, discount } = process;
  const policy = new Float64Array(states * actions).fill(1 / actions);
  const reward = new Float64Array(process.reward.length);
  let values: Float64Array | undefined;
  for (;;) {
    for (let s = 0, k = 0; s < states; s++) {
      let nats = 0;
      for (let a = 0; a < actions; a++) {
        const p = policy[s * actions + a];
        if (p > 0) nats -= p * Math.log(p);
      }
      for (let i = 0; i < actions * outcomes; i++, k++) reward[k] = process.reward[k] + entropy * nats;
    }
    const found = decisionProcess({ ...process, reward }, discount).exactValues(policy);
    // A better policy's values are higher in every state; what is left is rounding.
    const better = values === undefined || found.some((value, s) => value > values![s] + 1e-13 * (1 + Math.abs(value)));
    if (!better) return found;
    values = found;
    const worth = process.actionValues(found);
    for (let s = 0; s < states; s++) {
      const row = worth.subarray(s * actions, (s + 1) * actions);
      const top = row.reduce((a, b) => Math.max(a, b));
      const powers = row.map((q) => Math.exp((q - top) / entropy));
      const total = powers.reduce((sum, x) => sum + x, 0);
      for (let a = 0; a < actions; a++) policy[s * actions + a] = powers[a] / total;
    }
  }
}
