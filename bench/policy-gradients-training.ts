// Training policies: steps per second on CartPole, in one precision and the other; the same PPO written with @tensorflow/tfjs, and PPO's update
// for HalfCheetah in plain JavaScript, both held to the same parameters after an update; robots played by two threads; one action of a
// policy; and the memory of a training process. Sides are timed in turns.

import { execFileSync } from "node:child_process";
import { type Algorithm, a2c, acting, environments, loadEnvironment, ppo, stream, trainPolicy } from "../src/index.js";
import { type ActorCritic, actorCritic } from "../src/policy-gradients/actor-critic.js";
import { advantagesOf } from "../src/policy-gradients/advantages.js";
import { ppoDefinition } from "../src/policy-gradients/algorithms/ppo.js";
import { type VectorEnvironment, vectorEnvironment } from "../src/policy-gradients/environments/index.js";
import { collector, type Rollout } from "../src/policy-gradients/rollout.js";
import { built } from "./built.js";
import { fastest } from "./fastest.js";
import { ppoByHand } from "./ppo-by-hand.js";
import { ppoTfjs } from "./ppo-tfjs.js";
import { report } from "./report.js";

const cleanrl = { preset: "cleanrl" } as const;

await onCartPole();
await besideTfjs();
await anAction();
memory();
await onHalfCheetah();

async function onCartPole(): Promise<void> {
  const rows: [string, (precision: "f32" | "f64") => Algorithm, number][] = [
    ["A2C, the default", (precision) => a2c({ precision }), 50],
    ["PPO of 4 epochs, 64-64", (precision) => ppo({ ...cleanrl, precision }), 30],
  ];
  for (const [name, algorithm, least] of rows) {
    const [single, double] = [[] as number[], [] as number[]];
    for (let round = 0; round < 4; round++) {
      single.push(await stepsPerSecond(algorithm("f32"), 60_000));
      double.push(await stepsPerSecond(algorithm("f64"), 60_000));
    }
    const [best, other] = [Math.max(...single), Math.max(...double)];
    report({ what: `CartPole, ${name}: steps of training`, value: best / 1e3, unit: "k/s", limit: { atLeast: least } });
    report({
      what: `CartPole, ${name}: single precision's speed relative to double's`,
      value: best / other,
      unit: "x",
    });
  }
}

/** Of the training alone, without the evaluations after it. */
async function stepsPerSecond(algorithm: Algorithm, totalSteps: number): Promise<number> {
  const evaluation = { episodes: 1, maxEpisodeSteps: 1 };
  const { log } = await trainPolicy(algorithm, environments.cartPole(), { totalSteps, seed: 1, evaluation });
  return log[log.length - 1]["time/fps"];
}

interface Side {
  readonly agent: ActorCritic;
  readonly settings: ReturnType<typeof ppoDefinition.settings>;
  readonly vector: VectorEnvironment;
  readonly w: Float64Array;
  collect(w: Float64Array): Rollout;
}

/** Networks, settings and copies of a task for PPO as CleanRL's. */
function sideOf(task: Parameters<typeof vectorEnvironment>[0], precision: "f32" | "f64"): Side {
  const model = vectorEnvironment(task, 1);
  const settings = ppoDefinition.settings({ ...cleanrl, precision }, model.actionSpace);
  const vector = vectorEnvironment(task, settings.environments, { seed: 1 });
  const agent = actorCritic(vector.observationSpace, vector.actionSpace, { precision });
  const rollouts = collector(agent, vector, settings.steps);
  const random = stream(1, "actions");
  vector.reset();
  return {
    ...{ agent, settings, vector },
    w: agent.initialize(stream(1, "initialize")),
    collect(w) {
      for (let t = 0; t < settings.steps; t++) rollouts.step(w, t, random);
      return rollouts.finish(w);
    },
  };
}

/** Refuses to compare what does not compute the same: both must have moved by the same, but for the rounding of many steps in single precision. */
function agree(name: string, start: Float64Array, ours: Float64Array, other: Float64Array): void {
  const moved = Math.hypot(...ours.map((value, i) => value - start[i]));
  const error = Math.hypot(...ours.map((value, i) => value - other[i]));
  if (!(error < 0.01 * moved))
    throw new Error(`bench: after an update ${name} is ${error} away, of a move by ${moved}`);
}

async function besideTfjs(): Promise<void> {
  const side = sideOf(environments.cartPole(), "f32");
  const { agent, settings, w } = side;
  const learner = ppoDefinition.learner(agent, settings);
  const other = await ppoTfjs(agent, w, settings);
  const rollout = side.collect(w);
  const ours = w.slice();
  learner.update(ours, rollout, 1, stream(1, "updates"));
  other.update(rollout, other.estimate(rollout), stream(1, "updates"));
  agree("tfjs", w, ours, other.parameters());

  const vector = vectorEnvironment(environments.cartPole(), settings.environments, { seed: 2 });
  vector.reset();
  const random = stream(2, "actions");
  const steps = settings.environments * settings.steps;
  const [mine, theirs] = fastest(
    [
      () => learner.update(ours, side.collect(ours), 1, random),
      () => {
        const seen = other.collect(vector, random);
        other.update(seen, other.estimate(seen), random);
      },
    ],
    10_000,
  );
  report({
    what: "CartPole, PPO of 4 epochs, 64-64: the same by tfjs on its CPU back end, relative to ours",
    value: theirs / mine,
    unit: "x",
    limit: { atLeast: 10 },
    note: `${perSecond(steps, mine)}, ${perSecond(steps, theirs)}`,
  });
}

async function anAction(): Promise<void> {
  const { policy } = await trainPolicy(ppo(cleanrl), environments.cartPole(), { totalSteps: 512, seed: 1 });
  const act = acting(policy);
  const observation = Float64Array.of(0.01, 0.02, 0.03, 0.04);
  const calls = 1000;
  const [time] = fastest([
    () => {
      for (let call = 0; call < calls; call++) act(observation);
    },
  ]);
  report({ what: "CartPole, 64-64: one action of a policy", value: time / calls, unit: "ms", limit: { atMost: 0.1 } });
}

/** The largest the process of a training was, of the package as it is built. */
function memory(): void {
  const source = `
    import { environments, ppo, trainPolicy } from ${JSON.stringify(built("index.js").href)};
    await trainPolicy(ppo({ preset: "cleanrl" }), environments.cartPole(), { totalSteps: 50_000, seed: 1 });
    console.log(process.resourceUsage().maxRSS);
  `;
  const kibibytes = Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", source], { encoding: "utf8" }),
  );
  report({
    what: "CartPole, PPO of 4 epochs, 64-64: memory of the process at its largest",
    value: (kibibytes * 1024) / 1e6,
    unit: "MB",
    limit: { atMost: 150 },
  });
}

async function onHalfCheetah(): Promise<void> {
  const task = environments.normalizeObservation(environments.clipAction(environments.halfCheetah()));
  const missing = await loadEnvironment(task).then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (missing !== undefined) {
    console.log(`  no HalfCheetah here: ${missing}`);
    return;
  }
  const sides = (["f32", "f64"] as const).map((precision) => sideOf(task, precision));
  const [{ settings, w, agent }] = sides;
  const rollout = sides[0].collect(w);
  const { gamma, lambda, truncation, environments: count, steps, epochs } = settings;
  const estimates = () => advantagesOf(rollout, { gamma, lambda, truncation });
  const byHand = ppoByHand({
    ...settings,
    observations: agent.observations,
    hidden: [64, 64],
    actions: agent.distribution.size,
    rows: count * steps,
  });
  const updates = sides.map((side) => {
    const learner = ppoDefinition.learner(side.agent, side.settings);
    return (at: Float64Array) => learner.update(at, rollout, 1, stream(1, "updates"));
  });
  const places = [...sides, undefined].map(() => w.slice());
  updates.forEach((update, k) => update(places[k]));
  byHand(places[2], rollout, estimates(), stream(1, "updates"));
  agree("the update by hand, from double precision,", w, places[1], places[2]);
  agree("the update by hand, from single precision,", w, places[0], places[2]);

  // Always the same step from the same place: where they go on to, networks saturate and other things would be timed.
  const [single, double, hand] = fastest(
    [
      () => updates[0](w.slice()),
      () => updates[1](w.slice()),
      () => byHand(w.slice(), rollout, estimates(), stream(1, "updates")),
    ],
    15_000,
  );
  const what = `HalfCheetah, PPO's update of ${epochs} epochs, 64-64: plain JavaScript relative to ours`;
  const note = (time: number): string => `${time.toPrecision(3)} ms, ${hand.toPrecision(3)} ms`;
  report({ what, value: hand / single, unit: "x", limit: { atLeast: 3 }, note: note(single) });
  report({ what: `${what} in double precision`, value: hand / double, unit: "x", note: note(double) });
  await robotsInThreads();
}

/** Steps of eight robots, on this thread and on this and another. */
async function robotsInThreads(): Promise<void> {
  const vectors = [0, 1].map((workers) => vectorEnvironment(environments.halfCheetah(), 8, { seed: 1, workers }));
  const random = stream(1, "actions");
  const actions = new Float64Array(8 * 6);
  await Promise.all(vectors.map(({ ready }) => ready));
  for (const vector of vectors) vector.reset();
  const [alone, together] = fastest(
    vectors.map((vector) => () => {
      for (let t = 0; t < 20; t++) {
        for (let i = 0; i < actions.length; i++) actions[i] = 2 * random.uniform() - 1;
        vector.step(actions);
      }
    }),
    5000,
  );
  await Promise.all(vectors.map((vector) => vector.close()));
  report({
    what: "HalfCheetah, 8 copies: one thread relative to one and a worker",
    value: alone / together,
    unit: "x",
    note: `${perSecond(160, alone)}, ${perSecond(160, together)}`,
  });
}

function perSecond(steps: number, milliseconds: number): string {
  return `${Math.round((1000 * steps) / milliseconds)} steps/s`;
}
