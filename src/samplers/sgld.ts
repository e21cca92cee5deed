// Stochastic gradient Langevin dynamics (Welling and Teh 2011) with a constant step size, optionally preconditioned (Li et al. 2016).
// One convention of the step size throughout: w <- w - (eps/2) G grad U + sqrt(eps G) xi. BlackJAX's step size is half of ours.

import { integerAtLeast, knownOptions, oneOf, openUnit, positiveNumber, refuse } from "../arguments/index.js";
import type { Energy, StochasticEnergy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import type { Adaptation, Kernel, KernelState, Sampler, SamplerDefinition } from "./kernel.js";
import { type LangevinStepSize, langevinStepSize } from "./langevin-step-size.js";
import { rmsPreconditioner } from "./rms-preconditioner.js";

/** `energy` is that of `position` only after `refresh`. */
export type SgldState = KernelState;

/** One number per column, of which there is one. */
export type SgldInfo = {
  readonly stepSize: Float64Array;
  /** Length of the gradient estimate that the step followed. */
  readonly gradientNorm: Float64Array;
};

interface SgldSettings {
  readonly stepSize: number | undefined;
  readonly batchSize: number;
  readonly preconditioner: "none" | "rmsprop";
  readonly alpha: number;
  readonly damping: number;
}

/** Rows that stand for the whole data set where curvature is measured. */
const CURVATURE_ROWS = 1024;
const LEAST_PRECONDITIONER_WARMUP = 20;

function sgldKernel(energy: Energy, data: StochasticEnergy, settings: SgldSettings): Kernel<SgldState> {
  const { dim } = energy;
  const { batchSize } = settings;
  const everyRow = batchSize === data.dataSize;
  const adaptsStep = settings.stepSize === undefined;
  const preconditions = settings.preconditioner === "rmsprop";

  const stepSize = Float64Array.of(settings.stepSize ?? Number.NaN);
  const preconditioner = new Float64Array(dim).fill(1);
  const scale = new Float64Array(dim).fill(1); // its square root

  const rows = new Uint32Array(batchSize);
  const gradient = new Float64Array(dim);
  const noise = new Float64Array(dim);
  const moved = new Float64Array(dim);
  const info: SgldInfo = { stepSize: new Float64Array(1), gradientNorm: new Float64Array(1) };

  function estimateGradient(q: Float64Array, random: Random, out: Float64Array): void {
    if (everyRow) {
      energy.valueAndGradient(q, out);
    } else {
      random.subset(data.dataSize, rows);
      data.gradient(q, rows, out);
    }
  }

  return {
    width: 1,
    statistics: Object.keys(info),

    init(start) {
      const state: SgldState = {
        position: start.slice(),
        energy: Float64Array.of(energy.value(start)),
        stopped: new Uint8Array(1),
      };
      if (!Number.isFinite(state.energy[0])) refuse("sgld", "the energy at the start", "finite", state.energy[0]);
      return state;
    },

    // Hot: one gradient on `batchSize` rows and `dim` normals; nothing is allocated.
    step(state, random) {
      const eps = stepSize[0];
      if (Number.isNaN(eps)) throw new Error("sgld: the step size is found by the adaptation, which was not started");
      if (state.stopped[0] === 1) return info;
      const q = state.position;
      estimateGradient(q, random[0], gradient);
      random[0].fillNormal(noise);
      const half = eps / 2;
      const root = Math.sqrt(eps);
      let squares = 0;
      let finite = true;
      for (let i = 0; i < dim; i++) {
        const next = q[i] - half * preconditioner[i] * gradient[i] + root * scale[i] * noise[i];
        squares += gradient[i] * gradient[i];
        finite = finite && next - next === 0;
        moved[i] = next;
      }
      info.stepSize[0] = eps;
      info.gradientNorm[0] = Math.sqrt(squares);
      // The last finite position stays, so that the chain can be looked at and gone on from.
      if (finite) q.set(moved);
      else state.stopped[0] = 1;
      return info;
    },

    refresh(state) {
      state.energy[0] = energy.value(state.position);
      if (!Number.isFinite(state.energy[0])) state.stopped[0] = 1;
    },

    adaptation:
      adaptsStep || preconditions
        ? (warmup) => {
            const finder = adaptsStep ? stepSizeFinder(energy, data, batchSize, estimateGradient) : undefined;
            return sgldWarmup(warmup, settings, { stepSize, preconditioner, scale, gradient, finder });
          }
        : undefined,

    parameters: () => ({
      stepSize: stepSize.slice(),
      preconditioner: preconditioner.slice(),
      batchSize: Float64Array.of(batchSize),
    }),
  };
}

interface Tuned {
  readonly stepSize: Float64Array;
  readonly preconditioner: Float64Array;
  readonly scale: Float64Array;
  /** The last step's gradient. */
  readonly gradient: Float64Array;
  readonly finder: LangevinStepSize | undefined;
}

/**
 * The first half of warmup runs with G = 1 and averages squared gradients; then G is set and frozen. A step size that is not
 * given is found at the start and again for the new G, and lowered where the chain meets stiffer places, at sixteenths of
 * warmup; the last quarter runs with what the draws will use.
 */
function sgldWarmup(warmup: number, settings: SgldSettings, tuned: Tuned): Adaptation<SgldState> {
  const { stepSize, preconditioner, scale, finder } = tuned;
  const squares =
    settings.preconditioner === "rmsprop"
      ? rmsPreconditioner(scale.length, settings.alpha, settings.damping)
      : undefined;
  if (squares !== undefined)
    integerAtLeast("sgld with a preconditioner", "warmup", warmup, LEAST_PRECONDITIONER_WARMUP);
  const half = Math.floor(warmup / 2);
  const sixteenth = Math.ceil(warmup / 16);
  let transition = 0;

  return {
    start(state, random) {
      if (finder !== undefined) stepSize[0] = finder.first(state.position, scale, random[0]);
    },
    update(state, _info, random) {
      transition++;
      if (state.stopped[0] === 1) return;
      if (squares !== undefined && transition <= half) squares.add(tuned.gradient);
      if (squares !== undefined && transition === half) {
        squares.write(preconditioner);
        for (let i = 0; i < scale.length; i++) scale[i] = Math.sqrt(preconditioner[i]);
        if (finder !== undefined) stepSize[0] = finder.first(state.position, scale, random[0]);
      } else if (finder !== undefined && transition % sixteenth === 0 && transition <= 0.75 * warmup) {
        stepSize[0] = finder.next(state.position, scale, random[0]);
      }
    },
    finish() {},
  };
}

function stepSizeFinder(
  energy: Energy,
  data: StochasticEnergy,
  batchSize: number,
  estimate: (q: Float64Array, random: Random, out: Float64Array) => void,
): LangevinStepSize {
  const { dim } = energy;
  const { dataSize } = data;
  const count = Math.min(dataSize, Math.max(batchSize, CURVATURE_ROWS));
  // Evenly spaced rows, the same for every chain.
  const rows = Uint32Array.from({ length: count }, (_, k) => Math.floor((k * dataSize) / count));
  const steady =
    count === dataSize
      ? (q: Float64Array, out: Float64Array) => void energy.valueAndGradient(q, out)
      : (q: Float64Array, out: Float64Array) => void data.gradient(q, rows, out);
  return langevinStepSize("sgld", { dim, steady, noisy: batchSize === dataSize ? undefined : estimate });
}

export interface SgldOptions {
  /** `eps` of `w <- w - (eps/2) G grad U + sqrt(eps G) xi`; found during warmup where it is left out. */
  readonly stepSize?: number;
  /** Rows per step, drawn without replacement; `min(dataSize, 256)` where it is left out. */
  readonly batchSize?: number;
  readonly preconditioner?: "none" | "rmsprop";
  /** RMSProp: weight of the past in the average of squared gradients. */
  readonly alpha?: number;
  /** RMSProp: added to every root of it, as a share of their root mean square. */
  readonly damping?: number;
}

/**
 * Stochastic gradient Langevin dynamics on an energy with a data set, such as `tempered(loss)`:
 * `w <- w - (eps/2) G g + sqrt(eps G) xi`, with `g` the gradient of U estimated from `batchSize` rows drawn anew each step.
 *
 * It is not corrected: a direction of curvature `a` (where G = 1) and gradient noise variance `s^2` gets the variance
 * `(1/a) (1 + eps s^2 / 4) / (1 - eps a / 4)`, and diverges for `eps > 4/a`. Where `stepSize` is left out, warmup sets it to
 * `0.2 / (a + s^2)` in the stiffest direction met, which makes that excess 5 % there and less elsewhere, as long as the noise falls
 * with the curvature (as it does for the negative log-likelihood of a model that fits).
 * `preconditioner: "rmsprop"` estimates a diagonal G of mean 1 in the first half of warmup (at least 20 transitions) and freezes it.
 * The state's energy is computed for kept draws only. A chain whose position or energy stops being finite is stopped.
 *
 * Statistics per transition: `stepSize`, `gradientNorm`. Throws a RangeError that names the option where one does not fit.
 *
 * @example sgld({ stepSize: 1e-4, batchSize: 64 }).kind // "sgld"
 */
export function sgld(options: SgldOptions = {}): Sampler {
  checked(options);
  const { preconditioner = "none", alpha = 0.99, damping = 0.1, ...rest } = options;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const rmsprop = preconditioner === "rmsprop" ? { alpha, damping } : {};
  return { kind: "sgld", options: { ...given, preconditioner, ...rmsprop } };
}

function checked(options: SgldOptions): Omit<SgldSettings, "batchSize"> & { batchSize: number | undefined } {
  knownOptions("sgld", options, ["stepSize", "batchSize", "preconditioner", "alpha", "damping"]);
  const { stepSize, batchSize, preconditioner = "none", alpha = 0.99, damping = 0.1 } = options;
  return {
    stepSize: stepSize === undefined ? undefined : positiveNumber("sgld", "stepSize", stepSize),
    batchSize: batchSize === undefined ? undefined : integerAtLeast("sgld", "batchSize", batchSize, 1),
    preconditioner: oneOf("sgld", "preconditioner", preconditioner, ["none", "rmsprop"]),
    alpha: openUnit("sgld", "alpha", alpha),
    damping: positiveNumber("sgld", "damping", damping),
  };
}

export const sgldDefinition: SamplerDefinition = {
  columns: false,
  build(energy, options, width) {
    if (width !== 1) refuse("sgld", "width", "1", width);
    if (energy.stochastic === undefined) {
      throw new RangeError("sgld: the energy has no data set to take mini-batches of; use tempered(loss, ...)");
    }
    const { dataSize } = energy.stochastic;
    const settings = checked(options);
    const { batchSize = Math.min(dataSize, 256) } = settings;
    if (batchSize > dataSize) refuse("sgld", "batchSize", `at most dataSize, ${dataSize}`, batchSize);
    return sgldKernel(energy, energy.stochastic, { ...settings, batchSize });
  },
};
