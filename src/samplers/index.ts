// The samplers: their factories, and the table by which a worker finds the kernel of a record.

import { hmcDefinition } from "./hmc.js";
import type { SamplerDefinition } from "./kernel.js";
import { sgldDefinition } from "./sgld.js";

export { stiffness } from "./curvature.js";
export { type HmcOptions, hmc } from "./hmc.js";
export type { IntegratorName } from "./integrators.js";
export type { Adaptation, Info, Kernel, KernelState, Sampler, SamplerDefinition } from "./kernel.js";
export { type LangevinExcess, langevinExcess } from "./langevin-stiffness.js";
export { type SgldOptions, sgld } from "./sgld.js";

/** The definition of each kind of sampler. */
export const samplers: Readonly<Record<string, SamplerDefinition>> = {
  hmc: hmcDefinition,
  sgld: sgldDefinition,
};
