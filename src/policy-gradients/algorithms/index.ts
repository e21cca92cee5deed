// The algorithms by kind.

import { refuse } from "../../arguments/index.js";
import { a2cDefinition } from "./a2c.js";
import type { Algorithm, AlgorithmDefinition } from "./algorithm.js";
import { ppoDefinition } from "./ppo.js";
import { reinforceDefinition } from "./reinforce.js";
import { trpoDefinition } from "./trpo.js";
import { vmpoDefinition } from "./vmpo.js";

export { type A2cOptions, a2c } from "./a2c.js";
export type {
  Algorithm,
  AlgorithmDefinition,
  Learner,
  LearningOptions,
  LearningSettings,
  TrainingStatistics,
} from "./algorithm.js";
export { type PpoOptions, ppo } from "./ppo.js";
export { type ReinforceOptions, reinforce } from "./reinforce.js";
export { type TrpoOptions, trpo } from "./trpo.js";
export { type VmpoOptions, vmpo } from "./vmpo.js";

// Each definition completes its own settings and is handed no others, so that the table may hold them as one type.
const definitions = {
  a2c: a2cDefinition,
  ppo: ppoDefinition,
  reinforce: reinforceDefinition,
  trpo: trpoDefinition,
  vmpo: vmpoDefinition,
} as unknown as Readonly<Record<string, AlgorithmDefinition>>;

/** Throws where there is no algorithm of the record's kind. */
export function algorithmOf(where: string, algorithm: Algorithm): AlgorithmDefinition {
  const kind = algorithm?.kind;
  if (typeof kind !== "string" || !Object.hasOwn(definitions, kind)) {
    refuse(where, "the algorithm's kind", `one of ${Object.keys(definitions).join(", ")}`, kind);
  }
  if (typeof algorithm.options !== "object" || algorithm.options === null) {
    refuse(where, "algorithm.options", "an object", algorithm.options);
  }
  return definitions[kind];
}
