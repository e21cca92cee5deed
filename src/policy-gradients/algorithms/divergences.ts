// The divergences that V-MPO bounds: of choices the one there is, of numbers one of the means and one of the scales (Song et al. 2019, arXiv:1909.12238).

import { concat, type Tensor } from "../../tensor/index.js";
import type { Distribution } from "../distributions/index.js";

/** What they are called in the log. */
export const divergenceNames: readonly string[] = ["kl", "scale_kl"];

/** Whether means and scales are bounded apart. */
export function isDecoupled({ kind }: Distribution): boolean {
  return kind === "normal" || kind === "tanhNormal";
}

/** KL(from || to), `[rows]` each. Decoupled where there are means and scales: each moves while the other stays as it was. */
export function divergencesOf(distribution: Distribution, from: Tensor, to: Tensor): Tensor[] {
  if (!isDecoupled(distribution)) return [distribution.kl(from, to)];
  const { size } = distribution;
  const part = (x: Tensor, k: number): Tensor => x.slice(k * size, (k + 1) * size, 1);
  const means = concat([part(to, 0), part(from, 1)], 1);
  const scales = concat([part(from, 0), part(to, 1)], 1);
  return [distribution.kl(from, means), distribution.kl(from, scales)];
}
