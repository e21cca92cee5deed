// Promotion: one figure of the newest run of each sampler is copied to where a README shows it.

import { randomUUID } from "node:crypto";
import { copyFile, readFile, rename, rm } from "node:fs/promises";
import { extname, join } from "node:path";
import { parse } from "yaml";
import { makeFolder } from "../platform/folder.js";
import { ConfigurationError, compose, nearest, type SamplerName, samplerNames } from "./configuration/index.js";
import { drawMissing, figuresOfRun, runFigureNames } from "./figures.js";
import { allRuns, type FoundRun } from "./listing.js";
import { exists } from "./store/artifact.js";
import { checkId } from "./store/identity.js";
import { refuseDamaged } from "./store/readable.js";
import { loadRun } from "./store/samples.js";
import { loadTarget } from "./store/targets.js";

export interface PromoteOptions {
  readonly samplers: readonly string[];
  /** `running_llc.png` */
  readonly plotName: string;
  readonly outdir: string;
  /** Only runs on this target. */
  readonly targetId?: string;
}

/**
 * Copies the figure of each sampler's newest run to `<outdir>/<sampler>_<plotName>`, drawing it where it is not there, and resolves to
 * the paths. Throws before anything is copied where a sampler has no run, or there is no such figure.
 */
export async function promote(
  root: string,
  { samplers: names, plotName, outdir, targetId }: PromoteOptions,
): Promise<string[]> {
  const samplers = [...new Set(names)];
  const format = extname(plotName).slice(1);
  const figure = plotName.slice(0, -format.length - 1);
  if (!(runFigureNames as readonly string[]).includes(figure) || (format !== "png" && format !== "html")) {
    const known = runFigureNames.map((name) => `${name}.png`).join(", ");
    throw new ConfigurationError(
      `there is no figure ${JSON.stringify(plotName)}; there are ${known}, each also as .html`,
    );
  }
  if (targetId !== undefined) checkId("tgt", targetId);
  const { whole, damaged } = await allRuns(root);
  const isWanted = ({ target }: FoundRun): boolean => targetId === undefined || target === targetId;
  const runs = whole.filter(isWanted);
  const newest = samplers.map((name) => {
    if (!(samplerNames as readonly string[]).includes(name)) {
      const likely = nearest(name, samplerNames);
      throw new ConfigurationError(
        `there is no sampler ${JSON.stringify(name)}; ${likely === undefined ? `there are ${samplerNames.join(", ")}` : `did you mean ${likely}?`}`,
      );
    }
    // A damaged one may be the newest.
    refuseDamaged(damaged.filter((run) => isWanted(run) && run.sampler === name));
    const run = runs.find(({ sampler }) => sampler === name);
    if (run === undefined) throw new ConfigurationError(`there is no run of ${name} in ${root}; sample makes one`);
    return run;
  });
  const sources: string[] = [];
  for (const run of newest) {
    const path = join(run.folder, "figures", plotName);
    if (!(await exists(path))) {
      const target = await loadTarget(root, run.target);
      const stored = await loadRun(root, target, run.sampler, run.id);
      const { output, sampler } = await configurationOf(run.folder, run.sampler);
      const figures = figuresOfRun(stored, output.max_theta_plot_dims, sampler, target.target.known?.lambda);
      const one = { [figure]: figures[figure] };
      const problems = await drawMissing(root, run.folder, one, [format]);
      if (problems.length > 0) throw new Error(problems.join("\n"));
    }
    sources.push(path);
  }
  makeFolder(outdir);
  return Promise.all(sources.map((source, i) => copyWhole(source, join(outdir, `${newest[i].sampler}_${plotName}`))));
}

/** A run's configuration, complete. */
async function configurationOf(folder: string, sampler: SamplerName): Promise<ReturnType<typeof compose>> {
  const path = join(folder, "configuration.yaml");
  const text = await readFile(path, "utf8");
  if (parse(text)?.sampler?.[sampler] === undefined) throw new Error(`${path} does not say how ${sampler} ran`);
  return compose({ file: { name: path, text } });
}

/** Copies a file whole or not at all, and resolves to where it is. */
export async function copyWhole(from: string, to: string): Promise<string> {
  const partial = `${to}.${randomUUID()}.partial`;
  try {
    await copyFile(from, partial);
    await rename(partial, to);
  } finally {
    await rm(partial, { force: true });
  }
  return to;
}
