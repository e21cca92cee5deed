// Draws in good health, made by hand as NUTS would leave them, and one ailment for each kind of problem that a diagnosis knows.

import type { DiagnosedKind, Severity } from "../../src/chains/diagnose.js";
import type { Draws } from "../../src/chains/draws.js";
import { stream } from "../../src/random/index.js";
import { nuts } from "../../src/samplers/index.js";
import { drawsOf } from "./draws-of.js";

/** Independent normal draws of `names`, all statistics as they should be. */
export function healthy(seed: number, { chains = 4, draws = 1000, names = ["x", "y", "z"] } = {}): Draws {
  const dim = names.length;
  const position = new Float64Array(chains * draws * dim);
  stream(seed).fillNormal(position);
  const random = stream(seed, "statistics");
  const statistic = (value: () => number): Float64Array => Float64Array.from({ length: chains * draws }, value);
  return drawsOf(
    { chains, draws, dim, names, lengths: new Array(chains).fill(draws), position },
    {
      sampler: nuts(),
      stats: {
        acceptance: statistic(() => 0.7 + 0.3 * random.uniform()),
        diverging: statistic(() => 0),
        hamiltonian: statistic(() => random.normal()),
        stepSize: statistic(() => 0.5),
        treeDepth: statistic(() => 3),
      },
      adapted: { stepSize: Float64Array.from({ length: chains }, () => 0.4 + 0.2 * random.uniform()) },
    },
  );
}

/** A copy whose numbers `change` may write over: coordinates by `at(chain, draw, coordinate)`, statistics by `[chain, draw]`. */
export function changed(
  draws: Draws,
  change: (copy: {
    readonly position: Float64Array;
    readonly stats: Record<string, Float64Array>;
    readonly adapted: Record<string, Float64Array>;
    at(chain: number, draw: number, coordinate?: number): number;
  }) => void,
  more: Partial<Draws> = {},
): Draws {
  const { position, stats, adapted } = structuredClone({
    position: draws.position,
    stats: draws.stats,
    adapted: draws.adapted,
  });
  const at = (chain: number, draw: number, coordinate = 0): number =>
    (chain * draws.draws + draw) * draws.dim + coordinate;
  change({ position, stats, adapted, at });
  return { ...draws, position, stats, adapted, ...more };
}

export interface Ailment {
  readonly kind: DiagnosedKind;
  readonly severity: Severity;
  readonly name: string;
  /** What it does to healthy draws. */
  readonly of: (draws: Draws) => Draws;
  readonly chains?: number[];
  readonly coordinates?: string[];
  readonly message: RegExp;
}

const DRAWS = 1000;

export const AILMENTS: readonly Ailment[] = [
  {
    kind: "no-draws",
    severity: "severe",
    name: "chains that kept nothing",
    of: (draws) => ({ ...draws, lengths: [0, 0, 0, 0] }),
    message: /^No draw was kept\.$/,
  },
  {
    kind: "not-finite",
    severity: "severe",
    name: "one infinite number",
    of: (draws) => changed(draws, ({ position, at }) => (position[at(2, 17, 1)] = Number.POSITIVE_INFINITY)),
    chains: [2],
    coordinates: ["y"],
    message: /^Draws of y are not finite numbers, in chain 2\.$/,
  },
  {
    kind: "chain-stopped",
    severity: "severe",
    name: "a chain that went where there is no energy",
    of: (draws) => ({
      ...draws,
      lengths: [1000, 300, 1000, 1000],
      stopped: [{ chain: 1, draw: 300, reason: "the energy is not finite" }],
    }),
    chains: [1],
    message: /^1 chain stopped early: chain 1 at draw 300 \(the energy is not finite\)\./,
  },
  {
    kind: "stuck-chain",
    severity: "severe",
    name: "a chain that stays where it is for a while",
    of: (draws) =>
      changed(draws, ({ position, at }) => {
        for (let n = 401; n < 550; n++) position.copyWithin(at(3, n), at(3, 400), at(3, 401));
      }),
    chains: [3],
    message: /^Chain 3 is stuck: it stayed in one place from draw 400 to 549, 15% of its draws\.$/,
  },
  {
    kind: "stuck-chain",
    severity: "severe",
    name: "two chains that never move",
    of: (draws) =>
      changed(draws, ({ position, at }) => {
        for (const chain of [0, 2]) {
          for (let n = 1; n < DRAWS; n++) position.copyWithin(at(chain, n), at(chain, 0), at(chain, 1));
        }
      }),
    chains: [0, 2],
    message: /^Chains 0 and 2 are stuck: chain 0 never left its place in 1000 draws\.$/,
  },
  {
    kind: "stuck-coordinate",
    severity: "severe",
    name: "a coordinate that stands still in one chain",
    of: (draws) =>
      changed(draws, ({ position, at }) => {
        for (let n = 0; n < DRAWS; n++) position[at(1, n, 2)] = 0.3;
      }),
    chains: [1],
    coordinates: ["z"],
    message: /^z never changed in chain 1, while other coordinates did\.$/,
  },
  {
    kind: "constant-coordinate",
    severity: "note",
    name: "a coordinate that is one number everywhere, as the first of a correlation matrix",
    of: (draws) =>
      changed(draws, ({ position }) => {
        for (let k = 1; k < position.length; k += 3) position[k] = 1;
      }),
    coordinates: ["y"],
    message: /^y has the same value in every draw/,
  },
  {
    kind: "divergences",
    severity: "severe",
    name: "divergences where z is low",
    of: (draws) =>
      changed(draws, ({ position, stats }) => {
        for (let k = 0; k < 4000; k++) if (position[3 * k + 2] < -1.5) stats.diverging[k] = 1;
      }),
    coordinates: ["z"],
    message: /of 4000 transitions diverged \(\d\.\d%\): .*They gather at low z \(mean -1\.9\d, of all draws 0\.0\d\)/,
  },
  {
    kind: "divergences",
    severity: "warning",
    name: "a single divergence",
    of: (draws) => changed(draws, ({ stats }) => (stats.diverging[2 * DRAWS + 7] = 1)),
    chains: [2],
    coordinates: [],
    message: /^1 of 4000 transitions diverged \(0\.025%\): chain 2 \(1\)\. Where trajectories/,
  },
  {
    kind: "chains-disagree",
    severity: "severe",
    name: "a chain that is elsewhere",
    of: (draws) =>
      changed(draws, ({ position, at }) => {
        for (let n = 0; n < DRAWS; n++) position[at(2, n, 1)] += 2;
      }),
    chains: [2],
    coordinates: ["y"],
    message: /R-hat is above 1\.01 for y \(1\.\d{3}\)\. Chain 2 alone is elsewhere: without it R-hat would be 1\.00/,
  },
  {
    kind: "chains-disagree",
    severity: "severe",
    name: "two modes, two chains in each",
    of: (draws) =>
      changed(draws, ({ position, at }) => {
        for (const chain of [1, 2]) for (let n = 0; n < DRAWS; n++) position[at(chain, n)] += 4;
      }),
    chains: [],
    coordinates: ["x"],
    message: /Each chain has settled, in a place of its own: there are several modes/,
  },
  {
    kind: "chains-disagree",
    severity: "severe",
    name: "chains that drift",
    of: (draws) =>
      changed(draws, ({ position, at }) => {
        for (const chain of [0, 3]) for (let n = 0; n < DRAWS; n++) position[at(chain, n)] += n / 200;
      }),
    chains: [0, 3],
    coordinates: ["x"],
    message: /The halves of chains 0 and 3 differ from each other: still on the way/,
  },
  {
    kind: "chains-disagree",
    severity: "severe",
    name: "a scale that differs between chains, which means alone do not show",
    of: (draws) =>
      changed(draws, ({ position, at }) => {
        for (const chain of [0, 1]) for (let n = 0; n < DRAWS; n++) position[at(chain, n)] *= 5;
      }),
    coordinates: ["x"],
    message: /R-hat is above 1\.01 for x/,
  },
  {
    kind: "chains-disagree",
    severity: "warning",
    name: "chains that are a little apart",
    of: (draws) =>
      changed(draws, ({ position, at }) => {
        for (const chain of [0, 1]) for (let n = 0; n < DRAWS; n++) position[at(chain, n)] += 0.45;
      }),
    coordinates: ["x"],
    message: /With about \d+ effective draws within the chains chance alone does not do that\.$/,
  },
  {
    kind: "low-ebfmi",
    severity: "warning",
    name: "energies that wander",
    of: (draws) =>
      changed(draws, ({ stats: { hamiltonian } }) => {
        for (let n = DRAWS + 1; n < 2 * DRAWS; n++) hamiltonian[n] = 0.98 * hamiltonian[n - 1] + 0.2 * hamiltonian[n];
      }),
    chains: [1],
    message: /^E-BFMI is 0\.0\d+ in chain 1, below 0\.3/,
  },
  {
    kind: "low-bulk-ess",
    severity: "warning",
    name: "neighbouring draws that are alike",
    of: (draws) =>
      changed(draws, ({ position, at }) => {
        // AR(1) with (1 - phi) / (1 + phi) = 1 / 19: about 210 effective draws of 4000.
        for (let chain = 0; chain < 4; chain++) {
          for (let n = 1; n < DRAWS; n++) {
            position[at(chain, n)] = 0.9 * position[at(chain, n - 1)] + Math.sqrt(0.19) * position[at(chain, n)];
          }
        }
      }),
    coordinates: ["x"],
    message: /^Too few effective draws: the bulk ESS is below 400 \(100 per chain\) for x \(\d{3}\)\./,
  },
  {
    kind: "low-tail-ess",
    severity: "warning",
    name: "tails that are visited all at once",
    of: (draws) =>
      changed(draws, ({ position, at }) => {
        // The sizes of fifty draws in a row are those of one: signs, and with them the bulk, stay independent.
        for (let chain = 0; chain < 4; chain++) {
          for (let n = 0; n < DRAWS; n++) {
            const sign = Math.sign(position[at(chain, n)]);
            position[at(chain, n)] = sign * Math.abs(position[at(chain, n - (n % 50))]) * (1 + 1e-6 * n);
          }
        }
      }),
    coordinates: ["x"],
    message: /^Too few effective draws: the tail ESS is below 400 \(100 per chain\) for x \(\d+\)\./,
  },
  {
    kind: "too-few-draws",
    severity: "warning",
    name: "a short run",
    of: (draws) => ({ ...draws, lengths: [60, 60, 60, 60] }),
    message: /^Only 60 draws in each of 4 chains, fewer than 100/,
  },
  {
    kind: "too-few-draws",
    severity: "severe",
    name: "three draws",
    of: (draws) => ({ ...draws, lengths: [3, 3, 3, 3] }),
    message: /R-hat and ESS are undefined\.$/,
  },
  {
    kind: "acceptance",
    severity: "warning",
    name: "a chain whose proposals are refused",
    of: (draws) => changed(draws, ({ stats }) => stats.acceptance.fill(0.4, DRAWS, 2 * DRAWS)),
    chains: [1],
    message: /^Acceptance is 40% in chain 1, where warmup aimed at 80%\.$/,
  },
  {
    kind: "acceptance",
    severity: "warning",
    name: "a step size that was given, and is too large",
    of: (draws) => changed(draws, ({ stats }) => stats.acceptance.fill(0.2), { sampler: nuts({ stepSize: 3 }) }),
    chains: [0, 1, 2, 3],
    message: /^Few proposals are accepted at the given step size: 20% in chain 0/,
  },
  {
    kind: "acceptance",
    severity: "note",
    name: "steps that are smaller than they need to be",
    of: (draws) => changed(draws, ({ stats }) => stats.acceptance.fill(0.999, 0, DRAWS)),
    chains: [0],
    message: /^Acceptance is 100% in chain 0, where warmup aimed at 80%: the steps are smaller/,
  },
  {
    kind: "step-sizes-differ",
    severity: "warning",
    name: "a step size a tenth of the others'",
    of: (draws) => changed(draws, ({ adapted }) => (adapted.stepSize[2] = 0.05)),
    message: /^Warmup left chain 2 with step size 0\.050 and chain \d with 0\.\d\d/,
  },
  {
    kind: "tree-depth",
    severity: "warning",
    name: "trees that are cut off often",
    of: (draws) => changed(draws, ({ stats }) => stats.treeDepth.fill(10, 3 * DRAWS, 3 * DRAWS + 70)),
    chains: [3],
    message: /^Trajectories were cut off at the largest tree depth, 10: 7\.0% of chain 3/,
  },
  {
    kind: "tree-depth",
    severity: "note",
    name: "a tree that is cut off once",
    of: (draws) => changed(draws, ({ stats }) => (stats.treeDepth[5] = 6), { sampler: nuts({ maxTreeDepth: 6 }) }),
    chains: [0],
    message: /^Trajectories were cut off at the largest tree depth, 6: 0\.10% of chain 0/,
  },
  {
    kind: "one-chain",
    severity: "note",
    name: "a single chain",
    of: ({ stats, adapted, position, ...draws }) => ({
      ...draws,
      chains: 1,
      lengths: [DRAWS],
      position: position.subarray(0, 3 * DRAWS),
      stats: Object.fromEntries(Object.entries(stats).map(([name, values]) => [name, values.subarray(0, DRAWS)])),
      adapted: { stepSize: adapted.stepSize.subarray(0, 1) },
    }),
    chains: [0],
    message: /^There is one chain/,
  },
  {
    kind: "aborted",
    severity: "note",
    name: "a run that was interrupted",
    of: (draws) => ({ ...draws, lengths: [700, 700, 699, 700], aborted: true }),
    message: /^The run was aborted; its chains kept 700, 700, 699 and 700 of 1000 draws\.$/,
  },
];
