// The return of a policy estimated from another's stored episodes: every reward is weighted by how much likelier the policy makes all that was
// chosen up to it (per-decision importance sampling, Precup, Sutton and Singh 2000).

import { closedUnit, finiteVector, knownOptions, refuse } from "../../arguments/index.js";
import { type Loss, loss } from "../../networks/index.js";
import { compile, constant, type Tensor, trace } from "../../tensor/index.js";
import { type PolicyNetwork, policyLaw } from "./policy-law.js";
import type { StoredEpisodes } from "./record-episodes.js";

export interface ImportanceOptions {
  /** In [0, 1]; 0.99 where left out. */
  readonly discount?: number;
}

/** Minus the expected return, estimated from stored episodes of another policy. */
export interface ImportanceWeightedLoss extends Loss {
  /** What the weights are worth at w: look at it for some draws before an estimate is believed. */
  weightsAt(w: ArrayLike<number>): ImportanceWeights;
}

/** Plain data. */
export interface ImportanceWeights {
  /** The estimate of the mean discounted return, and its standard error over episodes. */
  readonly return: number;
  readonly standardError: number;
  /** `[steps]`: how many episodes went on to each step. */
  readonly running: Int32Array;
  /** `[steps]`: as how many equally weighted episodes those count (Kong 1992): (sum of weights)^2 / sum of weights^2. */
  readonly effectiveSampleSize: Float64Array;
  /** The least of `effectiveSampleSize / running`: near 1 at the policy that was stored, near 0 where few episodes decide everything. */
  readonly leastShare: number;
}

/**
 * Minus the importance-weighted mean discounted return of stored episodes, at the parameters w of `network`. Its data are the episodes, so
 * that it has mini-batches, and the same episodes serve every w: common random numbers. It is trustworthy near the policy that was stored
 * only; `weightsAt` says how near. Throws where the episodes do not fit the network.
 * @example
 * const loss = importanceWeightedLoss(agent, stored, { discount: 0.99 });
 * const estimate = await llc(loss, { center: policy.parameters, mask: parameterGroups(agent).policy, gamma: 100 });
 * loss.weightsAt(policy.parameters).leastShare // 1
 */
export function importanceWeightedLoss(
  network: PolicyNetwork,
  stored: StoredEpisodes,
  options: ImportanceOptions = {},
): ImportanceWeightedLoss {
  const where = "importanceWeightedLoss";
  knownOptions(where, options, ["discount"]);
  const discount = closedUnit(where, "discount", options.discount ?? 0.99);
  const { dim, names, observations: width, distribution, law, initialize } = policyLaw(where, network);
  const { episodes, steps, lengths } = checkStored(where, stored, width, distribution.size);
  // Rewards beyond the end are 0 already; weights there must not overflow.
  const made = new Float64Array(episodes * steps);
  lengths.forEach((length, i) => made.fill(1, i * steps, i * steps + length));
  const discounted = stored.rewards.map((reward, k) => reward * discount ** (k % steps));
  const upTo = constant(
    Float64Array.from({ length: steps * steps }, (_, k) => (Math.floor(k / steps) <= k % steps ? 1 : 0)),
    {
      shape: [steps, steps],
    },
  );
  /** `[episodes, steps]` */
  const weights = (w: Tensor, columns: Readonly<Record<string, Tensor>>): Tensor => {
    const count = columns.made.shape[0];
    const laws = law(w, columns.observations.reshape([count * steps, width]));
    const logs = distribution.logProbability(laws, columns.outcomes.reshape([count * steps, distribution.size]));
    const ratios = logs.reshape([count, steps]).sub(columns.logProbabilities).mul(columns.made);
    return ratios.matmul(upTo).exp();
  };
  const data = {
    observations: { values: stored.observations, shape: [episodes, steps, width] },
    outcomes: { values: stored.outcomes, shape: [episodes, steps, distribution.size] },
    logProbabilities: { values: stored.logProbabilities, shape: [episodes, steps] },
    rewards: { values: discounted, shape: [episodes, steps] },
    made: { values: made, shape: [episodes, steps] },
  };
  const estimate = loss(
    dim,
    episodes,
    (w, columns) => weights(w, columns).mul(columns.rewards).sum(1).mean().neg(),
    data,
    { names, initialize },
  );
  const weightsOf = (w: Float64Array): Float64Array => {
    const columns = Object.entries(data);
    const out = new Float64Array(episodes * steps);
    const graph = trace(
      ([parameters, ...inputs]) => [
        weights(parameters, Object.fromEntries(columns.map(([name], k) => [name, inputs[k]]))),
      ],
      [[dim], ...columns.map(([, { shape }]) => shape)],
    );
    compile(graph).run([w, ...columns.map(([, { values }]) => values)], [out]);
    return out;
  };
  return {
    ...estimate,
    weightsAt: (w) => summaryOf(weightsOf(finiteVector(where, "w", w, dim)), discounted, lengths, steps),
  };
}

function checkStored(where: string, stored: StoredEpisodes, width: number, size: number): StoredEpisodes {
  const { episodes, steps } = stored ?? {};
  const fits =
    stored?.observations?.length === episodes * steps * width && stored.outcomes?.length === episodes * steps * size;
  if (!fits) {
    const expected = `episodes with observations of ${width} numbers and outcomes of ${size}, as recordEpisodes gives`;
    refuse(
      where,
      "stored",
      expected,
      stored?.observations === undefined
        ? stored
        : `${stored.observations.length} and ${stored.outcomes?.length} numbers in ${episodes} x ${steps} steps`,
    );
  }
  return stored;
}

function summaryOf(
  weights: Float64Array,
  rewards: Float64Array,
  lengths: Int32Array,
  steps: number,
): ImportanceWeights {
  const episodes = lengths.length;
  const running = new Int32Array(steps);
  const effectiveSampleSize = new Float64Array(steps);
  let leastShare = 1;
  for (let t = 0; t < steps; t++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < episodes; i++) {
      if (t >= lengths[i]) continue;
      running[t]++;
      sum += weights[i * steps + t];
      squares += weights[i * steps + t] ** 2;
    }
    effectiveSampleSize[t] = squares > 0 ? (sum * sum) / squares : 0;
    if (running[t] > 0) leastShare = Math.min(leastShare, effectiveSampleSize[t] / running[t]);
  }
  const returns = Array.from(lengths, (length, i) => {
    let total = 0;
    for (let t = 0; t < length; t++) total += weights[i * steps + t] * rewards[i * steps + t];
    return total;
  });
  const mean = returns.reduce((total, x) => total + x, 0) / episodes;
  const squares = returns.reduce((total, x) => total + (x - mean) ** 2, 0);
  const standardError = episodes > 1 ? Math.sqrt(squares / (episodes - 1) / episodes) : Number.NaN;
  return { return: mean, standardError, running, effectiveSampleSize, leastShare };
}
