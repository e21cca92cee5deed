// The three numbers that every table of draws has, from one sort: R-hat, bulk and tail effective sample size.

import { asChains } from "./chains.js";
import { effectiveSampleSize } from "./effective-sample-size.js";
import { essTailOf } from "./ess-tail.js";
import { foldedScores, type Ranking, rank, rankScores } from "./ranking.js";
import { potentialScaleReduction } from "./rhat-basic.js";

export interface RankDiagnostics {
  readonly rhat: number;
  readonly essBulk: number;
  readonly essTail: number;
}

/**
 * `rhat`, `essBulk` and `essTail` of the same chains, bit for bit.
 *
 * @example rankDiagnostics([[1, 2, 3, 4, 5, 6]]) // { rhat: 2.0194, essBulk: 3, essTail: 3 }
 */
export function rankDiagnostics(chains: readonly ArrayLike<number>[]): RankDiagnostics {
  return rankDiagnosticsOf(rank(asChains("rankDiagnostics", chains)));
}

export function rankDiagnosticsOf(ranking: Ranking): RankDiagnostics {
  const scores = rankScores(ranking);
  const rhatBulk = potentialScaleReduction(scores);
  const essBulk = effectiveSampleSize(scores);
  // From here on the scores are overwritten.
  const rhatTail = potentialScaleReduction(foldedScores(ranking));
  return { rhat: Math.max(rhatBulk, rhatTail), essBulk, essTail: essTailOf(ranking) };
}
