// A diagonal preconditioner from the squared gradients of mini-batches: Li, Chen, Carlson and Carin 2016 (pSGLD), after RMSProp.
// It is estimated once and then frozen: a constant G leaves the law as it is, a moving one would need a correction term.

import type { Memory } from "./kernel.js";

export interface RmsPreconditioner {
  /** Takes the gradient of one step. */
  add(gradient: Float64Array): void;
  /**
   * Writes G: `1 / (sqrt(V) + damping * rms(sqrt(V)))` divided by its mean over the coordinates, so that a step size means the
   * same with and without it. No entry exceeds `(1 + damping) / damping`, however flat its direction.
   */
  write(out: Float64Array): void;
  /** Begins anew, as if no gradient had been taken. */
  forget(): void;
  /** What decides `write`: see `Memory`. */
  readonly memory: Memory;
}

/** `V` is the average of squared gradients with weights falling as `alpha^age`, free of the bias of its start. */
export function rmsPreconditioner(dim: number, alpha: number, damping: number): RmsPreconditioner {
  const weighted = new Float64Array(dim);
  const weight = new Float64Array(1);
  return {
    memory: { squares: weighted, weight },
    add(gradient) {
      weight[0] = alpha * weight[0] + (1 - alpha);
      for (let i = 0; i < dim; i++) weighted[i] = alpha * weighted[i] + (1 - alpha) * gradient[i] * gradient[i];
    },
    forget() {
      weighted.fill(0);
      weight[0] = 0;
    },
    write(out) {
      let total = 0;
      for (let i = 0; i < dim; i++) total += weighted[i] / weight[0];
      // Not above 0 either where nothing was added yet, for then it is no number.
      const floor = damping * Math.sqrt(total / dim);
      if (!(floor > 0)) {
        out.fill(1);
        return;
      }
      let sum = 0;
      for (let i = 0; i < dim; i++) {
        out[i] = 1 / (Math.sqrt(weighted[i] / weight[0]) + floor);
        sum += out[i];
      }
      for (let i = 0; i < dim; i++) out[i] *= dim / sum;
    },
  };
}
