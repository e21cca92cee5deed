// Which acceptance a sampler's warmup aims at.

import type { Sampler } from "../../samplers/kernel.js";

/** Where the option `targetAcceptance` is left out, by kind; the samplers' own docstrings give the reasons. */
const TARGETS: Readonly<Record<string, (options: Sampler["options"], dim: number) => number>> = {
  amagold: () => 0.8,
  ghmc: () => 0.9,
  hmc: ({ adaptation }) => (adaptation === "chees" ? 0.651 : 0.8),
  mala: () => 0.574,
  mams: () => 0.9,
  nuts: () => 0.8,
  randomWalk: (_, dim) => 0.234 + 0.206 / dim,
  rmhmc: () => 0.8,
};

/** Undefined where the sampler aims at none, or is not one of ours. */
export function targetOf({ kind, options }: Sampler, dim: number): number | undefined {
  if (typeof options.targetAcceptance === "number") return options.targetAcceptance;
  return Object.hasOwn(TARGETS, kind) ? TARGETS[kind](options, dim) : undefined;
}
