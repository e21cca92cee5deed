// Draws as CmdStan writes them: a file per chain, with what was adapted in comments. https://mc-stan.org/docs/cmdstan-guide/stan_csv_apdx.html

import type { Draws } from "../chains/draws.js";
import { checkDraws } from "./inference-data.js";
import { fromStanColumns, stanColumns } from "./stan-names.js";
import { inStanOrder, toStanName } from "./statistics.js";
import { lengthsOf } from "./without-record.js";

/**
 * One text per chain, in the layout of Stan's CSV files: comments, then the columns `lp__` (minus our energy), `accept_stat__`,
 * `stepsize__`, `treedepth__`, `n_leapfrog__`, `divergent__`, `energy__` as far as the sampler reports them, its other statistics with
 * two underscores at the end, and the coordinates, where `theta[0]` is `theta.1`. Every number reads back as it was.
 *
 * Lost are the sampler's options, what it adapted besides step size and inverse mass, and all that `resume` needs. Throws a RangeError where
 * `draws` are none.
 * @example
 * toStanCsv(draws)[0].split("\n").find((line) => line.startsWith("lp__")) // "lp__,accept_stat__,stepsize__,...,theta.1,theta.2"
 */
export function toStanCsv(draws: Draws): string[] {
  checkDraws("toStanCsv", draws);
  return Array.from({ length: draws.chains }, (_, chain) => [...stanCsvText(draws, chain)].join(""));
}

/** The program that wrote a file, which knows how many files belong together. */
export const WRITER = "ergodic";

/** The same of one chain, line by line. */
export function* stanCsvText(draws: Draws, chain: number): Generator<string, void> {
  const { names, dim, stats, lengths, warmup } = draws;
  const { titles, coordinates } = stanColumns(names);
  const statistics = inStanOrder(Object.keys(stats)).map((ours) => ({ ours, ...toStanName(ours) }));
  yield* configuration(draws, chain, titles);
  yield `${[...statistics.map(({ name }) => name), ...titles].join(",")}\n`;
  const rows = function* (phase: Pick<Draws, "draws" | "position" | "stats">, length: number): Generator<string, void> {
    const values = statistics.map(({ ours, negated }) => ({ numbers: phase.stats[ours], sign: negated ? -1 : 1 }));
    for (let draw = chain * phase.draws; draw < chain * phase.draws + length; draw++) {
      let line = "";
      for (const { numbers, sign } of values) line += `${word(sign * (numbers?.[draw] ?? Number.NaN))},`;
      for (const coordinate of coordinates) line += `${word(phase.position[draw * dim + coordinate])},`;
      yield `${line.slice(0, -1)}\n`;
    }
  };
  if (warmup !== undefined) yield* rows(warmup, lengthsOf(warmup.position, draws.chains, warmup.draws, dim)[chain]);
  yield* adaptation(draws, chain);
  yield* rows(draws, lengths[chain]);
  yield `#\n#  Elapsed Time: ${word(draws.seconds)} seconds (Total)\n#\n`;
}

function* configuration(draws: Draws, chain: number, titles: readonly string[]): Generator<string, void> {
  const { chains, names, warmup, final, sampler, seed } = draws;
  yield `# inference_library = ${WRITER}\n# method = sample\n#   sample\n`;
  yield `#     num_samples = ${draws.draws * final.thin}\n#     num_warmup = ${final.warmup}\n`;
  yield `#     save_warmup = ${warmup === undefined ? 0 : 1}\n#     thin = ${final.thin}\n`;
  yield `#     algorithm = ${sampler.kind.replace(/[\r\n=#]/g, "_")}\n#     num_chains = ${chains}\n`;
  yield `# id = ${chain + 1}\n# random\n#   seed = ${seed}\n`;
  // Where the names of the columns do not say what the coordinates were called.
  if (!isToldByColumns(names, titles)) yield `# names = ${JSON.stringify(names)}\n`;
}

function isToldByColumns(names: readonly string[], titles: readonly string[]): boolean {
  const { names: read, columns } = fromStanColumns(titles);
  return read.every((name, i) => name === names[i] && columns.length === names.length);
}

function* adaptation({ adapted, chains, dim }: Draws, chain: number): Generator<string, void> {
  yield "# Adaptation terminated\n";
  const { stepSize, inverseMass } = adapted;
  if (stepSize?.length === chains) yield `# Step size = ${word(stepSize[chain])}\n`;
  const size = (inverseMass?.length ?? 0) / chains;
  const own = inverseMass?.subarray(chain * size, (chain + 1) * size) ?? new Float64Array(0);
  const row = (from: number) => `# ${Array.from(own.subarray(from, from + dim), word).join(", ")}\n`;
  if (size === dim) yield `# Diagonal elements of inverse mass matrix:\n${row(0)}`;
  else if (size === dim * dim) {
    yield "# Elements of inverse mass matrix:\n";
    for (let i = 0; i < dim; i++) yield row(i * dim);
  }
}

function word(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}
