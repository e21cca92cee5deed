// Scores of several methods, a few runs each: what the figures over seeds share (after rliable, Agarwal et al. 2021, arXiv:2108.13264).

import { integerAtLeast, openUnit, refuse } from "../arguments/index.js";
import type { BootstrapOptions } from "../diagnostics/index.js";

/** By the name of a method, one score per run, such as the mean return of each seed; or one such list per task. */
export type Scores = Readonly<Record<string, ArrayLike<number> | readonly ArrayLike<number>[]>>;

/** How the intervals over runs are made. */
export interface ResamplingOptions {
  /** That an interval holds, 0.95 where left out. */
  probability?: number;
  /** Times that runs are drawn anew, 2000 where left out. */
  resamples?: number;
  /** Of those draws; 0 where left out. */
  seed?: number;
}

export const resamplingOptions: readonly string[] = ["probability", "resamples", "seed"];

export function checkResampling(
  where: string,
  options: ResamplingOptions,
): Required<Omit<BootstrapOptions, "statistic">> {
  return {
    probability: openUnit(where, "probability", options.probability ?? 0.95),
    resamples: integerAtLeast(where, "resamples", options.resamples ?? 2000, 1),
    seed: integerAtLeast(where, "seed", options.seed ?? 0, 0),
  };
}

/** The scores of each method, a list per task. Throws where there is none, or one is not a finite number. */
export function checkScores(where: string, scores: Scores): { name: string; tasks: Float64Array[] }[] {
  const isRecord =
    typeof scores === "object" && scores !== null && !Array.isArray(scores) && !ArrayBuffer.isView(scores);
  if (!isRecord || Object.keys(scores).length === 0) refuse(where, "scores", "lists of scores by name", scores);
  return Object.entries(scores).map(([name, given]) => {
    const isList = (value: unknown): value is ArrayLike<number> => Array.isArray(value) || ArrayBuffer.isView(value);
    if (!isList(given) || given.length === 0) refuse(where, name, "a list of at least one score", given);
    const tasks = typeof given[0] === "number" ? [given] : (given as unknown as readonly ArrayLike<number>[]);
    return {
      name,
      tasks: Array.from(tasks as readonly ArrayLike<number>[], (task, i) => {
        const at = typeof given[0] === "number" ? name : `${name}[${i}]`;
        if (!isList(task) || task.length === 0) refuse(where, at, "a list of at least one score", task);
        for (let k = 0; k < task.length; k++) {
          if (!Number.isFinite(task[k])) refuse(where, `${at}[${k}]`, "a finite number", task[k]);
        }
        return Float64Array.from(task);
      }),
    };
  });
}

/** `5 runs`, `3 to 5 runs`. */
export function runsOf(counts: readonly number[], what: string): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `${least === most ? least : `${least} to ${most}`} ${what}${most === 1 ? "" : "s"}`;
}
