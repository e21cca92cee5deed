// Several samplers on one target beside each other: `runs/comparisons/<id>/` with the whole configuration, the metrics and a summary.

import { join } from "node:path";
import { inspect } from "node:util";
import { toCsv } from "../formats/csv-table.js";
import { compareLlc } from "../llc/index.js";
import { type Configuration, configurationYaml } from "./configuration/index.js";
import { drawMissing, figuresOfComparison } from "./figures.js";
import {
  checkArtifact,
  commitArtifact,
  discardPartial,
  exists,
  json,
  openPartial,
  TIMING,
  writeFileWhole,
} from "./store/artifact.js";
import { folders, idOf } from "./store/identity.js";
import { type LockOptions, withLock } from "./store/lock.js";
import type { StoredRun } from "./store/samples.js";
import type { StoredTarget } from "./store/targets.js";

export interface StoredComparison {
  readonly id: string;
  readonly folder: string;
  /** The table of estimates, with d/2 below them. */
  readonly summary: string;
  /** What could not be drawn. */
  readonly problems: string[];
}

/** Stores what there is to say about these runs together, where it is not there, and draws what is missing. */
export async function storeComparison(
  root: string,
  configuration: Configuration,
  target: StoredTarget,
  runs: readonly StoredRun[],
  options: LockOptions & { readonly figures: boolean },
): Promise<StoredComparison> {
  const id = idOf("llc", { target: target.id, runs: runs.map((run) => run.id) });
  const folder = folders.comparison(root, id);
  const byName = Object.fromEntries(runs.map((run) => [run.sampler, run]));
  const estimates = Object.fromEntries(runs.map(({ sampler, estimate }) => [sampler, estimate]));
  const { known } = target.target;
  const table = compareLlc(estimates, {
    references: { "d/2": target.target.loss.dim / 2, ...(known && { lambda: known.lambda }) },
  });
  const summary = inspect(table);
  await withLock(
    root,
    id,
    async () => {
      if (await exists(folder)) return void (await checkArtifact(folder));
      await discardPartial(folder);
      const partial = await openPartial(folder);
      const rows = runs.map(({ metrics }) => metrics);
      const decided = {
        ...configuration,
        sampler: { ...configuration.sampler, run: runs.map(({ sampler }) => sampler) },
      };
      await writeFileWhole(join(partial, "configuration.yaml"), configurationYaml(decided));
      await writeFileWhole(join(partial, "metrics.json"), json({ target_id: target.id, runs: rows }));
      await writeFileWhole(join(partial, "metrics.csv"), toCsv({ rows }));
      await writeFileWhole(join(partial, "summary.txt"), `${summary}\n`);
      await writeFileWhole(join(partial, TIMING), json({ finished: new Date().toISOString() }));
      await commitArtifact(folder);
    },
    options,
  );
  const { save_plots, plot_formats } = configuration.output;
  const problems =
    options.figures && save_plots
      ? await drawMissing(
          root,
          folder,
          figuresOfComparison(byName, () => configuration.sampler, known?.lambda),
          plot_formats,
          options.signal,
        )
      : [];
  return { id, folder, summary, problems };
}
