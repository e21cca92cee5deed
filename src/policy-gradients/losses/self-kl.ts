// How far a policy is from itself: the mean KL divergence to the policy at w* on stored states. It has a true minimum at w*, whatever the
// training did, and needs no environment: the loss for the LLC of policies whose returns are dear.

import { knownOptions, refuse } from "../../arguments/index.js";
import { type Loss, type LossOptions, loss } from "../../networks/index.js";
import { compile, trace } from "../../tensor/index.js";
import { type PolicyAt, partsOf, policyLaw } from "./policy-law.js";
import { type StoredEpisodes, stepsOf } from "./record-episodes.js";

/** Observations `[rows, size]`, as lists or one after another; or stored episodes, all of whose states are taken. */
export type StoredStates = ArrayLike<number> | readonly ArrayLike<number>[] | StoredEpisodes;

/**
 * `mean over the states of KL(policy at w* || policy at w)`, in nats; 0 at w*, its minimum, where its Hessian is the Fisher matrix. Its data are the states, so that
 * it has mini-batches. A critic's parameters decide nothing: leave them out by `mask: parameterGroups(agent).policy`. Throws where observations do not fit the policy.
 * @example
 * const states = await recordEpisodes(trained.policy, environments.cartPole(), { episodes: 20 });
 * await llc(selfKlLoss(trained.policy, states), { center: trained.policy.parameters });
 */
export function selfKlLoss(policy: PolicyAt, states: StoredStates, options: Pick<LossOptions, "precision"> = {}): Loss {
  const where = "selfKlLoss";
  knownOptions(where, options, ["precision"]);
  const { network, parameters } = partsOf(where, policy);
  const { dim, names, observations: width, distribution, law, initialize } = policyLaw(where, network);
  const seen = observationsOf(where, states, width);
  const rows = seen.length / width;
  const laws = new Float64Array(rows * distribution.parameters);
  compile(trace(([w, observations]) => [law(w, observations)], [[dim], [rows, width]])).run([parameters, seen], [laws]);
  return loss(
    dim,
    rows,
    (w, columns) => distribution.kl(columns.laws, law(w, columns.observations)).cast("f64").mean(),
    {
      observations: { values: seen, shape: [rows, width] },
      laws: { values: laws, shape: [rows, distribution.parameters] },
    },
    { names, initialize, ...options },
  );
}

/** `[rows, width]` */
export function observationsOf(where: string, states: StoredStates, width: number): Float64Array {
  if (typeof states !== "object" || states === null) refuse(where, "states", "observations", states);
  if ("lengths" in states) return stepsOf(states, states.observations);
  const list = Array.from(states as ArrayLike<number | ArrayLike<number>>, (row) =>
    typeof row === "number" ? [row] : Array.from(row),
  );
  const seen = Float64Array.from(list.flat());
  const whole = seen.length > 0 && seen.length % width === 0 && list.every((row) => [1, width].includes(row.length));
  if (!whole || !seen.every(Number.isFinite)) refuse(where, "states", `rows of ${width} finite numbers`, states);
  return seen;
}
