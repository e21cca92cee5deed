// Laws of actions.

export { bernoulli } from "./bernoulli.js";
export { categorical } from "./categorical.js";
export type { Distribution } from "./distribution.js";
export { multiCategorical } from "./multi-categorical.js";
export { type NormalOptions, type NormalScale, normal } from "./normal.js";
export { type TanhNormalOptions, tanhNormal } from "./tanh-normal.js";
