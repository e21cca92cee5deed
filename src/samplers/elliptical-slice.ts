// Elliptical slice sampling (Murray, Adams and MacKay 2010, figure 2): an energy that is a Gaussian's plus a rest is sampled by ellipses of
// the Gaussian, each cut down until the rest lies on its slice. There is no step size, and every transition moves.

import { finiteVector, knownOptions } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import { solveLower, timesLower } from "./cholesky.js";
import { columnEnergy, startColumns } from "./column-gradient.js";
import { columnNoise, noiseBytes } from "./column-noise.js";
import { type CovarianceOption, covarianceOption, isMatrix, numbersOf, rootOf } from "./covariance.js";
import type { Kernel, KernelState, Sampler, SamplerDefinition } from "./kernel.js";
import { record } from "./record.js";

export type EllipticalSliceState = KernelState;

/** One number per column. */
export type EllipticalSliceInfo = {
  /** Energies that the transition took. */
  readonly evaluations: Float64Array;
  /** The angle moved along the ellipse, from -2 pi to 2 pi. */
  readonly angle: Float64Array;
  /** 1 where no point of the ellipse but the start itself was found on the slice: the column stays there. */
  readonly diverging: Float64Array;
  /** Gradients that the transition took: 0. */
  readonly gradients: Float64Array;
};

interface EllipticalSliceSettings {
  readonly mean: Float64Array;
  /** Square root of the covariance: standard deviations, or the Cholesky factor's rows one after the other. */
  readonly root: Float64Array;
  readonly isDense: boolean;
}

const WHERE = "ellipticalSlice";

/** Halved so often on average, an angle is below a rounding of any position; only a rest without continuity gets there. */
const MOST_PROPOSALS = 200;

function ellipticalSliceKernel(
  energy: Energy,
  settings: EllipticalSliceSettings,
  width: number,
): Kernel<EllipticalSliceState> {
  const { dim } = energy;
  const { mean } = settings;
  const columns = columnEnergy(energy, width, noiseBytes(dim, width));
  const noise = columnNoise(dim, width, columns.program);
  const info: EllipticalSliceInfo = {
    evaluations: new Float64Array(width),
    angle: new Float64Array(width),
    diverging: new Float64Array(width),
    gradients: new Float64Array(width),
  };
  const ellipse = {
    /** `[dim, width]`: a draw of the Gaussian with mean 0, the other axis of each column's ellipse. */
    axis: new Float64Array(dim * width),
    // In whitened coordinates z of the position and nu of the axis: |z|^2, z . nu, |nu|^2.
    zz: new Float64Array(width),
    zn: new Float64Array(width),
    nn: new Float64Array(width),
  };
  const least = new Float64Array(width);
  const most = new Float64Array(width);
  /** What the energy without the Gaussian's may be at most. */
  const level = new Float64Array(width);
  const gaussian = new Float64Array(width);
  const found = new Uint8Array(width);
  const z = new Float64Array(dim);
  const nu = new Float64Array(dim);

  return {
    width,
    statistics: Object.keys(info),

    init: (start) => startColumns(WHERE, columns, start),

    // Hot: `dim` normals, then per proposal one energy and a pass over the coordinates; nothing is allocated.
    step(state, random) {
      noise.draw(random);
      let searching = width;
      for (let c = 0; c < width; c++) {
        drawEllipse(state.position, c);
        level[c] = state.energy[c] - ellipse.zz[c] / 2 - Math.log(noise.uniform[c]);
        const angle = 2 * Math.PI * random[c].uniform();
        info.angle[c] = angle;
        least[c] = angle - 2 * Math.PI;
        most[c] = angle;
        info.evaluations[c] = 0;
        info.diverging[c] = 0;
        found[c] = 0;
      }
      while (searching > 0) {
        for (let c = 0; c < width; c++) if (found[c] === 0) propose(state.position, c);
        columns.run(found);
        for (let c = 0; c < width; c++) if (found[c] === 0 && isSettled(state, c, random[c])) searching--;
      }
      return info;
    },

    parameters: () => ({}),

    memory: ({ position, energy: value }) => ({ position, energy: value }),
  };

  function drawEllipse(position: Float64Array, c: number): void {
    for (let i = 0, k = c; i < dim; i++, k += width) {
      z[i] = position[k] - mean[i];
      nu[i] = noise.normals[k];
    }
    whiten(settings, z);
    let [zz, zn, nn] = [0, 0, 0];
    for (let i = 0; i < dim; i++) {
      zz += z[i] * z[i];
      zn += z[i] * nu[i];
      nn += nu[i] * nu[i];
    }
    ellipse.zz[c] = zz;
    ellipse.zn[c] = zn;
    ellipse.nn[c] = nn;
    colour(settings, nu);
    for (let i = 0, k = c; i < dim; i++, k += width) ellipse.axis[k] = nu[i];
  }

  function propose(position: Float64Array, c: number): void {
    const cos = Math.cos(info.angle[c]);
    const sin = Math.sin(info.angle[c]);
    // The Gaussian's energy at the proposal, from the three products alone.
    gaussian[c] = (ellipse.zz[c] * cos * cos + 2 * ellipse.zn[c] * sin * cos + ellipse.nn[c] * sin * sin) / 2;
    for (let i = 0, k = c; i < dim; i++, k += width) {
      columns.position[k] = mean[i] + cos * (position[k] - mean[i]) + sin * ellipse.axis[k];
    }
  }

  /** Takes the proposal where it is on the slice; else cuts the bracket at it and turns to an angle of what is left. */
  function isSettled(state: EllipticalSliceState, c: number, random: Random): boolean {
    const angle = info.angle[c];
    const value = columns.energy[c];
    info.evaluations[c]++;
    // An energy that is not a number is on no slice, nor is one of minus infinity on any that a chain could leave.
    if (value - gaussian[c] <= level[c] && Number.isFinite(value)) {
      state.energy[c] = value;
      for (let k = c; k < state.position.length; k += width) state.position[k] = columns.position[k];
      found[c] = 1;
    } else if (info.evaluations[c] === MOST_PROPOSALS) {
      info.angle[c] = 0;
      info.diverging[c] = 1;
      found[c] = 1;
    } else {
      if (angle < 0) least[c] = angle;
      else most[c] = angle;
      info.angle[c] = least[c] + random.uniform() * (most[c] - least[c]);
    }
    return found[c] === 1;
  }
}

function whiten({ root, isDense }: EllipticalSliceSettings, z: Float64Array): void {
  if (isDense) solveLower(root, z.length, z, z);
  else for (let i = 0; i < z.length; i++) z[i] /= root[i];
}

function colour({ root, isDense }: EllipticalSliceSettings, z: Float64Array): void {
  if (isDense) timesLower(root, z.length, z, z);
  else for (let i = 0; i < z.length; i++) z[i] *= root[i];
}

export interface EllipticalSliceOptions {
  /** The Gaussian's mean, `dim` numbers; 0 where left out. */
  readonly mean?: ArrayLike<number>;
  /** One variance for all, `dim` variances, or the rows of a symmetric positive definite matrix; 1 where left out. */
  readonly covariance?: CovarianceOption;
}

/**
 * Elliptical slice sampling of an energy whose prior is `N(mean, covariance)`: `U(q)` is the whole energy, prior included, and what is left of it
 * after the Gaussian's is taken as the likelihood's. No gradient, no step size, nothing to adapt.
 *
 * It is exact whatever Gaussian is named, for any energy; it is quick where the Gaussian is like the law or wider, and slow where the data
 * say much more than the prior does. With the law's own mean and covariance every first proposal is taken.
 *
 * Statistics per transition: `evaluations` (energies taken), `angle`, `diverging` (1 where 200 proposals along an ellipse were all refused, as
 * next to a discontinuity: the chain then stays), `gradients` (0). Throws a RangeError that names the option where one does not fit.
 *
 * @example ellipticalSlice({ mean: [0, 0], covariance: [[1, 0.5], [0.5, 2]] }).kind // "ellipticalSlice"
 */
export function ellipticalSlice(options: EllipticalSliceOptions = {}): Sampler {
  const { mean, covariance } = checked(options);
  return record("ellipticalSlice", { mean: mean && Array.from(mean), covariance });
}

function checked(options: EllipticalSliceOptions, dim?: number) {
  knownOptions(WHERE, options, ["mean", "covariance"]);
  const { mean, covariance } = options;
  const center = mean === undefined ? undefined : finiteVector(WHERE, "mean", mean, dim);
  return {
    mean: center,
    covariance: covariance === undefined ? undefined : covarianceOption(WHERE, covariance, dim ?? center?.length),
  };
}

function settingsOf(options: EllipticalSliceOptions, dim: number): EllipticalSliceSettings {
  const { mean = new Float64Array(dim), covariance = 1 } = checked(options, dim);
  const numbers = numbersOf(covariance, dim);
  const root = new Float64Array(numbers.length);
  rootOf(numbers, dim, root);
  return { mean, root, isDense: isMatrix(covariance) };
}

export const ellipticalSliceDefinition: SamplerDefinition = {
  columns: true,
  build: (energy, options, width) => ellipticalSliceKernel(energy, settingsOf(options, energy.dim), width),
};
