// A target that the command line stored, for a notebook to go on with.

import { knownOptions, refuse } from "../arguments/index.js";
import type { Target } from "../llc/targets/index.js";

export interface LoadTargetOptions {
  /** The folder of `--runs-root`; `runs` where left out. */
  readonly runsRoot?: string;
}

/**
 * The loss and the trained parameters of a target that `ergodic build-target` or `ergodic llc` stored. Rejects where there is none of this id,
 * or what is there is damaged.
 * @example
 * const { loss, center } = await loadTarget("tgt_0123456789abcdef");
 * const estimate = await llc(loss, { center, sampler: nuts() });
 */
export async function loadTarget(id: string, options: LoadTargetOptions = {}): Promise<Target> {
  knownOptions("loadTarget", options, ["runsRoot"]);
  const { runsRoot = "runs" } = options;
  if (typeof runsRoot !== "string") refuse("loadTarget", "runsRoot", "the path of a folder", runsRoot);
  // Configurations need libraries of their own, which no other import of ours should wait for.
  const [{ checkId }, store] = await Promise.all([import("./store/identity.js"), import("./store/targets.js")]);
  return (await store.loadTarget(runsRoot, checkId("tgt", id))).target;
}
