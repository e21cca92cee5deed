// Random inputs, and the noise of the outputs that a teacher gives them: the laws that Lambda-Hat has.

import type { Random } from "../../random/index.js";
import type { DataConfiguration } from "./configuration.js";

/** `[n, dim]`, row-major. */
export function inputsOf(data: DataConfiguration, n: number, dim: number, random: Random): Float64Array {
  const x = new Float64Array(n * dim);
  random.fillNormal(x);
  switch (data.x_dist) {
    case "gauss_iso":
      return x;
    case "gauss_aniso":
      return x.map((value, k) => value * Math.sqrt(data.cov_decay ** (k % dim)));
    case "mixture": {
      const centres = centresOnSphere(data.mixture_k, dim, data.mixture_spread, random.split("centres"));
      const choose = random.split("components");
      for (let row = 0; row < n; row++) {
        const centre = centres[choose.integer(centres.length)];
        for (let i = 0; i < dim; i++) x[row * dim + i] += centre[i];
      }
      return x;
    }
    case "lowdim_manifold":
      return manifold(n, dim, data.x_dim_latent, random);
    case "heavy_tail": {
      // Rows of a multivariate Student's t: a normal row over the root of one chi-square divided by its degrees of freedom.
      const half = data.student_df / 2;
      const scales = random.split("scales");
      for (let row = 0; row < n; row++) {
        const scale = Math.sqrt(scales.gamma(half) / half);
        for (let i = 0; i < dim; i++) x[row * dim + i] /= scale;
      }
      return x;
    }
  }
}

/** `[n, outputs]`, row-major; `inputs` are `[n, dim]`. */
export function noiseOf(
  data: DataConfiguration,
  n: number,
  outputs: number,
  inputs: Float64Array,
  random: Random,
): Float64Array {
  const { noise_scale: scale } = data;
  const dim = inputs.length / n;
  const noise = new Float64Array(n * outputs);
  random.fillNormal(noise);
  const other = random.split(data.noise_model);
  return noise.map((z, k) => {
    switch (data.noise_model) {
      case "gauss":
        return scale * z;
      case "hetero":
        return scale * (1 + data.hetero_scale * lengthOf(inputs, Math.floor(k / outputs), dim)) * z;
      case "student_t": {
        const half = data.student_df / 2;
        return (scale * z) / Math.sqrt(other.gamma(half) / half);
      }
      case "outliers":
        return (other.uniform() < data.outlier_frac ? data.outlier_scale : scale) * z;
    }
  });
}

function centresOnSphere(count: number, dim: number, radius: number, random: Random): Float64Array[] {
  return Array.from({ length: count }, () => {
    const centre = new Float64Array(dim);
    random.fillNormal(centre);
    const length = lengthOf(centre, 0, dim);
    return centre.map((value) => (radius * value) / length);
  });
}

/** tanh(Z A): rows on a surface of `latent` dimensions within the cube. */
function manifold(n: number, dim: number, latent: number, random: Random): Float64Array {
  const z = new Float64Array(n * latent);
  random.split("latent").fillNormal(z);
  const a = new Float64Array(latent * dim);
  random.split("embedding").fillNormal(a);
  const x = new Float64Array(n * dim);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < dim; i++) {
      let sum = 0;
      for (let k = 0; k < latent; k++) sum += z[row * latent + k] * a[k * dim + i];
      x[row * dim + i] = Math.tanh(sum);
    }
  }
  return x;
}

function lengthOf(rows: Float64Array, row: number, dim: number): number {
  let squares = 0;
  for (let i = 0; i < dim; i++) squares += rows[row * dim + i] ** 2;
  return Math.sqrt(squares);
}
