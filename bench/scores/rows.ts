// What is recorded: recipes of the library by name, the seeds they are run with, and the bars they are held to.

import { type Recipe, recipes } from "../../src/policy-gradients/recipes.js";

export interface ScoreRow {
  /** `algorithm/task`, as in `recipes.ppo.acrobot`. */
  readonly name: string;
  readonly recipe: Recipe;
  /** 1 ... seeds, chosen before any of them was run. */
  readonly seeds: number;
  readonly bar?: Bar;
}

export interface Bar {
  /** The mean return over seeds should be at least this. */
  readonly atLeast: number;
  /** Whose score that is, or whom it should beat. */
  readonly source: string;
}

const bars: Readonly<Record<string, Bar>> = {
  "ppo/cartPole": { atLeast: 490, source: "CleanRL 490.0, 500k" },
  "ppo/acrobot": { atLeast: -86, source: "CleanRL -86.4, 500k" },
  "ppo/pendulum": { atLeast: -200, source: "RL-Zoo -172.2, one agent" },
  "ppo/mountainCarContinuous": { atLeast: 90, source: "RL-Zoo 88.3, one agent" },
  "ppo/invertedPendulum": { atLeast: 950, source: "CleanRL 951.0, 1M" },
  "ppo/halfCheetah": { atLeast: 2900, source: "CleanRL 2906, 1M" },
  "ppo/hopper": { atLeast: 2052, source: "CleanRL 2052, 1M" },
  "ppo/walker2d": { atLeast: 2891, source: "CleanRL 2891, 1M" },
};

/** Steps from which on there are three seeds; below, where a run takes a minute or so, five. */
const LONG = 1_000_000;

export const scoreRows: readonly ScoreRow[] = Object.entries(recipes).flatMap(([algorithm, byTask]) =>
  Object.entries(byTask).map(([task, recipe]: [string, Recipe]) => {
    const name = `${algorithm}/${task}`;
    return { name, recipe, seeds: recipe.totalSteps < LONG ? 5 : 3, bar: bars[name] };
  }),
);

/** The rows that are meant by `ppo/acrobot`, `acrobot` or `ppo`; all where nothing is asked for. Throws where a word means none. */
export function askedRows(words: readonly string[]): readonly ScoreRow[] {
  const meant = (word: string) => scoreRows.filter(({ name }) => name === word || name.split("/").includes(word));
  const unknown = words.find((word) => meant(word).length === 0);
  if (unknown !== undefined) {
    throw new RangeError(
      `bench: there is no recipe ${unknown}; there are ${scoreRows.map(({ name }) => name).join(", ")}`,
    );
  }
  if (words.length === 0) return scoreRows;
  const chosen = new Set(words.flatMap(meant));
  return scoreRows.filter((row) => chosen.has(row));
}
