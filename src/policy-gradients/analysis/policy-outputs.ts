// What a policy says of observations that one would like to ask it about: actions, probabilities, values.

import { refuse } from "../../arguments/index.js";
import { compile, trace } from "../../tensor/index.js";
import { actorOf } from "../actor.js";
import { choicesOf } from "../environments/environment.js";
import { agentOf, type Policy } from "../policy.js";

/** Plain data. */
export interface PolicyOutputs {
  readonly rows: number;
  /** `[rows, size]`: the likeliest actions. */
  readonly actions: Float64Array;
  /** `[rows]`: what the critic expects to come, in the units of the rewards it learnt from. */
  readonly values: Float64Array;
  /** `[rows, choices]` where the action is one of several choices. */
  readonly probabilities?: Float64Array;
}

/**
 * What a policy does at observations `[rows, size]`, one after another, as it sees them: through the wrappers it learnt with. Throws where they do not fit the policy.
 * @example policyOutputs(trained.policy, [0, 0, 0.1, 0]).probabilities // near (0, 1): the pole falls to the right
 */
export function policyOutputs(policy: Policy, observations: ArrayLike<number>): PolicyOutputs {
  const agent = agentOf(policy);
  const { parameters, actionSpace } = policy;
  const seen = Float64Array.from(observations ?? []);
  const rows = seen.length / agent.observations;
  if (rows === 0 || !Number.isInteger(rows) || !seen.every(Number.isFinite)) {
    refuse("policyOutputs", "observations", `rows of ${agent.observations} finite numbers`, observations);
  }
  const { distribution } = agent;
  const outcomes = new Float64Array(rows * distribution.size);
  const actions = actorOf(agent, actionSpace, rows).act(parameters, seen, outcomes);
  const values = new Float64Array(rows);
  const law = new Float64Array(rows * distribution.parameters);
  compile(
    trace(([w, states]) => [agent.value(w, states), agent.law(w, states)], [[agent.dim], [rows, agent.observations]]),
  ).run([parameters, seen], [values, law]);
  const choices = choicesOf(actionSpace);
  const isOneChoice = actionSpace.kind === "discrete" && choices !== undefined;
  return { rows, actions, values, ...(isOneChoice && { probabilities: softmax(law, choices[0]) }) };
}

/** Row by row. */
function softmax(logits: Float64Array, width: number): Float64Array {
  const out = new Float64Array(logits.length);
  for (let at = 0; at < logits.length; at += width) {
    const most = logits.subarray(at, at + width).reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let i = at; i < at + width; i++) sum += Math.exp(logits[i] - most);
    for (let i = at; i < at + width; i++) out[i] = Math.exp(logits[i] - most) / sum;
  }
  return out;
}
