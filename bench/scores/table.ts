// bench/policy-gradients.md, written from the records: per recipe what its seeds reached and whether that meets the bar, then every run.

import { writeFileSync } from "node:fs";
import { sampleStandardDeviation as sd } from "simple-statistics";
import { interquartileMean } from "../../src/diagnostics/index.js";
import { tableRow } from "../records.js";
import { mean } from "../report.js";
import { type ScoreRecord, settingsId } from "./records.js";
import { type Bar, type ScoreRow, scoreRows } from "./rows.js";

const file = new URL("../policy-gradients.md", import.meta.url);

const INTRODUCTION = `# What the policy-gradient algorithms reach

Written by \`npm run bench -- policy-gradients-scores\` from the runs in \`scores/records.jsonl\`; \`npm run bench -- policy-gradients-scores ppo/acrobot\`
runs what of one recipe is not there yet. The recipes are \`recipes.ppo.acrobot\` and so on, in \`src/policy-gradients/recipes.ts\`. They were
found on seeds from 100 up; the recorded seeds 1, 2, ... were then run once each, and every run that was begun is here, whatever it reached;
where a recipe was found anew, on those other seeds, the runs of the earlier one stay below with its id, and it is not in the first table.
Equal seeds on equal commits give equal runs, but for their time; times here are of one process beside other work on the machine.

A score is the mean return of 100 episodes in fresh copies of the task, with the statistics of normalisers held still: of the likeliest action
("deterministic"), and of actions drawn as in training ("stochastic"). "Training" is the mean of the last hundred episodes of the training
itself, which is what CleanRL's table gives; RL-Zoo's is deterministic. The interquartile mean leaves out the lowest and the highest quarter of
the seeds. A bar is met where the mean over seeds of the deterministic score is at least that; "in part" where seeds are still missing.
`;

/** Rewrites the page. */
export function writeTable(records: readonly ScoreRecord[]): void {
  const rows = scoreRows.map((row) => summaryLine(row, records));
  const page = [
    INTRODUCTION,
    "## Over seeds\n",
    "| recipe | steps | seeds | deterministic: mean ± sd | IQM | least | stochastic | training | bar | |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "\n## Runs\n",
    "± is between episodes. Where settings are not those that the recipe has today, their id is in brackets.",
    `All on ${[...new Set(records.map(({ machine }) => machine))].join("; ")}.\n`,
    "| recipe | seed | deterministic | stochastic | training | time | commit | date |",
    "|---|---|---|---|---|---|---|---|",
    ...runLines(records),
    "",
  ];
  writeFileSync(file, page.join("\n"));
}

function summaryLine({ name, recipe, seeds, bar }: ScoreRow, records: readonly ScoreRecord[]): string {
  const id = settingsId(recipe);
  const runs = records.filter((record) => record.name === name && record.settings === id);
  const over = (read: (run: ScoreRecord) => number | undefined): readonly number[] =>
    runs.flatMap((run) => read(run) ?? []);
  const scores = over((run) => run.deterministic?.mean);
  const cells = [
    name,
    thousands(recipe.totalSteps),
    `${runs.length} of ${seeds}`,
    scores.length > 1 ? `${short(mean(scores))} ± ${short(sd(scores))}` : mark(scores, mean),
    mark(scores, interquartileMean),
    mark(scores, (x) => Math.min(...x)),
    mark(
      over((run) => run.stochastic?.mean),
      mean,
    ),
    mark(
      over((run) => run.training),
      mean,
    ),
    bar === undefined ? "" : `≥ ${bar.atLeast} (${bar.source})`,
    bar === undefined ? "" : verdict(bar, scores, runs.length, seeds),
  ];
  return tableRow(cells);
}

/** A run that failed meets no bar. */
function verdict({ atLeast }: Bar, scores: readonly number[], runs: number, seeds: number): string {
  if (runs === 0) return "not run yet";
  if (scores.length < runs) return `**not met**: ${runs - scores.length} failed`;
  const met = mean(scores) >= atLeast ? "met" : "**not met**";
  return runs < seeds ? `${met}, in part` : met;
}

function runLines(records: readonly ScoreRecord[]): readonly string[] {
  const today = new Map(scoreRows.map(({ name, recipe }) => [name, settingsId(recipe)]));
  return records.map((run) => {
    const score = (of: ScoreRecord["deterministic"]) => (of === undefined ? "" : `${short(of.mean)} ± ${short(of.sd)}`);
    return tableRow([
      today.get(run.name) === run.settings ? run.name : `${run.name} (${run.settings})`,
      String(run.seed),
      run.failed ?? score(run.deterministic),
      score(run.stochastic),
      run.training === undefined ? "" : short(run.training),
      `${run.seconds} s`,
      run.commit,
      run.date.slice(0, 10),
    ]);
  });
}

/** Empty for no numbers. */
function mark(x: readonly number[], of: (x: readonly number[]) => number): string {
  return x.length === 0 ? "" : short(of(x));
}

function short(x: number): string {
  return x.toFixed(Math.abs(x) < 1000 ? 1 : 0).replace("-", "−");
}

function thousands(steps: number): string {
  return steps % 1_000_000 === 0 ? `${steps / 1_000_000}M` : `${steps / 1000}k`;
}
