// The kernel of the first-order stochastic-gradient samplers: w <- w - (eps/2) G d + sqrt(eps G) xi, where d is a mini-batch gradient or
// its running mean, and G is 1, a diagonal found in warmup, or one that moves with the gradients. `sgld`, `psgld` and `adamSgld` are
// this kernel with other settings.

import { integerAtLeast } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import type { Adaptation, Kernel, KernelState } from "./kernel.js";
import { langevinKick, langevinStep } from "./langevin-step-size.js";
import { named } from "./memory.js";
import { type RmsPreconditioner, rmsPreconditioner } from "./rms-preconditioner.js";
import { type Tabulated, valueAt } from "./scheduled.js";
import { type StiffnessWarmup, stiffnessWarmup } from "./stiffness-warmup.js";
import { type GradientEstimate, refreshEnergy, startAt } from "./stochastic-gradient.js";

/** `energy` is that of `position` only after `refresh`. */
export type StochasticLangevinState = KernelState;

/** One number per column, of which there is one. */
export type StochasticLangevinInfo = {
  readonly stepSize: Float64Array;
  /** Length of the gradient estimate. */
  readonly gradientNorm: Float64Array;
  /** Work of the step, in gradients over all data. */
  readonly gradients: Float64Array;
};

export interface StochasticLangevinSettings {
  /** eps; found in warmup where it is left out. */
  readonly stepSize: Tabulated | undefined;
  /** G: 1, set once in warmup and then frozen, or renewed at every step. */
  readonly preconditioner: "none" | "frozen" | "moving";
  /** Weight of the past in the average of squared gradients. */
  readonly alpha: number;
  /** Added to every root of it, as a share of their root mean square. */
  readonly damping: number;
  /** Weight of the past in the mean of gradients that is followed; 0 for the latest gradient alone. */
  readonly momentum: number;
}

const LEAST_PRECONDITIONER_WARMUP = 20;
/** The square of a step that leads nowhere: a chain whose gradients are so long, or not finite, has left for infinity. */
const FARTHEST = 1e200;

export function stochasticLangevinKernel(
  where: string,
  energy: Energy,
  estimate: GradientEstimate,
  settings: StochasticLangevinSettings,
): Kernel<StochasticLangevinState> {
  const { dim } = energy;
  const { momentum, preconditioner: kind } = settings;
  const adaptsStep = settings.stepSize === undefined;

  // What the kernel remembers.
  const transition = new Float64Array(1);
  const stepSize = Float64Array.of(Number.NaN);
  const preconditioner = new Float64Array(dim).fill(1);
  const meanGradient = new Float64Array(momentum > 0 ? dim : 0);
  const squares = kind === "none" ? undefined : rmsPreconditioner(dim, settings.alpha, settings.damping);

  const scale = new Float64Array(dim).fill(1); // the square root of the preconditioner
  const gradient = new Float64Array(dim);
  const noise = new Float64Array(dim);
  const info: StochasticLangevinInfo = {
    stepSize: new Float64Array(1),
    gradientNorm: new Float64Array(1),
    gradients: Float64Array.of(estimate.cost),
  };
  if (settings.stepSize !== undefined) stepSize[0] = valueAt(settings.stepSize, 0);

  function setPreconditioner(): void {
    squares?.write(preconditioner);
    deriveScale();
  }

  function deriveScale(): void {
    for (let i = 0; i < dim; i++) scale[i] = Math.sqrt(preconditioner[i]);
  }

  return {
    width: 1,
    statistics: Object.keys(info),

    init: (start) => startAt(where, energy, start),

    // Hot: one gradient on `batchSize` rows and `dim` normals; nothing is allocated.
    step(state, random) {
      if (state.stopped[0] === 1) return info;
      if (settings.stepSize !== undefined) stepSize[0] = valueAt(settings.stepSize, transition[0]);
      const eps = stepSize[0];
      if (Number.isNaN(eps))
        throw new Error(`${where}: the step size is found by the adaptation, which was not started`);
      transition[0]++;
      const q = state.position;
      estimate.draw(q, random[0], gradient);
      if (kind === "moving") {
        squares?.add(gradient);
        setPreconditioner();
      }
      random[0].fillNormal(noise);
      if (momentum > 0) follow(meanGradient, gradient, momentum);
      const half = momentum > 0 ? eps / 2 / (1 - momentum ** transition[0]) : eps / 2;
      const drift = momentum > 0 ? meanGradient : gradient;
      const squaredDrift = squaresOf(drift);
      info.stepSize[0] = eps;
      info.gradientNorm[0] = Math.sqrt(momentum > 0 ? squaresOf(gradient) : squaredDrift);
      // The last finite position stays, so that the chain can be looked at and gone on from.
      if (!(half * half * squaredDrift < FARTHEST)) state.stopped[0] = 1;
      else if (kind === "none") move(q, drift, noise, half, Math.sqrt(eps));
      else moveScaled(q, drift, noise, scale, half, Math.sqrt(eps));
      return info;
    },

    refresh: (state) => refreshEnergy(energy, state),

    adaptation:
      adaptsStep || kind === "frozen"
        ? (warmup) => {
            if (kind === "frozen") {
              integerAtLeast(`${where} with a preconditioner`, "warmup", warmup, LEAST_PRECONDITIONER_WARMUP);
            }
            const finder = adaptsStep
              ? stiffnessWarmup<StochasticLangevinState>(where, energy, estimate, warmup, {
                  scale,
                  tune(stiffness) {
                    stepSize[0] = langevinStep(stiffness);
                  },
                  kick: ({ gradientNorm }) =>
                    langevinKick(stepSize[0], kind === "none" ? gradientNorm[0] ** 2 : scaledSquares(gradient, scale)),
                  restart() {
                    meanGradient.fill(0);
                    squares?.forget();
                  },
                })
              : undefined;
            return langevinWarmup(warmup, { kind, gradient, squares, setPreconditioner, finder });
          }
        : undefined,

    parameters: () => ({
      stepSize: stepSize.slice(),
      preconditioner: preconditioner.slice(),
      batchSize: Float64Array.of(estimate.batchSize),
    }),

    memory: (state) => ({
      position: state.position,
      energy: state.energy,
      transition,
      stepSize,
      preconditioner,
      meanGradient,
      ...squares?.memory,
    }),
    restored: deriveScale,
  };
}

// Hot, and functions of their own: within the step, a number took longer. Several entries at a time, for the loop itself is a third of the work.

/** `q += root noise - half drift`. Numbers here come from memory: G would be an array more of them. */
function move(q: Float64Array, drift: Float64Array, noise: Float64Array, half: number, root: number): void {
  const whole = q.length - (q.length % 4);
  for (let i = 0; i < whole; i += 4) {
    const a = root * noise[i] - half * drift[i];
    const b = root * noise[i + 1] - half * drift[i + 1];
    const c = root * noise[i + 2] - half * drift[i + 2];
    const d = root * noise[i + 3] - half * drift[i + 3];
    q[i] += a;
    q[i + 1] += b;
    q[i + 2] += c;
    q[i + 3] += d;
  }
  for (let i = whole; i < q.length; i++) q[i] += root * noise[i] - half * drift[i];
}

/** `q += root scale noise - half G drift`, where G is the square of `scale`. */
function moveScaled(
  q: Float64Array,
  drift: Float64Array,
  noise: Float64Array,
  scale: Float64Array,
  half: number,
  root: number,
): void {
  const even = q.length - (q.length % 2);
  for (let i = 0; i < even; i += 2) {
    const s = scale[i];
    const t = scale[i + 1];
    const a = root * noise[i] - half * s * drift[i];
    const b = root * noise[i + 1] - half * t * drift[i + 1];
    q[i] += s * a;
    q[i + 1] += t * b;
  }
  for (let i = even; i < q.length; i++) q[i] += scale[i] * (root * noise[i] - half * scale[i] * drift[i]);
}

/** The running mean of gradients. */
function follow(mean: Float64Array, gradient: Float64Array, momentum: number): void {
  for (let i = 0; i < mean.length; i++) mean[i] = momentum * mean[i] + (1 - momentum) * gradient[i];
}

/** In four sums, for one would wait for itself at every number. */
function squaresOf(x: Float64Array): number {
  const whole = x.length - (x.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += x[i] * x[i];
    b += x[i + 1] * x[i + 1];
    c += x[i + 2] * x[i + 2];
    d += x[i + 3] * x[i + 3];
  }
  for (let i = whole; i < x.length; i++) a += x[i] * x[i];
  return a + b + (c + d);
}

/** `g G g`, where `scale` is the root of G. */
function scaledSquares(g: Float64Array, scale: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < g.length; i++) sum += (scale[i] * g[i]) ** 2;
  return sum;
}

interface Tuned {
  readonly kind: StochasticLangevinSettings["preconditioner"];
  /** The last step's gradient. */
  readonly gradient: Float64Array;
  readonly squares: RmsPreconditioner | undefined;
  setPreconditioner(): void;
  readonly finder: StiffnessWarmup<StochasticLangevinState> | undefined;
}

/**
 * A preconditioner that is to be frozen averages squared gradients over the first half of warmup, which runs with G = 1; then G is
 * set. A step size that is not given is found at the start and again at half time for the G of then, and lowered where the chain
 * meets stiffer places or is lost (`stiffnessWarmup`); the last quarter runs with what the draws will use.
 */
function langevinWarmup(warmup: number, tuned: Tuned): Adaptation<StochasticLangevinState> {
  const { kind, squares, finder } = tuned;
  const half = Math.floor(warmup / 2);
  const transition = new Float64Array(1);

  return {
    start: (state, random) => finder?.start(state, random),
    update(state, info, random) {
      const t = ++transition[0];
      if (state.stopped[0] === 0 && kind === "frozen" && t <= half) squares?.add(tuned.gradient);
      finder?.update(state, info, random);
      if (state.stopped[0] === 1 || kind === "none" || t !== half) return;
      if (kind === "frozen") tuned.setPreconditioner();
      finder?.anew(state, random);
    },
    finish() {},
    memory: () => ({ transition, ...(finder && named("finder", finder.memory())) }),
  };
}
