// TorchEBM's example of many chains: a thousand of them on the 2-D Gaussian of mean (1, -1) and covariance [[1, 0.5], [0.5, 2]], from zero, 100
// steps of size 0.1, by Langevin dynamics and by HMC with 5 leapfrog steps; where the chains end is kept. `sample` on the caller's thread
// alone beside the same written with the tensors of TensorFlow.js on its CPU back end, and `sample` that keeps all 100 draws. They run
// alternately, and of each the best round counts: the machine is seldom ours alone. Then what a long run takes of memory.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Tensor2D } from "@tensorflow/tfjs";
import { type Draws, energies, hmc, langevin, type Sampler, sample } from "../src/index.js";
import { mean, report } from "./report.js";

const CHAINS = 1000;
const STEPS = 100;
const LEAPFROG_STEPS = 5;
const STEP_SIZE = 0.1;
const ROUNDS = 7;
/** Runs of `sample` in a round, so that both sides of it take about as long. */
const RUNS = 8;
const MOST_Z = 4.5;

const energy = energies.gaussian({
  mean: [1, -1],
  covariance: [
    [1, 0.5],
    [0.5, 2],
  ],
});
const options = { chains: CHAINS, warmup: 0, draws: STEPS, init: [0, 0], workers: 0, onEvent: () => {} };
const endsOnly = { ...options, draws: 1, thin: STEPS };

await speed();
await memory();

async function speed(): Promise<void> {
  const tf = await import("@tensorflow/tfjs");
  await tf.setBackend("cpu");
  const center = tf.tensor2d([[1, -1]]);
  const precision = tf.tensor2d([2 / 1.75, -0.5 / 1.75, -0.5 / 1.75, 1 / 1.75], [2, 2]);
  const value = (q: Tensor2D) =>
    q.sub(center).matMul<Tensor2D>(precision).mul(q.sub(center)).sum(1, true).mul<Tensor2D>(0.5);
  const byHand = (q: Tensor2D) => q.sub<Tensor2D>(center).matMul<Tensor2D>(precision);
  const derived = tf.grad((q) => value(q as Tensor2D).sum()) as (q: Tensor2D) => Tensor2D;
  type Gradient = typeof byHand;

  const langevinStep = (q: Tensor2D, gradient: Gradient): Tensor2D =>
    q.sub(gradient(q).mul(STEP_SIZE)).add(tf.randomNormal([CHAINS, 2]).mul(Math.sqrt(2 * STEP_SIZE)));

  const hmcStep = (q: Tensor2D, gradient: Gradient): Tensor2D => {
    const start = tf.randomNormal([CHAINS, 2]) as Tensor2D;
    const energyOf = (x: Tensor2D, p: Tensor2D) => value(x).add(p.square().sum(1, true).mul(0.5));
    let x = q;
    let p = start.sub<Tensor2D>(gradient(x).mul(STEP_SIZE / 2));
    for (let step = 1; step <= LEAPFROG_STEPS; step++) {
      x = x.add(p.mul(STEP_SIZE));
      p = p.sub(gradient(x).mul(step < LEAPFROG_STEPS ? STEP_SIZE : STEP_SIZE / 2));
    }
    const accepted = tf
      .randomUniform([CHAINS, 1])
      .log()
      .less(energyOf(q, start).sub(energyOf(x, p)));
    return tf.where(accepted.tile([1, 2]), x, q) as Tensor2D;
  };

  /** Milliseconds of 100 steps, and where the chains ended. */
  const tensors = async (step: typeof hmcStep, gradient: Gradient): Promise<[number, Float32Array]> => {
    const begin = performance.now();
    let q = tf.zeros([CHAINS, 2]) as Tensor2D;
    for (let t = 0; t < STEPS; t++) {
      const next = tf.tidy(() => step(q, gradient));
      q.dispose();
      q = next;
    }
    const ends = (await q.data()) as Float32Array;
    q.dispose();
    return [performance.now() - begin, ends];
  };

  const samplers: { name: string; sampler: Sampler; step: typeof hmcStep; limit?: { atLeast: number } }[] = [
    { name: "Langevin", sampler: langevin({ stepSize: STEP_SIZE }), step: langevinStep },
    {
      name: `HMC, ${LEAPFROG_STEPS} leapfrog steps`,
      sampler: hmc({ stepSize: STEP_SIZE, leapfrogSteps: LEAPFROG_STEPS }),
      step: hmcStep,
      limit: { atLeast: 20 },
    },
  ];
  for (const { name, sampler, step, limit } of samplers) {
    const rounds: Record<"ours" | "all" | "byHand" | "derived", number>[] = [];
    for (let seed = 0; seed < ROUNDS; seed++) {
      const [ours, ends] = await sampled(sampler, endsOnly, seed);
      const [all] = await sampled(sampler, options, seed);
      const [byHandTime, byHandEnds] = await tensors(step, byHand);
      const [derivedTime, derivedEnds] = await tensors(step, derived);
      checkMeans(name, ends.position);
      checkMeans("TensorFlow.js", byHandEnds);
      checkMeans("TensorFlow.js with tf.grad", derivedEnds);
      rounds.push({ ours, all, byHand: byHandTime, derived: derivedTime });
    }
    const best = (whose: keyof (typeof rounds)[0]): number => Math.min(...rounds.map((round) => round[whose]));
    const what = `${name}, ${CHAINS} chains, ${STEPS} steps`;
    report({ what, value: best("ours"), unit: "ms" });
    report({
      what: `${what}: all draws kept relative to it`,
      value: best("all") / best("ours"),
      unit: "x",
      note: `${best("all").toPrecision(3)} ms`,
    });
    report({
      what: `${what}: TensorFlow.js relative to it`,
      value: best("byHand") / best("ours"),
      unit: "x",
      limit,
      note: `${best("byHand").toPrecision(3)} ms, gradient by hand`,
    });
    report({
      what: `${what}: TensorFlow.js with tf.grad relative to it`,
      value: best("derived") / best("ours"),
      unit: "x",
      note: `${best("derived").toPrecision(3)} ms`,
    });
  }
}

/** Milliseconds of one of several runs, and the last of them. */
async function sampled(sampler: Sampler, run: typeof options, seed: number): Promise<[number, Draws]> {
  const begin = performance.now();
  let draws = await sample(energy, sampler, { ...run, seed });
  for (let k = 1; k < RUNS; k++) draws = await sample(energy, sampler, { ...run, seed: seed + ROUNDS * k });
  return [(performance.now() - begin) / RUNS, draws];
}

/** The process's memory at its largest, relative to the arrays that are returned. */
async function memory(): Promise<void> {
  const draws = 4000;
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // Once before, so that what is compiled is there.
  await sample(energy, langevin({ stepSize: STEP_SIZE }), options);
  for (const workers of [0, 2]) {
    collect();
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 2);
    const result = await sample(energy, langevin({ stepSize: STEP_SIZE }), { ...options, draws, workers });
    most = Math.max(most, process.memoryUsage().rss);
    clearInterval(watch);
    const returned = bytesOf(result);
    report({
      what: `Langevin, ${CHAINS} chains, ${draws} draws, ${workers || "no"} workers: memory relative to what is returned`,
      value: (most - before) / returned,
      unit: "x",
      limit: workers === 0 ? { atMost: 1.2 } : undefined,
      note: `${(returned / 2 ** 20).toFixed(0)} MiB`,
    });
  }
}

function bytesOf({ position, stats }: Draws): number {
  return position.byteLength + Object.values(stats).reduce((sum, values) => sum + values.byteLength, 0);
}

/** Means over the chains, of variances 1 and 2; a hundred steps leave a hundredth of the way from the start. */
function checkMeans(whose: string, ends: ArrayLike<number>): void {
  const of = (i: number): number => mean(Array.from({ length: CHAINS }, (_, chain) => ends[2 * chain + i]));
  const z = Math.max(Math.abs(of(0) - 1) / Math.sqrt(1 / CHAINS), Math.abs(of(1) + 1) / Math.sqrt(2 / CHAINS));
  if (!(z <= MOST_Z))
    throw new Error(`bench: ${whose} has means ${of(0)} and ${of(1)}, ${z} standard errors from the law's`);
}
