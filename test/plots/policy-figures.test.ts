// Figures of training: their numbers against sums written out, rods against geometry, and an animation that Plotly plays.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { bootstrapInterval, interquartileMean } from "../../src/diagnostics/index.js";
import * as plots from "../../src/plots/index.js";
import { environments, gridWorldProcess } from "../../src/policy-gradients/environments/index.js";
import { type EpisodeRollout, policyOutputs, rollout } from "../../src/policy-gradients/index.js";
import { closeBrowser, evaluateWithPlotly } from "../../src/render/browser.js";
import { toJson } from "../../src/render/index.js";
import { logs, maze, newPolicy, scores } from "./learnt.js";
import { assertPlainFigure } from "./plain-data.js";
import "../../src/index.js";

after(closeBrowser);

function near(actual: number | null, expected: number, tolerance = 1e-5): void {
  const scale = Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(Number(actual) - expected) <= tolerance * scale, `${actual} is not ${expected}`);
}

test("learning curves: interquartile mean over seeds on straight lines between records, where all seeds are", () => {
  const runs = [...logs(4), ...logs(3, 200, 12)];
  const [{ step, middle, lower, upper, seeds }] = plots.learningCurvesData({ PPO: runs }, { places: 7, seed: 2 });
  // The first record has no episode: from the second of the slower, to the last of the shorter.
  assert.deepEqual([step[0], step[6], seeds.length], [400, 2400, 7]);
  step.forEach((at, k) => {
    const values = runs.map((log) => {
      const known = log.filter((record) => "rollout/ep_rew_mean" in record);
      const next = Math.max(
        1,
        known.findIndex((record) => record["time/total_timesteps"] >= Number(at)),
      );
      const [a, b] = [known[next - 1], known[next]];
      const [from, to] = [a["time/total_timesteps"], b["time/total_timesteps"]];
      const slope = (b["rollout/ep_rew_mean"] - a["rollout/ep_rew_mean"]) / (to - from);
      return a["rollout/ep_rew_mean"] + slope * (Number(at) - from);
    });
    near(middle[k], interquartileMean(values));
    const interval = bootstrapInterval(values, { seed: 2 });
    near(lower[k], interval[0]);
    near(upper[k], interval[1]);
  });
});

test("learning curves of one seed have no band, and a training's log does as well as a list", () => {
  const [log] = logs(1);
  const figure = plots.learningCurves({ PPO: [{ log }] });
  assert.deepEqual(figure, plots.learningCurves({ PPO: [log] }));
  assert.ok(!figure.data.some(({ fill }) => fill === "toself"));
  assertPlainFigure(figure);
  const [{ lower }] = plots.learningCurvesData({ PPO: [log] });
  assert.ok(lower.every((value) => value === null));
});

test("learning curves of many seeds with long logs stay below 2 MB", () => {
  const runs = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`${i}`, logs(30, 128, 5000)]));
  assertPlainFigure(plots.learningCurves(runs, { resamples: 20 }));
  // Names as a sweep gives them: the legend would stand on the title.
  const [[, same]] = Object.entries(runs);
  const swept = plots.learningCurves(
    Object.fromEntries([1, 2, 3].map((i) => [`algorithm=[ppo,cleanrl] algorithm.learning_rate=${i}e-4`, same])),
    { resamples: 20 },
  );
  assert.equal((swept.layout.legend as { yanchor: string }).yanchor, "bottom");
  assert.ok(Number(swept.layout.height) > 430 + 3 * 19);
});

test("performance profiles: the share of runs above each threshold falls from 1 to 0", () => {
  for (const { name, threshold, share, lower, upper, runs } of plots.performanceProfileData(scores)) {
    assert.equal(runs, 4);
    threshold.forEach((tau, k) => {
      assert.equal(share[k], scores[name].filter((score) => score > Number(tau)).length / 4);
      assert.ok(Number(lower[k]) <= Number(share[k]) && Number(share[k]) <= Number(upper[k]));
    });
    assert.deepEqual([share[0], share.at(-1)], [1, 0]);
  }
});

test("score intervals: each measure of each method with its bootstrap interval, over tasks by strata", () => {
  const byTask = { PPO: [scores.PPO, scores.A2C] };
  const { rows, panels } = plots.scoreIntervalsData({ ...scores, both: byTask.PPO }, { target: 450 });
  assert.deepEqual(
    rows.map(({ name, runs }) => [name, runs]),
    [
      ["PPO", 4],
      ["A2C", 4],
      ["both", 8],
    ],
  );
  assert.deepEqual(
    panels.map(({ name }) => name),
    ["interquartile mean", "mean", "mean shortfall from 450"],
  );
  near(panels[0].value[0], (480 + 497) / 2);
  near(panels[1].value[1], (410 + 500 + 233 + 390) / 4);
  near(panels[2].value[0], 130 / 4);
  near(panels[0].value[2], interquartileMean([...scores.PPO, ...scores.A2C]));
  near(panels[0].lower[2], bootstrapInterval(byTask.PPO)[0]);
  assertPlainFigure(plots.scoreIntervals({ one: [7] }));
  assertPlainFigure(plots.performanceProfile({ one: [7] }));
});

/** An episode of these rods over a floor, made up. */
function walk(positions: readonly number[], floor: number | null = 0): EpisodeRollout {
  const steps = positions.length - 1;
  return {
    ...{ environment: "Walk", steps, end: "truncated", return: steps / 2 },
    observations: new Float64Array(steps + 1),
    actions: new Float64Array(steps),
    rewards: new Float64Array(steps).fill(0.5),
    drawing: {
      segments: Float64Array.from(positions.flatMap((x) => [x, 0.3, x + 1, 0.8, x, 0.3, x, 0.3])),
      radii: Float64Array.of(0.1, 0.25),
      scenery: new Float64Array(),
      floor,
    },
  };
}

const spread = (count: number, length: number): number[] =>
  Array.from({ length: count }, (_, t) => (t * length) / (count - 1));

/** The distance of a point to the rod from (x1, y1) to (x2, y2). */
function distance([x, y]: readonly number[], [x1, y1, x2, y2]: ArrayLike<number> & Iterable<number>): number {
  const long = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const along = long === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / long));
  return Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1));
}

test("a rod is drawn as all points at its radius, around it once, and one without length as a circle", () => {
  const episode = walk(spread(11, 1));
  const { frames } = plots.rolloutData(episode);
  assert.equal(frames.length, 11);
  for (const { step, parts } of frames) {
    const polygons = parts.x
      .join()
      .split(",,")
      .filter((text) => text !== "");
    assert.equal(polygons.length, 2);
    let at = 0;
    for (const [k, radius] of [0.1, 0.25].entries()) {
      const rod = episode.drawing!.segments.subarray(8 * step + 4 * k, 8 * step + 4 * k + 4);
      const end = parts.x.indexOf(null, at);
      const points = Array.from({ length: end - at }, (_, i) => [Number(parts.x[at + i]), Number(parts.y[at + i])]);
      assert.deepEqual(points[0], points.at(-1));
      for (const point of points) assert.ok(Math.abs(distance(point, rod) - radius) < 2e-4);
      // Twice the area by the shoelace formula: positive, since all are drawn against the clock.
      const area = points.slice(1).reduce((sum, [x, y], i) => sum + points[i][0] * y - x * points[i][1], 0) / 2;
      const long = Math.hypot(rod[2] - rod[0], rod[3] - rod[1]);
      near(area, 2 * radius * long + Math.PI * radius ** 2, 0.01);
      at = end + 1;
    }
  }
});

test("the picture goes along with what walks away over a floor, and the floor's metres go by", () => {
  const still = plots.rolloutData(walk(spread(101, 2)));
  const away = plots.rolloutData(walk(spread(101, 20)));
  assert.deepEqual(
    [still.follows, away.follows, plots.rolloutData(walk(spread(101, 20), null)).follows],
    [false, true, false],
  );
  assert.match(away.note, /20 m walked/);
  const [from, to] = away.ranges.x;
  for (const { parts, ground } of away.frames) {
    for (const x of [...parts.x, ...ground.x]) assert.ok(x === null || (x >= from - 1e-9 && x <= to + 1e-9));
  }
  const marks = away.frames.map(({ ground }) => ground.x.filter((x, i) => i > 2 && x !== null));
  assert.notDeepEqual(marks[0], marks[3]);
});

test("a real episode stays small, tells what was paid, and its still picture shows the end", async () => {
  const episode = await rollout(() => [0, 0, 0, 0, 0, 0], environments.halfCheetah());
  const figure = plots.rollout(episode);
  assertPlainFigure(figure);
  const data = plots.rolloutData(episode);
  assert.equal(data.frames.at(-1)!.step, 1000);
  assert.deepEqual(figure.data.at(-1)!.x, data.frames.at(-1)!.parts.x);
  const { step, label } = data.frames[5];
  const paid = episode.rewards.subarray(0, step).reduce((sum, reward) => sum + reward, 0);
  assert.match(label, new RegExp(`^step ${step}, return ${paid.toFixed(1).replace("-", "−").replace(/\.0$/, "")}`));
});

test("Plotly plays it: at a frame it draws the very paths that it draws of the frame's numbers at once", async () => {
  for (const follow of [false, true]) {
    const figure = plots.rollout(walk(spread(60, 3)), { follow });
    const frame = figure.frames![20];
    const data = figure.data.map((trace, k) => {
      const place = frame.traces.indexOf(k);
      return place === -1 ? trace : { ...trace, ...frame.data[place] };
    });
    const [played, expected] = await evaluateWithPlotly<[string[], string[]]>(
      "full",
      `(async () => {
        const element = document.body.appendChild(document.createElement("div"));
        const paths = () => Array.from(element.querySelectorAll(".scatterlayer path"), (path) => path.getAttribute("d")).filter(Boolean);
        try {
          await Plotly.newPlot(element, ${toJson(figure)});
          await Plotly.animate(element, ["20"], { mode: "immediate", frame: { duration: 0, redraw: false }, transition: { duration: 0 } });
          const played = paths();
          await Plotly.newPlot(element, ${toJson({ data, layout: figure.layout })});
          return [played, paths()];
        } finally {
          Plotly.purge(element);
          element.remove();
        }
      })()`,
    );
    assert.ok(expected.length >= 3);
    assert.deepEqual(played, expected);
  }
});

test("maps ask the policy at each place, the other coordinates held", () => {
  const policy = newPolicy(environments.cartPole());
  const options = { coordinates: [3, 1], x: [-1, 2], y: [0, 4], at: [0.5, 0, -0.1, 0] } as const;
  const probability = plots.policyMapData(policy, options);
  const value = plots.valueMapData(policy, options);
  assert.equal(probability.shows, "probability<br>of choice 1");
  for (const [row, column] of [
    [0, 0],
    [80, 80],
    [13, 57],
  ]) {
    const asked = policyOutputs(policy, [0.5, Number(value.y[row]), -0.1, Number(value.x[column])]);
    near(probability.z[row][column], asked.probabilities![1]);
    near(value.z[row][column], asked.values[0]);
  }
  assert.deepEqual([value.x[0], value.x.at(-1), value.y[0], value.y.at(-1)], [-1, 2, 0, 4]);
  const left = plots.policyMapData(policy, { ...options, action: 0 });
  near(left.z[5][9], 1 - Number(probability.z[5][9]));
});

test("maps show the likeliest of several choices, and actions that are numbers", () => {
  const car = plots.policyMapData(newPolicy(environments.mountainCar()));
  assert.equal(car.choices, 3);
  assert.ok(car.z.flat().every((choice) => [0, 1, 2].includes(Number(choice))));
  const pendulum = newPolicy(environments.pendulum());
  const torque = plots.policyMapData(pendulum, { coordinates: [2, 0] });
  assert.deepEqual([torque.x[0], torque.x.at(-1), torque.shows], [-8, 8, "action[0]"]);
  near(torque.z[3][7], policyOutputs(pendulum, [Number(torque.y[3]), 0, Number(torque.x[7])]).actions[0]);
});

test("an episode gives a map its range, its middle and its path", async () => {
  const policy = newPolicy(environments.cartPole());
  const episode = await rollout(policy, environments.cartPole(), { seed: 1 });
  const { x, y, z, path } = plots.valueMapData(policy, { coordinates: [0, 2], episode });
  const column = (i: number): number[] =>
    Array.from({ length: episode.steps + 1 }, (_, t) => episode.observations[4 * t + i]);
  assert.equal(path!.x.length, episode.steps + 1);
  column(0).forEach((value, t) => near(path!.x[t], value));
  assert.ok(Number(x[0]) < Math.min(...column(0)) && Number(x.at(-1)) > Math.max(...column(0)));
  const mean = (i: number): number => column(i).reduce((sum, value) => sum + value, 0) / (episode.steps + 1);
  near(z[4][2], policyOutputs(policy, [Number(x[2]), mean(1), Number(y[4]), mean(3)]).values[0]);
});

test("grid worlds: values are the exact ones of the policy, arrows its probabilities", () => {
  const policy = newPolicy(maze);
  const process = gridWorldProcess(maze, { discount: 0.9 });
  const { probabilities } = policyOutputs(policy, process.observations);
  const data = plots.gridWorldMapData(maze, policy, { discount: 0.9 });
  const values = process.exactValues(probabilities!);
  assert.equal(data.places.length, process.states);
  data.places.forEach(({ row, column, probabilities: four }, s) => {
    assert.equal(process.agentOf[s], 4 * row + column);
    near(data.value[row][column], values[s]);
    assert.deepEqual(four, Array.from(probabilities!.subarray(4 * s, 4 * s + 4)));
  });
  near(data.expected, process.exactReturn(probabilities!));
  assert.deepEqual([data.goal, data.walls, data.holes], [[0, 0], [[0, 3]], [[1, 2]]]);
  assert.deepEqual([data.value[0][0], data.value[0][3], data.value[1][2]], [null, null, null]);
});

test("grid worlds: tables of probabilities, worlds seen as numbers, and goals elsewhere are drawn", () => {
  const world = environments.gridWorld({ layout: ["S.G"] });
  const best = gridWorldProcess(world).optimalValues();
  assert.deepEqual(plots.gridWorldMapData(world, best.policy, { discount: 0.99 }).value, [[0.99, 1, null]]);
  const learnt = newPolicy(environments.flattenObservation(world));
  assertPlainFigure(plots.gridWorldMap(world, learnt));
  const many = environments.gridWorld({ layout: ["G..", "..."], goalElsewhere: 0.5, observation: "oneHot" });
  const { value, goal } = plots.gridWorldMapData(many, newPolicy(many), { goal: [1, 1] });
  assert.deepEqual([goal, value[1][1], value[0][0] === null], [[1, 1], null, false]);
});

test("a wrong argument is refused by name", async () => {
  const refused = (figure: () => unknown, message: RegExp): void => {
    assert.throws(figure, (error: Error) => error instanceof RangeError && message.test(error.message));
  };
  const [log] = logs(1);
  refused(() => plots.learningCurves({}), /^plots\.learningCurves: runs must be lists of trainings by name/);
  refused(() => plots.learningCurves({ PPO: [] }), /PPO must be a list of at least one training/);
  refused(
    () => plots.learningCurves({ PPO: [3 as never] }),
    /PPO\[0\] must be a log, or a training that has one, got 3/,
  );
  refused(
    () => plots.learningCurves({ PPO: [log] }, { key: "eval/mean_reward" }),
    /PPO\[0\] must be .*eval\/mean_reward/,
  );
  refused(() => plots.learningCurves({ PPO: [[...log].reverse()] }), /a log whose steps ascend/);
  refused(() => plots.learningCurves({ PPO: [log.slice(0, 4), log.slice(9)] }), /trainings with a step in common/);
  refused(() => plots.learningCurves({ PPO: [log] }, { places: 1 }), /places must be an integer of at least 2/);
  refused(() => plots.performanceProfile({ PPO: [1, Number.NaN] }), /PPO\[1\] must be a finite number/);
  refused(() => plots.scoreIntervals([1, 2] as never), /scores must be lists of scores by name/);
  refused(() => plots.scoreIntervals({ PPO: [[1], []] }), /PPO\[1\] must be a list of at least one score/);
  refused(() => plots.scoreIntervals({ PPO: [1] }, { probability: 2 }), /probability must be/);
  refused(() => plots.rollout({} as never), /^plots\.rollout: episode must be what rollout returns/);
  refused(() => plots.rollout(walk([0, 1]), { maxFrames: 1 }), /maxFrames must be an integer of at least 2/);
  refused(() => plots.rollout(walk([0, Number.NaN])), /segments\[\d+\] must be a finite number/);
  const catching = await rollout(() => [0], environments.catchBall(), { steps: 3 });
  refused(() => plots.rollout(catching), /Catch has no outline, there is nothing to draw/);
  const policy = newPolicy(environments.cartPole());
  refused(() => plots.policyMap({} as never), /^plots\.policyMap: policy must be one that trainPolicy has learnt/);
  refused(() => plots.policyMap(policy), /y must be a range \[from, to\], since observation\[1\] has no bounds/);
  refused(() => plots.valueMap(policy, { coordinates: [0, 4] }), /coordinates must be below 4/);
  refused(() => plots.valueMap(policy, { coordinates: [1, 1] }), /coordinates must be two different coordinates/);
  refused(() => plots.policyMap(policy, { x: [1, 0], y: [0, 1] }), /x must be a range/);
  refused(() => plots.policyMap(policy, { y: [0, 1], action: 2 }), /action must be below 2/);
  refused(() => plots.policyMap(policy, { y: [0, 1], at: [0] }), /at must be 4 finite numbers/);
  refused(() => plots.valueMap(policy, { episode: catching }), /episode must be one of this policy/);
  refused(() => plots.gridWorldMap(environments.cartPole(), []), /^plots\.gridWorldMap: world must be/);
  refused(() => plots.gridWorldMap(maze, [1, 2]), /policy must be 9 x 4 probabilities/);
  refused(() => plots.gridWorldMap(maze, policy), /policy must be one that observes the world's 12 numbers, got 4/);
  refused(
    () => plots.gridWorldMap(maze, newPolicy(maze), { goal: [1, 1] }),
    /goal must be a place where the goal may be/,
  );
});
