// What is kept of positions: a few random projections, or the first parameters. A network's draws in full would be gigabytes.

import type { Draws } from "../chains/draws.js";
import { stream } from "../random/index.js";
import type { Configuration } from "./configuration/index.js";

type Tracking = Pick<Configuration["output"], "diag_mode" | "diag_k" | "diag_seed">;

/**
 * The draws with a few numbers in place of each position, everything else as it is: projections of `w - center` on random unit vectors, or the
 * first `diag_k` parameters themselves; all parameters where there are no more than that.
 */
export function tracked(draws: Draws, center: Float64Array, { diag_mode, diag_k, diag_seed }: Tracking): Draws {
  const { dim, chains, names } = draws;
  const rows = chains * draws.draws;
  const { warmup: _, ...kept } = draws;
  if (diag_mode === "coords" || dim <= diag_k) {
    const count = Math.min(dim, diag_k);
    const position = new Float64Array(rows * count);
    for (let r = 0; r < rows; r++) {
      for (let k = 0; k < count; k++) position[r * count + k] = draws.position[r * dim + k];
    }
    return { ...kept, dim: count, names: names.slice(0, count), position, ...withoutMemory(draws) };
  }
  const directions = Array.from({ length: diag_k }, (_, k) => direction(diag_seed, k, dim));
  const position = new Float64Array(rows * diag_k);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < diag_k; k++) {
      let sum = 0;
      for (let i = 0; i < dim; i++) sum += directions[k][i] * (draws.position[r * dim + i] - center[i]);
      position[r * diag_k + k] = sum;
    }
  }
  return {
    ...kept,
    dim: diag_k,
    names: directions.map((_, k) => `projection[${k}]`),
    position,
    ...withoutMemory(draws),
  };
}

/** What belongs to the whole position goes with it; the counts of the run, and what is one number per chain, stay. */
function withoutMemory({ final, adapted, chains }: Draws): Pick<Draws, "adapted" | "final"> {
  const memory = Object.entries(final.memory).filter(([name]) => name.startsWith("run."));
  return {
    adapted: Object.fromEntries(Object.entries(adapted).filter(([, values]) => values.length === chains)),
    final: { ...final, position: new Float64Array(0), memory: Object.fromEntries(memory) },
  };
}

function direction(seed: number, k: number, dim: number): Float64Array {
  const v = new Float64Array(dim);
  stream(seed, "projection", k).fillNormal(v);
  const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
  return v.map((x) => x / length);
}
