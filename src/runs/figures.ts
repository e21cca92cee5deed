// The figures of a run and of several runs beside each other: which there are, and the files that are missing.

import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { LlcEstimate } from "../llc/estimate.js";
import type { Figure } from "../plots/figure.js";
import * as plots from "../plots/index.js";
import { save, toPng } from "../render/index.js";
import type { Configuration } from "./configuration/index.js";
import { workByDraw } from "./metrics.js";
import { samplingOf } from "./sampling.js";
import { exists } from "./store/artifact.js";
import { withLock } from "./store/lock.js";
import type { StoredRun } from "./store/samples.js";

type Format = Configuration["output"]["plot_formats"][number];

/** A figure by the name of its file, made when it is to be drawn. */
export type Figures = Readonly<Record<string, () => Figure>>;

/** Names of the figures of a run. */
export const runFigureNames = [
  "theta_trace",
  "running_llc",
  "llc_convergence",
  "wnv",
  "rank",
  "autocorrelation",
  "energy",
] as const;

/** The figures of one run; `tracks` of its tracked numbers are drawn, and `lambda` is the coefficient where it is known. */
export function figuresOfRun(
  run: StoredRun,
  tracks: number,
  sections: Configuration["sampler"],
  lambda?: number,
): Figures {
  const { estimate, sampler } = run;
  const { draws } = estimate;
  const names = draws.names.slice(0, tracks);
  const followed = ["loss", ...names.slice(0, 3)];
  const reference = referencesOf(estimate, lambda);
  const courses = coursesOf({ [sampler]: run }, sections);
  const figures: Record<(typeof runFigureNames)[number], () => Figure> = {
    theta_trace: () => plots.trace(draws, { names, title: `Positions of ${sampler}` }),
    running_llc: () => plots.runningLlc(estimate, { reference, title: `Running LLC estimate of ${sampler}` }),
    llc_convergence: () => plots.llcConvergence(courses, { reference }),
    wnv: () => plots.wnv(courses),
    rank: () => plots.rankHistogram(draws, { names: followed, title: `Ranks of the draws of ${sampler}` }),
    autocorrelation: () => plots.autocorrelation(draws, { names: followed, title: `Autocorrelation of ${sampler}` }),
    energy: () => plots.energy(draws, { title: `Energies of ${sampler}` }),
  };
  return figures;
}

/** The figures of several runs by what they are to be called. */
export function figuresOfComparison(
  runs: Readonly<Record<string, StoredRun>>,
  sectionsOf: (name: string) => Configuration["sampler"],
  lambda?: number,
): Figures {
  const estimates = Object.fromEntries(Object.entries(runs).map(([name, { estimate }]) => [name, estimate]));
  const all = Object.values(estimates);
  // d/2 of several targets would say nothing.
  const reference = all.every(({ dim }) => dim === all[0].dim) ? referencesOf(all[0], lambda) : [];
  const courses = (): Record<string, plots.LlcCourse> =>
    Object.assign({}, ...Object.entries(runs).map(([name, run]) => coursesOf({ [name]: run }, sectionsOf(name))));
  return {
    llc_comparison: () => plots.llcComparison(estimates, { reference }),
    llc_convergence: () => plots.llcConvergence(courses(), { reference }),
    wnv: () => plots.wnv(courses()),
  };
}

/** Draws what is not there yet into the artifact's folder `figures`, and resolves to what could not be drawn, with the reason. */
export async function drawMissing(
  root: string,
  artifact: string,
  figures: Figures,
  formats: readonly Format[],
  signal?: AbortSignal,
): Promise<string[]> {
  const folder = join(artifact, "figures");
  const wanted = Object.keys(figures).flatMap((name) => formats.map((format) => `${name}.${format}`));
  const there = await readdir(folder).catch((): string[] => []);
  if (wanted.every((name) => there.includes(name))) return [];
  return withLock(root, `${basename(artifact)}-figures`, () => drawInto(folder, figures, formats, signal), { signal });
}

/** Starts the browser that draws pictures, ahead of the first. Where none can be started, drawing says so. */
export function startBrowser(): void {
  const smallest: Figure = { data: [{ type: "scatter", x: [0], y: [0] }], layout: { width: 10, height: 10 } };
  toPng(smallest).catch(() => {});
}

async function drawInto(
  folder: string,
  figures: Figures,
  formats: readonly Format[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const problems: string[] = [];
  // Left where a process was killed while it drew.
  for (const name of await readdir(folder).catch((): string[] => [])) {
    if (name.endsWith(".partial")) await rm(join(folder, name), { force: true });
  }
  const draw = async (name: string, format: Format, figure: () => Figure): Promise<void> => {
    const path = join(folder, `${name}.${format}`);
    if (signal?.aborted || (await exists(path))) return;
    try {
      await save(figure(), path);
    } catch (error) {
      problems.push(`${path}: ${(error as Error).message}`);
    }
  };
  for (const [name, figure] of Object.entries(figures)) {
    await Promise.all(formats.map((format) => draw(name, format, figure)));
  }
  return problems;
}

function referencesOf({ dim }: LlcEstimate, lambda: number | undefined): plots.Reference[] {
  return [{ label: "d/2", value: dim / 2 }, ...(lambda === undefined ? [] : [{ label: "lambda", value: lambda }])];
}

/** Running LLCs with the work and the time that went into them. */
function coursesOf(
  runs: Readonly<Record<string, StoredRun>>,
  sections: Configuration["sampler"],
): Record<string, plots.LlcCourse> {
  return Object.fromEntries(
    Object.entries(runs).map(([name, { estimate, sampler, metrics }]) => {
      const { trace, dataSize, beta, lossAtCenter } = estimate;
      const chains = trace.filter(({ length }) => length > 0);
      const coefficients = chains.map((chain) => chain.map((loss) => dataSize * beta * (loss - lossAtCenter)));
      const { warmup, upTo } = workByDraw(estimate, { values: samplingOf(sampler, sections).stochastic });
      const shortest = Math.min(...chains.map(({ length }) => length));
      const work = Float64Array.from({ length: shortest }, (_, t) =>
        upTo.reduce((sum, at, chain) => sum + warmup[chain] + (at[Math.min(t, at.length - 1)] ?? 0), 0),
      );
      // Time goes with the chains' work: what a draw took by itself nobody has measured.
      const all = upTo.reduce((sum, at, chain) => sum + warmup[chain] + (at[at.length - 1] ?? 0), 0);
      const seconds = work.map((value) => (metrics.seconds * value) / all);
      return [name, { chains: coefficients, work, seconds }];
    }),
  );
}
