// Problems of the chains themselves: that they ended, that there are too few, that they do not move.

import type { DiagnosedProblem } from "./diagnosis.js";
import { type Evidence, NOWHERE } from "./evidence.js";
import { chainList, count, listOf, percent } from "./words.js";

export function noDraws({ length }: Evidence): DiagnosedProblem | undefined {
  if (length > 0) return undefined;
  return {
    kind: "no-draws",
    severity: "severe",
    message: "No draw was kept.",
    advice: "See why the chains ended; then run again.",
    where: NOWHERE,
  };
}

export function notFinite({ draws: { position, lengths, draws, dim, names } }: Evidence): DiagnosedProblem | undefined {
  const coordinates = new Set<number>();
  const chains = lengths.flatMap((length, chain) => {
    let found = false;
    for (let k = chain * draws * dim; k < (chain * draws + length) * dim; k++) {
      if (Number.isFinite(position[k])) continue;
      coordinates.add(k % dim);
      found = true;
    }
    return found ? [chain] : [];
  });
  if (chains.length === 0) return undefined;
  const named = [...coordinates].sort((a, b) => a - b).map((i) => names[i]);
  return {
    kind: "not-finite",
    severity: "severe",
    message: `Draws of ${listOf(named)} are not finite numbers, in ${chainList(chains)}.`,
    advice: "Find where the energy gives NaN or infinity: checkGradient(energy, position) looks at one place.",
    where: { chains, coordinates: named },
  };
}

export function stopped({ draws }: Evidence): DiagnosedProblem | undefined {
  if (draws.stopped.length === 0) return undefined;
  const told = draws.stopped.map(({ chain, draw, reason }) => `chain ${chain} at draw ${draw} (${reason})`);
  return {
    kind: "chain-stopped",
    severity: "severe",
    message: `${count(told.length, "chain")} stopped early: ${listOf(told)}. What a stopped chain kept is not what the law would give.`,
    advice:
      "Start elsewhere (init), take smaller steps, or bound the coordinates: the energy must be finite wherever chains go.",
    where: { chains: draws.stopped.map(({ chain }) => chain), coordinates: [] },
  };
}

export function stuckChains({ draws, thresholds }: Evidence): DiagnosedProblem | undefined {
  const stays = draws.lengths.map((length, chain) => ({ chain, length, ...longestStay(chain, draws) }));
  const stuck = stays
    .filter(({ length, stay }) => {
      return length >= LEAST_TO_JUDGE && stay >= Math.min(length, Math.max(50, thresholds.longestStay * length));
    })
    .sort((a, b) => b.stay / b.length - a.stay / a.length);
  if (stuck.length === 0) return undefined;
  const [{ chain, stay, from, length }] = stuck;
  const chains = stuck.map((one) => one.chain).sort((a, b) => a - b);
  const it = chains.length === 1 ? "it" : `chain ${chain}`;
  const worst =
    stay === length
      ? `${it} never left its place in ${count(length, "draw")}`
      : `${it} stayed in one place from draw ${from} to ${from + stay - 1}, ${percent(stay / length)} of its draws`;
  const subject = `C${chainList(chains).slice(1)} ${chains.length === 1 ? "is" : "are"}`;
  return {
    kind: "stuck-chain",
    severity: "severe",
    message: `${subject} stuck: ${worst}.`,
    advice:
      "Every proposal was refused there: let warmup find the step size (leave stepSize out), or take a smaller one; " +
      "or change coordinates so that the scales of the law differ less from place to place.",
    where: { chains, coordinates: [] },
  };
}

/** Two draws that are equal say nothing yet. */
const LEAST_TO_JUDGE = 4;

/** The longest row of equal draws. Hot over all draws; the first coordinate decides almost always. */
function longestStay(
  chain: number,
  { position, lengths, draws, dim }: Evidence["draws"],
): { readonly stay: number; readonly from: number } {
  let longest = 0;
  let longestFrom = 0;
  let from = 0;
  for (let n = 1; n <= lengths[chain]; n++) {
    if (n < lengths[chain] && isRepeated(position, (chain * draws + n) * dim, dim)) continue;
    if (n - from > longest) {
      longest = n - from;
      longestFrom = from;
    }
    from = n;
  }
  return { stay: longest, from: longestFrom };
}

function isRepeated(position: Float64Array, at: number, dim: number): boolean {
  for (let i = 0; i < dim; i++) if (position[at + i] !== position[at - dim + i]) return false;
  return true;
}

/** A coordinate that keeps one value in a chain, while it has another elsewhere or the chain's other coordinates move. */
export function stuckCoordinates(evidence: Evidence): DiagnosedProblem | undefined {
  const { draws } = evidence;
  const moving = movingChains(evidence);
  const chains = new Set<number>();
  const coordinates = draws.names.filter((_, i) => {
    const values = moving.map((chain) => onlyValue(chain, i, draws));
    const still = moving.filter((_, m) => values[m] !== undefined);
    // The same in all of them: constantCoordinates speaks of it.
    if (still.length === 0 || (still.length === moving.length && new Set(values).size === 1)) return false;
    for (const chain of still) chains.add(chain);
    return true;
  });
  if (coordinates.length === 0) return undefined;
  const where = { chains: [...chains].sort((a, b) => a - b), coordinates };
  return {
    kind: "stuck-coordinate",
    severity: "severe",
    message: `${listOf(coordinates)} never changed in ${chainList(where.chains)}, while other coordinates did.`,
    advice:
      'Look at its scale beside the others\' (a mass of "diagonal" learns it), and whether the energy depends on it.',
    where,
  };
}

export function constantCoordinates(evidence: Evidence): DiagnosedProblem | undefined {
  const { draws } = evidence;
  const moving = movingChains(evidence);
  if (moving.length === 0) return undefined;
  const coordinates = draws.names.filter((_, i) => {
    const first = onlyValue(moving[0], i, draws);
    return first !== undefined && moving.every((chain) => onlyValue(chain, i, draws) === first);
  });
  if (coordinates.length === 0) return undefined;
  return {
    kind: "constant-coordinate",
    severity: "note",
    message: `${listOf(coordinates)} ${coordinates.length === 1 ? "has" : "have"} the same value in every draw, so that R-hat and ESS are undefined.`,
    advice: "Well so where it is fixed by definition; otherwise the sampler does not move it.",
    where: { chains: [], coordinates },
  };
}

/** Chains that are long enough to judge and do not stand still altogether. */
function movingChains({ draws }: Evidence): number[] {
  return draws.lengths.flatMap((length, chain) => {
    return length >= LEAST_TO_JUDGE && longestStay(chain, draws).stay < length ? [chain] : [];
  });
}

/** The value that a coordinate has in all draws of a chain, if there is one. */
function onlyValue(
  chain: number,
  coordinate: number,
  { position, lengths, draws, dim }: Evidence["draws"],
): number | undefined {
  const start = chain * draws * dim + coordinate;
  for (let n = 1; n < lengths[chain]; n++) if (position[start + n * dim] !== position[start]) return undefined;
  return position[start];
}

export function tooFewDraws({
  length,
  chains,
  thresholds: { leastEssPerChain },
}: Evidence): DiagnosedProblem | undefined {
  if (length === 0 || length >= leastEssPerChain) return undefined;
  const undefinedNumbers = length < LEAST_TO_JUDGE ? " R-hat and ESS are undefined." : "";
  return {
    kind: "too-few-draws",
    severity: length < LEAST_TO_JUDGE ? "severe" : "warning",
    message: `Only ${count(length, "draw")} in each of ${count(chains, "chain")}, fewer than ${leastEssPerChain}: they can hardly be worth that many independent ones.${undefinedNumbers}`,
    advice: "Take more draws: sample(energy, sampler, { resume: draws, draws: ... }) goes on from where these end.",
    where: NOWHERE,
  };
}

export function oneChain({ draws, length }: Evidence): DiagnosedProblem | undefined {
  if (draws.chains !== 1 || length === 0) return undefined;
  return {
    kind: "one-chain",
    severity: "note",
    message: "There is one chain: R-hat compares its halves alone, and a mode that it did not visit cannot show.",
    advice: "Run four chains from different starts.",
    where: { chains: [0], coordinates: [] },
  };
}

export function aborted({ draws }: Evidence): DiagnosedProblem | undefined {
  if (!draws.aborted) return undefined;
  return {
    kind: "aborted",
    severity: "note",
    message: `The run was aborted; its chains kept ${listOf(draws.lengths.map(String))} of ${draws.draws} draws.`,
    advice: "Let the rest be made: sample(energy, sampler, { resume: draws }).",
    where: NOWHERE,
  };
}
