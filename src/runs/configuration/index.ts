// Configurations: their keys, their presets, and how a command line becomes one.

export { compose } from "./compose.js";
export { ConfigurationError } from "./errors.js";
export { jobsOf, type Override } from "./grammar.js";
export { type ConfigurationKey, configurationKeys } from "./keys.js";
export { nearest } from "./nearest.js";
export { configurationPage } from "./page.js";
export { presets } from "./presets.js";
export {
  type Configuration,
  type GroupName,
  groupNames,
  type SamplerName,
  samplerNames,
  targetGroups,
} from "./schema.js";
export { configurationYaml, type PresetFile, type Said } from "./tree.js";
