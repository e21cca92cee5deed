// From the keys of a configuration to the samplers of the library: what each is given, and how long it runs.

import { adamSgld, hmc, mala, mams, mclmc, nuts, psgld, type Sampler, sghmc, sgld, sgnht } from "../samplers/index.js";
import { type Configuration, ConfigurationError, type SamplerName } from "./configuration/index.js";

export interface Sampling {
  readonly sampler: Sampler;
  readonly warmup: number;
  readonly draws: number;
  readonly thin: number;
  /** Whether it moves on mini-batches and computes the loss of kept draws for their own sake. */
  readonly stochastic: boolean;
}

type Sections = Configuration["sampler"];

const recipes: { readonly [Name in SamplerName]: (section: Sections[Name]) => Sampling } = {
  sgld(section) {
    const { step_size, precond, beta1, beta2, damping } = section;
    const options = { stepSize: step_size ?? undefined, ...batches(section) };
    if (precond === "adam") return onBatches(section, adamSgld({ ...options, beta1, beta2, damping }));
    if (precond === "none") return onBatches(section, sgld(options));
    return onBatches(section, sgld({ ...options, preconditioner: precond, alpha: beta2, damping }));
  },
  psgld(section) {
    const { step_size, alpha, damping } = section;
    return onBatches(section, psgld({ stepSize: step_size ?? undefined, alpha, damping, ...batches(section) }));
  },
  sghmc: (section) => onBatches(section, sghmc({ stepSize: section.step_size ?? undefined, ...batches(section) })),
  sgnht: (section) => onBatches(section, sgnht({ stepSize: section.step_size ?? undefined, ...batches(section) })),
  hmc({ draws, warmup, num_integration_steps, step_size, adapt_step_size, target_acceptance }) {
    const leapfrogSteps = num_integration_steps ?? undefined;
    const adapted = { targetAcceptance: target_acceptance, leapfrogSteps };
    return whole(draws, warmup, 1, hmc(adapt_step_size ? adapted : { stepSize: step_size, leapfrogSteps }));
  },
  nuts: ({ draws, warmup, target_acceptance, max_tree_depth }) =>
    whole(draws, warmup, 1, nuts({ targetAcceptance: target_acceptance, maxTreeDepth: max_tree_depth })),
  mala({ draws, warmup, eval_every, step_size, target_acceptance }) {
    const options = step_size === null ? { targetAcceptance: target_acceptance } : { stepSize: step_size };
    return whole(draws, warmup, eval_every, mala(options));
  },
  mclmc({ draws, num_steps, eval_every, L, step_size, diagonal_preconditioning, desired_energy_var, integrator }) {
    const scheme = integrator === "isokinetic_mclachlan" ? "mcLachlan" : "velocityVerlet";
    const learnt = { diagonalPreconditioning: diagonal_preconditioning, desiredEnergyVariance: desired_energy_var };
    const options = num_steps > 0 ? learnt : { stepSize: step_size, L };
    return whole(draws, num_steps, eval_every, mclmc({ ...options, integrator: scheme }));
  },
  mams: ({ draws, num_steps, target_acceptance, diagonal_preconditioning }) =>
    whole(
      draws,
      num_steps,
      1,
      mams({ targetAcceptance: target_acceptance, diagonalPreconditioning: diagonal_preconditioning }),
    ),
};

/** What `sampler.<name>` asks for. */
export function samplingOf<Name extends SamplerName>(name: Name, sections: Sections): Sampling {
  return recipes[name](sections[name]);
}

/**
 * Throws a ConfigurationError where a sampler to be run asks for more rows than there are; nothing has been computed by then. How many there are
 * may not be known yet: null.
 */
export function checkBatches(sections: Sections, dataSize: number | null): void {
  for (const name of sections.run) {
    const section: object = sections[name];
    const rows = "batch_size" in section ? (section.batch_size as number | null) : null;
    refuseMoreRows(`sampler.${name}.batch_size`, rows, dataSize);
  }
}

export function refuseMoreRows(key: string, rows: number | null, dataSize: number | null): void {
  if (rows === null || dataSize === null || rows <= dataSize) return;
  throw new ConfigurationError(
    `${key} must be at most the ${dataSize} rows of the data, got ${rows}; null takes what there is`,
  );
}

interface BatchKeys {
  readonly steps: number;
  readonly warmup: number;
  readonly eval_every: number;
  readonly batch_size: number | null;
  readonly control_variate: boolean;
}

function batches({ batch_size, control_variate }: BatchKeys): { batchSize?: number; controlVariate: boolean } {
  return { ...(batch_size !== null && { batchSize: batch_size }), controlVariate: control_variate };
}

function onBatches({ steps, warmup, eval_every: thin }: BatchKeys, sampler: Sampler): Sampling {
  return { sampler, warmup, draws: Math.max(1, Math.floor(steps / thin)), thin, stochastic: true };
}

function whole(draws: number, warmup: number, thin: number, sampler: Sampler): Sampling {
  return { sampler, warmup, draws, thin, stochastic: false };
}
