// How many draws an effective draw takes, from the last draws of a warmup: what a trajectory's length is set by.

import { essBasic } from "../diagnostics/index.js";
import type { Memory } from "./kernel.js";

export interface LastDraws {
  add(position: Float64Array): void;
  /** Draws per effective draw, the mean over coordinates; NaN where there are too few. */
  meanCorrelationTime(): number;
  /** All that it knows: live arrays. */
  readonly memory: Memory;
}

/** Numbers that the autocorrelations are computed from are at most so many, whatever the dimension and the length of warmup. */
const MOST_COORDINATES = 32;
const MOST_DRAWS = 8192;
/** Fewer say nothing. */
const LEAST_DRAWS = 50;

/** Keeps the last of `draws` positions, or of some of their coordinates, evenly spaced. */
export function lastDraws(dim: number, draws: number): LastDraws {
  const coordinates = Math.min(dim, MOST_COORDINATES);
  const kept = Math.min(draws, MOST_DRAWS);
  const traces = new Float64Array(coordinates * kept);
  const seen = new Float64Array(1);
  return {
    memory: { traces, seen },
    add(position) {
      const row = seen[0]++ - (draws - kept);
      if (row < 0 || row >= kept) return;
      for (let k = 0; k < coordinates; k++) traces[k * kept + row] = position[Math.floor((k * dim) / coordinates)];
    },
    meanCorrelationTime() {
      const rows = seen[0] - (draws - kept);
      if (rows < LEAST_DRAWS) return Number.NaN;
      let sum = 0;
      let count = 0;
      for (let k = 0; k < coordinates; k++) {
        const ess = essBasic([traces.subarray(k * kept, k * kept + rows)]);
        // NaN for a coordinate that did not move.
        if (Number.isNaN(ess)) continue;
        sum += rows / ess;
        count++;
      }
      return sum / count;
    },
  };
}
