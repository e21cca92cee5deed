// CartPole through the environment, with its checks, its limit and its state, relative to the same equations in one hand-written loop; the same for
// eight copies in a vector with the statistics of their episodes. All follow one simple rule that balances the pole for a while. Both sides
// draw the same numbers, and are held to the same states. Then what steps leave behind for the garbage collector. Best of several rounds.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { environments, makeEnvironment, stream, vectorEnvironment } from "../src/index.js";
import { report } from "./report.js";

const STEPS = 2_000_000;
const COPIES = 8;
const ROUNDS = 9;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

speed();
garbage();

function speed(): void {
  const times = { byHand: [] as number[], single: [] as number[], vector: [] as number[] };
  for (let seed = 0; seed < ROUNDS; seed++) {
    const byHand = timed(() => handWritten(seed, STEPS));
    const single = timed(() => through(seed, STEPS));
    const [vectorTime] = timed(() => throughVector(seed, STEPS / COPIES));
    if (byHand[1].join() !== single[1].join()) {
      throw new Error(`bench: the loop ends at ${byHand[1]}, the environment at ${single[1]}`);
    }
    times.byHand.push(byHand[0]);
    times.single.push(single[0]);
    times.vector.push(vectorTime);
  }
  const [byHand, single, vector] = [times.byHand, times.single, times.vector].map((all) => Math.min(...all));
  const perSecond = (milliseconds: number): string => `${(STEPS / milliseconds / 1e3).toPrecision(3)} M steps/s`;
  report({
    what: "CartPole: the environment relative to a hand-written loop",
    value: single / byHand,
    unit: "x",
    limit: { atMost: 2 },
    note: `${perSecond(single)}, ${perSecond(byHand)}`,
  });
  report({
    what: "CartPole: steps of the environment",
    value: STEPS / single / 1e3,
    unit: "M/s",
    limit: { atLeast: 10 },
  });
  report({
    what: `CartPole: ${COPIES} copies in a vector relative to a hand-written loop`,
    value: vector / byHand,
    unit: "x",
    limit: { atMost: 4 },
    note: perSecond(vector),
  });
}

/**
 * Bytes per step that are on the heap after many of them: an allocation in `step` would be at least 12, each time. The least of several times,
 * for code that is still being optimised leaves numbers behind.
 */
function garbage(): void {
  const environment = makeEnvironment(environments.cartPole({ maxEpisodeSteps: null }));
  const random = stream(0, "garbage");
  const observation = new Float64Array(4);
  const action = new Float64Array(1);
  const steps = 20_000;
  const run = (): void => {
    environment.reset(random, observation);
    for (let t = 0; t < steps; t++) {
      action[0] = observation[2] + observation[3] > 0 ? 1 : 0;
      if (environment.step(action, random, observation).terminated) environment.reset(random, observation);
    }
  };
  const left = Array.from({ length: 50 }, () => {
    collect();
    const before = process.memoryUsage().heapUsed;
    run();
    return process.memoryUsage().heapUsed - before;
  });
  report({
    what: "CartPole: what a step leaves on the heap",
    value: Math.min(...left) / steps,
    unit: "bytes",
    limit: { atMost: 1 },
  });
}

function timed<T>(run: () => T): [number, T] {
  const begin = performance.now();
  const result = run();
  return [performance.now() - begin, result];
}

function through(seed: number, steps: number): number[] {
  const environment = makeEnvironment(environments.cartPole());
  const random = stream(seed, "bench");
  const observation = new Float64Array(4);
  const action = new Float64Array(1);
  environment.reset(random, observation);
  for (let t = 0; t < steps; t++) {
    action[0] = observation[2] + observation[3] > 0 ? 1 : 0;
    const { terminated, truncated } = environment.step(action, random, observation);
    if (terminated || truncated) environment.reset(random, observation);
  }
  return Array.from(observation);
}

function throughVector(seed: number, steps: number): void {
  const vector = vectorEnvironment(environments.recordEpisodeStatistics(environments.cartPole()), COPIES, { seed });
  const { observations } = vector;
  const actions = new Float64Array(COPIES);
  vector.reset();
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < COPIES; i++) actions[i] = observations[4 * i + 2] + observations[4 * i + 3] > 0 ? 1 : 0;
    vector.step(actions);
  }
}

function handWritten(seed: number, steps: number): number[] {
  const random = stream(seed, "bench");
  const reset = (): number => 0.1 * random.uniform() - 0.05;
  let [x, speed, theta, turning] = [reset(), reset(), reset(), reset()];
  let elapsed = 0;
  for (let t = 0; t < steps; t++) {
    const force = theta + turning > 0 ? 10 : -10;
    const sin = Math.sin(theta);
    const cos = Math.cos(theta);
    const push = (force + 0.05 * turning * turning * sin) / 1.1;
    const turn = (9.8 * sin - cos * push) / (0.5 * (4 / 3 - (0.1 * cos * cos) / 1.1));
    const acceleration = push - (0.05 * turn * cos) / 1.1;
    x += 0.02 * speed;
    speed += 0.02 * acceleration;
    theta += 0.02 * turning;
    turning += 0.02 * turn;
    elapsed++;
    if (Math.abs(x) <= 2.4 && Math.abs(theta) <= (12 * Math.PI) / 180 && elapsed < 500) continue;
    x = reset();
    speed = reset();
    theta = reset();
    turning = reset();
    elapsed = 0;
  }
  return [x, speed, theta, turning];
}
