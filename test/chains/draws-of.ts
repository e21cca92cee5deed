// Draws made by hand: the numbers that a test is about, and for the rest what a run would leave that had nothing to say.

import type { Draws } from "../../src/chains/draws.js";

type Numbers = Pick<Draws, "chains" | "draws" | "dim" | "names" | "lengths" | "position">;

/** Draws with these numbers, of no sampler. */
export function drawsOf(numbers: Numbers, more: Partial<Draws> = {}): Draws {
  return {
    ...numbers,
    stats: {},
    adapted: {},
    final: {
      position: new Float64Array(numbers.chains * numbers.dim),
      random: [],
      transitions: new Array(numbers.chains).fill(numbers.draws),
      memory: {},
      warmup: 0,
      thin: 1,
    },
    sampler: { kind: "none", options: {} },
    seed: 0,
    stopped: [],
    aborted: false,
    seconds: 0,
    ...more,
  };
}
