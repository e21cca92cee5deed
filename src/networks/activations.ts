// Activation functions by name.

import type { Tensor } from "../tensor/index.js";

export type Activation = "tanh" | "relu" | "gelu" | "selu" | "swish" | "sigmoid" | "softplus" | "identity";

// Klambauer et al. 2017 (arXiv:1706.02515): the constants for which mean 0 and variance 1 are a fixed point.
const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

export const activations: Readonly<Record<Activation, (x: Tensor) => Tensor>> = {
  tanh: (x) => x.tanh(),
  relu: (x) => x.relu(),
  // Hendrycks & Gimpel 2016 (arXiv:1606.08415), exact: x times the normal distribution function.
  gelu: (x) => x.mul(x.mul(Math.SQRT1_2).erf().add(1).mul(0.5)),
  // x - relu(x) is min(x, 0): expm1 cannot overflow on the side that is not taken. Its derivative at 0 is 1, that of
  // `minimum` a half, with which selu's derivative there would lie outside of those on both sides.
  selu: (x) => x.relu().add(x.sub(x.relu()).expm1().mul(seluAlpha)).mul(seluScale),
  // Also called SiLU.
  swish: (x) => x.mul(x.sigmoid()),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => x.softplus(),
  identity: (x) => x,
};

export const activationNames: readonly Activation[] = Object.keys(activations) as Activation[];
