// Draws as a reader sees them where they are printed: what there is, and whom to ask about it, in place of ten thousand numbers.

import { countOf } from "./diagnosis/evidence.js";
import { count } from "./diagnosis/words.js";
import { significant } from "./digits.js";
import type { Draws } from "./draws.js";

/** As many names and stopped chains are written out. */
const SHOWN = 8;

export function drawsText(draws: Draws): string {
  const { chains, dim, names, lengths, stats, warmup, adapted, sampler, seed, stopped, aborted, seconds } = draws;
  const diverged = stats.diverging === undefined ? 0 : countOf(stats.diverging);
  return [
    `${count(chains, "chain")} of ${count(draws.draws, "draw")} of ${count(dim, "coordinate")}: ${listed(names)}`,
    `by ${sampler.kind}, seed ${seed}, in ${significant(seconds, 2)} s`,
    `statistics: ${listed(Object.keys(stats))}`,
    ...(Object.keys(adapted).length > 0 ? [`adapted: ${listed(Object.keys(adapted))}`] : []),
    ...(warmup === undefined ? [] : [`with ${count(warmup.draws, "warmup transition")} per chain`]),
    ...(diverged > 0 ? [count(diverged, "divergent transition")] : []),
    ...(aborted ? [`aborted; draws kept by each chain: ${listed(lengths.map(String))}`] : []),
    ...stopped.slice(0, SHOWN).map(({ chain, draw, reason }) => `chain ${chain} stopped at draw ${draw}: ${reason}`),
    ...(stopped.length > SHOWN ? [`${stopped.length - SHOWN} more chains stopped`] : []),
    "summarize(draws) is their table, diagnose(draws) says whether to believe them, chainsOf(draws, name) are the numbers",
  ].join("\n");
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(", ");
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
