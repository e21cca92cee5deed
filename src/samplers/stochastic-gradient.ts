// What the stochastic-gradient samplers share: the gradient of U estimated from a mini-batch, plain or with a control variate at
// the centre (Baker, Fearnhead, Fox and Nemeth 2019), their start, and the energy of the draws that are kept.

import { integerAtLeast, refuse } from "../arguments/index.js";
import type { Energy, StochasticEnergy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import type { KernelState, SamplerDefinition } from "./kernel.js";

/** What every stochastic-gradient sampler can be told of its gradients. */
export interface BatchOptions {
  /** Rows per gradient, drawn without replacement; `min(dataSize, 256)` where it is left out. */
  readonly batchSize?: number;
  /**
   * Estimates the gradient by `grad U(c) + (grad U_rows(w) - grad U_rows(c))`, `c` the energy's centre: the noise vanishes at the centre
   * and grows with the distance from it. Twice the work per step.
   */
  readonly controlVariate?: boolean;
}

export interface GradientEstimate {
  readonly dim: number;
  readonly batchSize: number;
  /** False where every step sees all data. */
  readonly noisy: boolean;
  /** Work of one estimate, in gradients over all data. */
  readonly cost: number;
  /** Writes an unbiased estimate of the gradient of U at `q`, from rows drawn anew. */
  draw(q: Float64Array, random: Random, out: Float64Array): void;
  /** The gradient on rows that stay the same from call to call: its Hessian stands for that of the energy. */
  steady(q: Float64Array, out: Float64Array): void;
}

/** Rows that stand for the whole data set where curvature is measured. */
const CURVATURE_ROWS = 1024;

/** Throws where the energy has no data set, or fewer data than a batch, or no centre for a control variate. */
export function gradientEstimate(where: string, energy: Energy, options: BatchOptions): GradientEstimate {
  const { dim } = energy;
  const data = dataOf(where, energy);
  const { dataSize, center } = data;
  const { batchSize = Math.min(dataSize, 256), controlVariate = false } = options;
  if (batchSize > dataSize) refuse(where, "batchSize", `at most dataSize, ${dataSize}`, batchSize);
  const all = batchSize === dataSize;
  const rows = new Uint32Array(batchSize);
  const steadyCount = Math.min(dataSize, Math.max(batchSize, CURVATURE_ROWS));
  // Evenly spaced rows, the same for every chain.
  const steadyRows = Uint32Array.from({ length: steadyCount }, (_, k) => Math.floor((k * dataSize) / steadyCount));

  const whole = (q: Float64Array, out: Float64Array) => void energy.valueAndGradient(q, out);
  const plain = (q: Float64Array, random: Random, out: Float64Array) => {
    random.subset(dataSize, rows);
    data.gradient(q, rows, out);
  };

  function varied(): GradientEstimate["draw"] {
    if (center === undefined) {
      throw new RangeError(
        `${where}: controlVariate needs an energy with a centre, such as tempered(loss, { center })`,
      );
    }
    const atCenter = new Float64Array(dim);
    energy.valueAndGradient(center, atCenter);
    const batchAtCenter = new Float64Array(dim);
    return (q, random, out) => {
      random.subset(dataSize, rows);
      data.gradient(center, rows, batchAtCenter);
      data.gradient(q, rows, out);
      for (let i = 0; i < dim; i++) out[i] += atCenter[i] - batchAtCenter[i];
    };
  }

  return {
    dim,
    batchSize,
    noisy: !all,
    cost: all ? 1 : ((controlVariate ? 2 : 1) * batchSize) / dataSize,
    draw: all ? (q, _, out) => whole(q, out) : controlVariate ? varied() : plain,
    steady: steadyCount === dataSize ? whole : (q, out) => void data.gradient(q, steadyRows, out),
  };
}

function dataOf(where: string, { stochastic }: Energy): StochasticEnergy {
  if (stochastic !== undefined) return stochastic;
  throw new RangeError(`${where}: the energy has no data set to take mini-batches of; use tempered(loss, ...)`);
}

export function checkBatchOptions(where: string, { batchSize, controlVariate }: BatchOptions): BatchOptions {
  if (batchSize !== undefined) integerAtLeast(where, "batchSize", batchSize, 1);
  if (controlVariate !== undefined && typeof controlVariate !== "boolean") {
    refuse(where, "controlVariate", "true or false", controlVariate);
  }
  return { batchSize, controlVariate };
}

/** A chain at `start`. Throws where the energy there is not finite. */
export function startAt(where: string, energy: Energy, start: Float64Array): KernelState {
  const state = {
    position: start.slice(),
    energy: Float64Array.of(energy.value(start)),
    stopped: new Uint8Array(1),
  };
  if (!Number.isFinite(state.energy[0])) refuse(where, "the energy at the start", "finite", state.energy[0]);
  return state;
}

/** Computes the energy of a position that is to be kept; steps on mini-batches do not know it. */
export function refreshEnergy(energy: Energy, state: KernelState): void {
  state.energy[0] = energy.value(state.position);
  if (!Number.isFinite(state.energy[0])) state.stopped[0] = 1;
}

/** A definition that takes one chain at a time. */
export function oneChain(
  where: string,
  build: (energy: Energy, options: never) => ReturnType<SamplerDefinition["build"]>,
  freeze: SamplerDefinition["freeze"],
): SamplerDefinition {
  return {
    columns: false,
    freeze,
    build(energy, options, width) {
      if (width !== 1) refuse(where, "width", "1", width);
      return build(energy, options as never);
    },
  };
}
