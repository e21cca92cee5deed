// Starting values of a weight matrix `[fanIn, columns]`. Biases start at 0.

import type { Random } from "../random/random.js";
import { dot } from "../tensor/vectors.js";
import type { Activation } from "./activations.js";

export type Initializer =
  | "lecunNormal"
  | "lecunUniform"
  | "glorotNormal"
  | "glorotUniform"
  | "heNormal"
  | "heUniform"
  | "orthogonal"
  | "zeros";

/** A column per output; `fanOut`, how many numbers an input reaches, is another where weights are shared, as in a convolution. */
type Fill = (random: Random, fanIn: number, fanOut: number, columns?: number) => Float64Array;

/** Independent entries of mean 0 and the given variance. */
const scaled =
  (law: "normal" | "uniform", variance: (fanIn: number, fanOut: number) => number): Fill =>
  (random, fanIn, fanOut, columns = fanOut) => {
    const deviation = Math.sqrt(variance(fanIn, fanOut));
    const weights = new Float64Array(fanIn * columns);
    if (law === "normal") {
      random.fillNormal(weights);
      return weights.map((z) => z * deviation);
    }
    random.fillUniform(weights);
    // Uniform on [-a, a] has variance a^2 / 3.
    return weights.map((u) => (2 * u - 1) * Math.sqrt(3) * deviation);
  };

// LeCun et al. 1998; Glorot & Bengio 2010; He et al. 2015 (arXiv:1502.01852).
const lecun = (fanIn: number): number => 1 / fanIn;
const glorot = (fanIn: number, fanOut: number): number => 2 / (fanIn + fanOut);
const he = (fanIn: number): number => 2 / fanIn;

export const initializers: Readonly<Record<Initializer, Fill>> = {
  lecunNormal: scaled("normal", lecun),
  lecunUniform: scaled("uniform", lecun),
  glorotNormal: scaled("normal", glorot),
  glorotUniform: scaled("uniform", glorot),
  heNormal: scaled("normal", he),
  heUniform: scaled("uniform", he),
  orthogonal,
  zeros: (_, fanIn, fanOut, columns = fanOut) => new Float64Array(fanIn * columns),
};

export const initializerNames: readonly Initializer[] = Object.keys(initializers) as Initializer[];

/** What keeps the scale of numbers from layer to layer under an activation. */
export function fittingInitializer(activation: Activation): Initializer {
  if (activation === "selu") return "lecunNormal";
  return ["relu", "gelu", "swish", "softplus"].includes(activation) ? "heNormal" : "glorotNormal";
}

/** Saxe et al. 2013 (arXiv:1312.6120): orthonormal rows or columns, whichever are fewer, uniformly distributed. */
function orthogonal(random: Random, fanIn: number, fanOut: number, columns = fanOut): Float64Array {
  const [count, length] = fanIn < columns ? [fanIn, columns] : [columns, fanIn];
  const vectors = Array.from({ length: count }, () => {
    const vector = new Float64Array(length);
    random.fillNormal(vector);
    return vector;
  });
  // Gram-Schmidt of normal vectors; done twice, because once loses orthogonality to rounding.
  vectors.forEach((vector, i) => {
    let along = dot(vector, vectors[0]);
    for (let j = 0; j < 2 * i; j++) {
      along = takeOff(vector, along, vectors[j % i], j === 2 * i - 1 ? vector : vectors[(j + 1) % i]);
    }
    const norm = Math.sqrt(along);
    for (let k = 0; k < length; k++) vector[k] /= norm;
  });
  const weights = new Float64Array(fanIn * columns);
  const [rowStep, columnStep] = fanIn < columns ? [columns, 1] : [1, columns];
  vectors.forEach((vector, i) => {
    for (let k = 0; k < length; k++) weights[i * rowStep + k * columnStep] = vector[k];
  });
  return weights;
}

/**
 * Takes `along` times a direction off a vector, and returns the product of what is left with the next one. Hot: both at once, for a layer behind convolutions has
 * hundreds of vectors of thousands of numbers.
 */
function takeOff(vector: Float64Array, along: number, direction: Float64Array, next: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < vector.length; k++) {
    vector[k] -= along * direction[k];
    sum += vector[k] * next[k];
  }
  return sum;
}
