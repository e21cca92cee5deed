// A complete configuration of the commands around learning coefficients from what was said.

import { configurationKeys } from "./keys.js";
import { defaultSeed, presets } from "./presets.js";
import { type Configuration, configurationSchema, groupNames } from "./schema.js";
import { composeTree, type Said, type Vocabulary } from "./tree.js";

/**
 * The configuration that was asked for, complete and checked; `target.seed` has become a number. Throws a ConfigurationError that names
 * the key, what came and what is expected.
 * @example compose({ overrides: [{ key: "model", value: "small" }] }).model.target_params // 50
 */
export function compose(said: Said = {}): Configuration {
  const configuration = composeTree(vocabulary, said);
  const { seed, target } = configuration;
  return { ...configuration, target: { ...target, seed: target.seed ?? seed } };
}

const vocabulary: Vocabulary<Configuration> = {
  schema: configurationSchema,
  keys: configurationKeys,
  groupNames,
  presets,
  top: { seed: defaultSeed },
  // Names of trainings, and those that Lambda-Hat has.
  elsewhere: {
    algorithm: "policies are trained by ergodic train",
    environment: "policies are trained by ergodic train",
    "posterior.loss": "it decides what is trained too, and is called target.loss here",
    "training.erm_steps": "it is called training.steps here",
    "posterior.prior_center": "the localisation is around w*",
    "sampler.sgld.eps": "it is called sampler.sgld.damping here, and is a share of the root mean square",
    "sampler.sgld.bias_correction": "averages are always free of the bias of their start",
    "sampler.sgld.dtype": "samplers compute in double precision",
    "sampler.hmc.dtype": "samplers compute in double precision",
    "sampler.mclmc.dtype": "samplers compute in double precision",
  },
};
