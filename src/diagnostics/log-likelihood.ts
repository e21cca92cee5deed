// How the predictive diagnostics see pointwise log-likelihoods: [chain][draw][observation]. Checked once, at the door, and turned about, since
// every one of them goes through the draws of one observation after another.

import { refuse } from "../arguments/index.js";

/** `values[chain][draw][observation]`: in nats, of each observation given each draw. */
export type PerDraw = readonly (readonly ArrayLike<number>[])[];

export interface Turned {
  readonly chains: number;
  readonly draws: number;
  readonly observations: number;
  /** Of one observation, all draws, chain after chain: a part of the table, not a copy. */
  of(observation: number): Float64Array;
}

/** Throws where a chain has another number of draws, or a draw another number of observations, than the first. */
export function turned(where: string, name: string, values: PerDraw): Turned {
  const expected = "[chain][draw][observation], with at least one of each";
  if (!Array.isArray(values) || !Array.isArray(values[0]) || !(values[0][0]?.length > 0)) {
    refuse(where, name, expected, values);
  }
  const [chains, draws, observations] = [values.length, values[0].length, values[0][0].length];
  const S = chains * draws;
  const table = new Float64Array(S * observations);
  values.forEach((chain, m) => {
    if (!Array.isArray(chain) || chain.length !== draws) {
      refuse(where, `${name}[${m}]`, `a list of ${draws} draws, as ${name}[0] is`, chain);
    }
    chain.forEach((draw, n) => {
      if (draw?.length !== observations) {
        refuse(where, `${name}[${m}][${n}]`, `${observations} numbers, one per observation`, draw);
      }
      for (let i = 0; i < observations; i++) table[i * S + m * draws + n] = draw[i];
    });
  });
  return { chains, draws, observations, of: (i) => table.subarray(i * S, (i + 1) * S) };
}
