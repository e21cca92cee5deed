// A million draws of Hamiltonian Monte Carlo on the two-mode energy through `sample`, against the same loop in C (native/hmc.c).
// Both run alternately, so that whatever else the machine does falls on both, and the median of the pairs' ratios is reported.

import type { Draws } from "../src/index.js";
import { importBuilt } from "./built.js";
import { compileNative, type NativeProgram } from "./native.js";
import { mean, median, report } from "./report.js";

const DRAWS = 1e6;
const REPETITIONS = 7;
/** E|x| for x of the law N(2.5, 3/4); the variance of a coordinate within its mode is 3/4. */
const MEAN_SIZE = 2.500982;
const VARIANCE = 0.75;
/** A moment may differ from the exact one by so many of its standard errors. */
const MOST_Z = 4.5;

const { sample, hmc, energies, diagnostics } = await importBuilt();
const native = compileNative("hmc");
if (native === undefined) console.log("  no C compiler (cc) here: times are given without the ratio to C");

for (const leapfrogSteps of [5, 20]) {
  native?.run(leapfrogSteps, DRAWS, 0);
  const ess = effectiveDraws(await draw(leapfrogSteps, 0));
  const runs: { ours: Chain; c?: Chain }[] = [];
  for (let seed = 1; seed <= REPETITIONS; seed++) {
    const c = native === undefined ? undefined : inC(native, leapfrogSteps, seed);
    runs.push({ c, ours: await ours(leapfrogSteps, seed) });
  }
  tell(leapfrogSteps, runs, ess);
}

interface Chain {
  readonly seconds: number;
  readonly acceptance: number;
  readonly meanSize: number;
  readonly variance: number;
}

function inC(program: NativeProgram, leapfrogSteps: number, seed: number): Chain {
  const [seconds, acceptance, meanSize, variance] = program.run(leapfrogSteps, DRAWS, seed);
  return { seconds, acceptance, meanSize, variance };
}

async function ours(leapfrogSteps: number, seed: number): Promise<Chain> {
  const began = performance.now();
  const draws = await draw(leapfrogSteps, seed);
  const seconds = (performance.now() - began) / 1000;
  const { sizes, squares } = momentsOf(draws);
  return { seconds, acceptance: mean(draws.stats.accepted), meanSize: mean(sizes), variance: mean(squares) };
}

function draw(leapfrogSteps: number, seed: number): Promise<Draws> {
  return sample(energies.bimodal(), hmc({ stepSize: 0.1, leapfrogSteps }), {
    chains: 1,
    warmup: 0,
    draws: DRAWS,
    init: [0, 0],
    seed,
    onEvent: () => {},
  });
}

/** |x| and the squared distance of x to the centre of its mode, draw by draw. */
function momentsOf({ position }: Draws): { sizes: Float64Array; squares: Float64Array } {
  const sizes = new Float64Array(DRAWS);
  const squares = new Float64Array(DRAWS);
  for (let i = 0; i < DRAWS; i++) {
    const x = position[2 * i];
    const center = x + position[2 * i + 1] < 0 ? -2.5 : 2.5;
    sizes[i] = Math.abs(x);
    squares[i] = (x - center) ** 2;
  }
  return { sizes, squares };
}

/** How many independent draws each of the two moments is worth; C's chain has the same law as ours. */
function effectiveDraws(draws: Draws): readonly [number, number] {
  const { sizes, squares } = momentsOf(draws);
  return [diagnostics.essMean([sizes]), diagnostics.essMean([squares])];
}

function tell(
  leapfrogSteps: number,
  runs: readonly { ours: Chain; c?: Chain }[],
  ess: readonly [number, number],
): void {
  const name = `HMC, 10^6 draws, ${leapfrogSteps} leapfrog steps`;
  const seconds = (chains: readonly Chain[]) => median(chains.map((chain) => chain.seconds));
  const own = runs.map((run) => run.ours);
  const c = runs.flatMap((run) => (run.c === undefined ? [] : [run.c]));
  if (c.length > 0) {
    const ratio = median(runs.map((run) => run.ours.seconds / (run.c as Chain).seconds));
    report({ what: `${name}: time relative to C`, value: ratio, unit: "x", limit: { atMost: 2.5 } });
    report({ what: `${name}: C`, value: seconds(c), unit: "s" });
  }
  report({ what: `${name}: sample`, value: seconds(own), unit: "s" });

  tellMoments(`${name}: sample`, own, ess);
  if (c.length > 0) tellMoments(`${name}: C`, c, ess);
}

/** The chains' moments together, in standard errors from the exact ones. */
function tellMoments(name: string, chains: readonly Chain[], [essSize, essSquare]: readonly [number, number]): void {
  const size = mean(chains.map((chain) => chain.meanSize));
  const variance = mean(chains.map((chain) => chain.variance));
  const acceptance = mean(chains.map((chain) => chain.acceptance));
  // x is normal within its mode, but for the 0.4 % of the other side: variance 3/4, of squares 2 (3/4)^2.
  const zSize = (size - MEAN_SIZE) / Math.sqrt(VARIANCE / (essSize * chains.length));
  const zVariance = (variance - VARIANCE) / (VARIANCE * Math.sqrt(2 / (essSquare * chains.length)));
  report({
    what: `${name}: moments, |z| of the worse`,
    value: Math.max(Math.abs(zSize), Math.abs(zVariance)),
    unit: "se",
    limit: { atMost: MOST_Z },
    note: `acceptance ${acceptance.toFixed(4)}, mean |x| ${size.toFixed(4)}, variance within the mode ${variance.toFixed(4)}`,
  });
}
