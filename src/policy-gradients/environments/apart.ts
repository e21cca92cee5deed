// Where a record of an environment can be taken apart, so that its task is played in other threads while what learns from all copies, in their
// order, stays in one.

import { refuse } from "../../arguments/index.js";
import type { EnvironmentDefinition } from "./definition.js";
import type { EnvironmentRecord, EnvironmentSource } from "./environment.js";

export interface Apart {
  /** What can be played anywhere: the task with all wrappers within the innermost that learns, and those that only change actions. */
  readonly within: EnvironmentRecord;
  /** The rest, around an environment that stands for the one above. */
  around(within: EnvironmentSource): EnvironmentSource;
}

/**
 * The two parts of a record whose kinds are in `definitions`. Wrappers that change actions see the same actions on either side of one that
 * learns, so all of them go within. Throws where a part is a function, which cannot travel.
 */
export function takeApart(
  where: string,
  source: EnvironmentSource,
  definitions: Readonly<Record<string, EnvironmentDefinition>>,
): Apart {
  const layers: EnvironmentRecord[] = [];
  for (let layer: EnvironmentSource | undefined = source; layer !== undefined; ) {
    if (typeof layer === "function") {
      refuse(where, "the environment", "made of records where there are workers, for a function cannot travel", layer);
    }
    layers.push(layer);
    layer = layer.options.environment as EnvironmentSource | undefined;
  }
  const learning = layers.map(({ kind }) => definitions[kind]?.learns === true).lastIndexOf(true);
  if (learning < 0) return { within: layers[0], around: (within) => within };
  const outer = layers.slice(0, learning + 1);
  const changesActionsOnly = ({ kind }: EnvironmentRecord): boolean => definitions[kind]?.changesActionsOnly === true;
  return {
    within: stacked(outer.filter(changesActionsOnly), layers[learning + 1]) as EnvironmentRecord,
    around: (within) =>
      stacked(
        outer.filter((layer) => !changesActionsOnly(layer)),
        within,
      ),
  };
}

/** The same wrappers, outermost first, around another environment. */
function stacked(wrappers: readonly EnvironmentRecord[], within: EnvironmentSource): EnvironmentSource {
  return wrappers.reduceRight<EnvironmentSource>(
    (environment, { kind, options }) => ({ kind, options: { ...options, environment } }),
    within,
  );
}
