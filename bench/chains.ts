// Many chains side by side, one per SIMD lane: transitions of Hamiltonian Monte Carlo on the banana for 1000 chains, random numbers and
// decisions included, against the single-chain program in a loop and against C with one chain per lane (native/chains.c).
// All run alternately, and of each the best round counts: the machine is seldom ours alone.

import { banana } from "../src/energies/banana.js";
import { stream } from "../src/random/index.js";
import { hmcDefinition } from "../src/samplers/hmc.js";
import { hmc } from "../src/samplers/index.js";
import { integrators } from "../src/samplers/integrators.js";
import type { Kernel } from "../src/samplers/kernel.js";
import { columnTrajectory, trajectoryGraph } from "../src/samplers/trajectory-program.js";
import { compileLanes, withGradient } from "../src/tensor/index.js";
import { compileNative } from "./native.js";
import { mean, report } from "./report.js";

const CHAINS = 1000;
/** As `sample` groups 1000 chains. */
const WIDTH = 32;
/** Chains of one lane each need not all be made to know what one costs. */
const SINGLE_CHAINS = 64;
const STEPS = 10;
const ROUNDS = 40;
const MOST_Z = 4.5;

const energy = banana();
const options = hmc({ stepSize: 0.1, leapfrogSteps: STEPS }).options;

transitions();
trajectories();
calls();

function transitions(): void {
  const lanes = groupsOf(CHAINS, WIDTH);
  const single = groupsOf(SINGLE_CHAINS, 1);
  // SSE4.2 is what WebAssembly's vectors become on such machines.
  const likeOurs = process.arch === "x64" ? ["-msse4.2"] : [];
  const natives = [likeOurs, ["-march=native"]].map((flags) => ({ flags, program: compileNative("chains", ...flags) }));
  for (const group of [...lanes, ...single]) for (let i = 0; i < 300; i++) group.step();
  const rounds = Array.from({ length: ROUNDS }, (_, seed) => ({
    lanes: nanoseconds(lanes, 50) / CHAINS,
    single: nanoseconds(single, 400) / SINGLE_CHAINS,
    natives: natives.map(({ program }) => {
      if (program === undefined) return Number.NaN;
      const [seconds, , x, y] = program.run(CHAINS, STEPS, 200, seed);
      checkMeans("C", x, y);
      return (seconds * 1e9) / 200 / CHAINS;
    }),
  }));
  const position = lanes.map(({ state }) => state.position);
  const coordinate = (i: number) => position.flatMap((q) => [...q.slice((i * q.length) / 2, ((i + 1) * q.length) / 2)]);
  checkMeans("lanes", mean(coordinate(0)), mean(coordinate(1)));

  const name = `HMC, ${CHAINS} chains, ${STEPS} leapfrog steps`;
  const ours = Math.min(...rounds.map((round) => round.lanes));
  const alone = Math.min(...rounds.map((round) => round.single));
  report({ what: `${name}: a chain's transition in lanes`, value: ours, unit: "ns" });
  report({
    what: `${name}: one chain at a time, relative to lanes`,
    value: alone / ours,
    unit: "x",
    limit: { atLeast: 1.8 },
    note: `${alone.toPrecision(3)} ns`,
  });
  natives.forEach(({ flags, program }, k) => {
    if (program === undefined) return;
    const c = Math.min(...rounds.map((round) => round.natives[k]));
    report({
      what: `${name}: lanes relative to C with a chain per lane, cc ${["-O3", ...flags].join(" ")}`,
      value: ours / c,
      unit: "x",
      limit: k === 0 ? { atMost: 2.5 } : undefined,
      note: `${c.toPrecision(3)} ns`,
    });
  });
  if (natives.some(({ program }) => program === undefined)) console.log("  no C compiler (cc) here: no ratios to C");
}

/** Trajectories alone: the program for JavaScript column by column, and lanes. */
function trajectories(): void {
  const column = columnTrajectory(energy, integrators.velocityVerlet, STEPS);
  const [q, p, g, m] = [
    [1, 1.5],
    [0.1, -0.1],
    [0, 0],
    [1, 1],
  ].map((numbers) => Float64Array.from(numbers));
  const loop = { step: () => column(q, p, g, 0.1, m, STEPS) };
  for (const width of [1, WIDTH]) {
    const program = compileLanes(trajectoryGraph(energy.graph!, integrators.velocityVerlet, STEPS), { width })!;
    [1, 0.1, 0, 0.1, 1].forEach((value, i) => program.inputs[i].fill(value));
    const lanes = { step: () => program.run() };
    for (let i = 0; i < 20000; i++) loop.step();
    for (let i = 0; i < 20000; i++) lanes.step();
    const rounds = Array.from({ length: ROUNDS }, () => ({
      loop: nanoseconds([loop], 20000),
      lanes: nanoseconds([lanes], 5000) / width,
    }));
    const [slow, fast] = [Math.min(...rounds.map(({ loop }) => loop)), Math.min(...rounds.map(({ lanes }) => lanes))];
    report({
      what: `${STEPS} leapfrog steps of a column: JavaScript relative to lanes, ${width} column${width === 1 ? "" : "s"}`,
      value: slow / fast,
      unit: "x",
      note: `${slow.toPrecision(3)} ns, ${fast.toPrecision(3)} ns`,
    });
  }
}

/** What it costs to call a program whose work is a few nanoseconds. */
function calls(): void {
  const q = Float64Array.of(0.3, 0.7);
  const gradient = new Float64Array(2);
  const compiled = { step: () => energy.valueAndGradient(q, gradient) };
  const program = compileLanes(withGradient(energy.graph!), { width: 2 })!;
  const lanes = { step: () => program.run() };
  for (const [what, step] of Object.entries({ valueAndGradient: compiled, "lanes of width 2": lanes })) {
    for (let i = 0; i < 50000; i++) step.step();
    const value = Math.min(...Array.from({ length: ROUNDS }, () => nanoseconds([step], 50000)));
    report({ what: `a call on a 2-D energy: ${what}`, value, unit: "ns", limit: { atMost: 300 } });
  }
}

// Machinery --------------------------------------------------------------------------------------------------------

interface Steppable {
  step(): void;
}

interface GroupOfChains extends Steppable {
  readonly state: ReturnType<Kernel["init"]>;
}

/** Chains that start with a draw of the banana: x is N(1, 1/2) and y given x is N(x^2, 1/20). */
function groupsOf(chains: number, width: number): GroupOfChains[] {
  const groups: GroupOfChains[] = [];
  for (let first = 0; first < chains; first += width) {
    const own = Math.min(width, chains - first);
    const random = Array.from({ length: own }, (_, c) => stream(0, "chain", first + c));
    const kernel = hmcDefinition.build(energy, options, own);
    const position = new Float64Array(2 * own);
    random.forEach((source, c) => {
      const x = 1 + Math.sqrt(1 / 2) * source.normal();
      position[c] = x;
      position[own + c] = x * x + Math.sqrt(1 / 20) * source.normal();
    });
    const state = kernel.init(position, random);
    groups.push({ state, step: () => kernel.step(state, random) });
  }
  return groups;
}

/** Chains that start with the law keep it: means over the chains, E x = 1 and E y = 3/2, variances 1/2 and 2.55. */
function checkMeans(whose: string, x: number, y: number): void {
  const z = Math.max(Math.abs(x - 1) / Math.sqrt(0.5 / CHAINS), Math.abs(y - 1.5) / Math.sqrt(2.55 / CHAINS));
  if (!(z <= MOST_Z)) throw new Error(`bench: ${whose} has means ${x} and ${y}, ${z} standard errors from the law's`);
}

function nanoseconds(steps: readonly Steppable[], times: number): number {
  const start = performance.now();
  for (let i = 0; i < times; i++) for (const each of steps) each.step();
  return ((performance.now() - start) * 1e6) / times;
}
