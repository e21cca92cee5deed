// Promotion of policies' figures: one of each is copied to where a README shows it.

import { extname, join } from "node:path";
import { makeFolder } from "../../platform/folder.js";
import { ConfigurationError, nearest } from "../configuration/index.js";
import { algorithmNames } from "../configuration/training/index.js";
import { drawMissing } from "../figures.js";
import { copyWhole } from "../promote.js";
import { exists } from "../store/artifact.js";
import { checkId } from "../store/identity.js";
import { type Readable, refuseDamaged } from "../store/readable.js";
import { figuresOfPolicy, policyFigureNames } from "./figures.js";
import { allPolicies, type ListedPolicy, loadStoredPolicy } from "./policies.js";

export interface PromotePoliciesOptions {
  /** Ids, or algorithms for the newest policy of each. */
  readonly policies: readonly string[];
  /** `learning_curve.png` */
  readonly plotName: string;
  readonly outdir: string;
}

/**
 * Copies the figure of each policy to `<outdir>/<name>_<plotName>`, drawing it where it is not there, and resolves to the paths. Throws before anything
 * is copied where there is no such policy or figure.
 */
export async function promotePolicies(
  root: string,
  { policies: names, plotName, outdir }: PromotePoliciesOptions,
): Promise<string[]> {
  const policies = [...new Set(names)];
  const format = extname(plotName).slice(1);
  const figure = plotName.slice(0, -format.length - 1);
  if (!policyFigureNames.includes(figure) || (format !== "png" && format !== "html")) {
    const known = policyFigureNames.map((name) => `${name}.png`).join(", ");
    throw new ConfigurationError(
      `there is no figure ${JSON.stringify(plotName)} of policies; there are ${known}, each also as .html`,
    );
  }
  const all = await allPolicies(root);
  const sources: string[] = [];
  for (const name of policies) {
    const { id, folder } = policyNamed(root, all, name);
    const path = join(folder, "figures", plotName);
    if (!(await exists(path))) {
      const { [figure]: draw } = figuresOfPolicy(await loadStoredPolicy(root, id));
      if (draw === undefined) throw new Error(`${id} has nothing to draw ${figure} from: its training was too short`);
      const problems = await drawMissing(root, folder, { [figure]: draw }, [format]);
      if (problems.length > 0) throw new Error(problems.join("\n"));
    }
    sources.push(path);
  }
  makeFolder(outdir);
  return Promise.all(sources.map((source, i) => copyWhole(source, join(outdir, `${policies[i]}_${plotName}`))));
}

function policyNamed(root: string, all: Readable<{ readonly id: string }, ListedPolicy>, name: string): ListedPolicy {
  const isAlgorithm = (algorithmNames as readonly string[]).includes(name);
  if (!isAlgorithm && !name.startsWith("pol_")) {
    const likely = nearest(name, algorithmNames);
    throw new ConfigurationError(
      `there is no algorithm ${JSON.stringify(name)}; ${likely === undefined ? `there are ${algorithmNames.join(", ")}` : `did you mean ${likely}?`}`,
    );
  }
  if (!isAlgorithm) checkId("pol", name);
  // A damaged one may be the newest of this algorithm.
  refuseDamaged(all.damaged.filter(({ id }) => isAlgorithm || id === name));
  const found = all.whole.find(({ id, metrics }) => (isAlgorithm ? metrics.algorithm === name : id === name));
  if (found === undefined)
    throw new ConfigurationError(`there is no policy ${isAlgorithm ? `of ${name}` : name} in ${root}; train makes one`);
  return found;
}
