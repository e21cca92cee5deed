// The policy that knows every state by its number: a row of logits each.

import { integerAtLeast } from "../../arguments/index.js";
import type { Network } from "../../networks/index.js";

/**
 * A table of logits as a network: its one input is the number of a state, its outputs are that state's row of the parameters
 * `[states, actions]`, which begin at 0. Throws where a count is not a positive integer.
 * @example tabularPolicy(24, 4).dim // 96
 */
export function tabularPolicy(states: number, actions: number): Network {
  integerAtLeast("tabularPolicy", "states", states, 1);
  integerAtLeast("tabularPolicy", "actions", actions, 1);
  const shape = [states, actions];
  return {
    inputs: 1,
    outputs: actions,
    dim: states * actions,
    layout: [{ name: "logit", shape, start: 0 }],
    apply: (parameters, inputs) => parameters.reshape(shape).gather(inputs.reshape([inputs.shape[0]])),
    initialize: () => new Float64Array(states * actions),
  };
}
