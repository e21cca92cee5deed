// Regret as a loss: its value against Bellman's equations solved elsewhere, its derivatives against the policy gradient theorem and differences,
// and its minimum where entropy makes one.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  actorCritic,
  adam,
  decisionProcess,
  environments,
  type GridWorldProcess,
  gridWorldProcess,
  llc,
  mlp,
  type Network,
  regretLoss,
  stream,
  tabularPolicy,
  train,
} from "../../../src/index.js";
import { softOptimalValues } from "../../../src/policy-gradients/losses/regret.js";
import { evaluate, hessianVectorProduct, inline, trace } from "../../../src/tensor/index.js";
import { assertClose, differences } from "../../energies/differences.js";

/** A goal that is mostly in the corner, seen as ones among zeros. */
const corner = gridWorldProcess(
  environments.gridWorld({ layout: ["G..", "...", "..."], goalElsewhere: 0.4, observation: "oneHot" }),
  { discount: 0.9 },
);
const perceptron = mlp({ inputs: 18, hidden: [5], outputs: 4 });

/** Walls, a hole, slips, marked starts and a price of every step, seen as the state's number. */
const maze = gridWorldProcess(
  environments.gridWorld({ layout: ["G.#.", "..H.", ".S..", "#..S"], slip: 0.2, stepReward: -0.05, holeReward: -2 }),
  { discount: 0.95 },
);
const table = tabularPolicy(maze.states, 4);

const random = stream(7, "regret");
const parameters = (dim: number, scale = 1): Float64Array =>
  Float64Array.from({ length: dim }, () => scale * random.normal());

/** `[states, 4]` probabilities of a network's policy. */
function policyOf(network: Network, { states, observations }: GridWorldProcess, w: Float64Array): Float64Array {
  const graph = trace(([p, seen]) => [network.apply(p, seen)], [[network.dim], [states, network.inputs]]);
  const logits = evaluate(graph, [w, observations])[0] as Float64Array;
  const policy = logits.map(Math.exp);
  for (let s = 0; s < states; s++) {
    const row = policy.subarray(4 * s, 4 * s + 4);
    const total = row.reduce((sum, x) => sum + x, 0);
    row.forEach((x, a) => (row[a] = x / total));
  }
  return policy;
}

function gradientOf(
  loss: { valueAndGradient(w: Float64Array, out: Float64Array): number },
  w: Float64Array,
): Float64Array {
  const gradient = new Float64Array(w.length);
  loss.valueAndGradient(w, gradient);
  return gradient;
}

describe("regret", () => {
  for (const [name, process, network] of [
    ["a perceptron in the corner task", corner, perceptron],
    ["a table in a maze", maze, table],
  ] as const) {
    const regret = regretLoss(process, network);
    const best = process.exactReturn(process.optimalValues().policy);

    test(`${name}: is what the exact return lacks to the best`, () => {
      for (const scale of [0.1, 1, 5]) {
        const w = parameters(network.dim, scale);
        assertClose([regret.value(w)], [best - process.exactReturn(policyOf(network, process, w))], 1e-12);
      }
      assertClose([regret.optimalReturn], [best], 1e-13);
    });

    test(`${name}: its gradient is that of its differences`, () => {
      const w = parameters(network.dim);
      const expected = differences((x) => regret.value(x), w);
      assertClose(gradientOf(regret, w), expected, 1e-9);
    });
  }

  test("its gradient is the policy gradient theorem's: visits times advantages", () => {
    const w = parameters(table.dim);
    const policy = policyOf(table, maze, w);
    const values = maze.exactValues(policy);
    const worth = maze.actionValues(values);
    const visits = maze.exactVisits(policy);
    const expected = policy.map((p, k) => -visits[k >> 2] * p * (worth[k] - values[k >> 2]));
    assertClose(gradientOf(regretLoss(maze, table), w), expected, 1e-12);
  });

  test("it has second derivatives: the Hessian along a direction is the difference of gradients", () => {
    const regret = regretLoss(maze, table);
    const [{ graph }] = regret.source.blocks;
    const [w, v] = [parameters(table.dim), parameters(table.dim)];
    const program = trace(([q, d]) => [hessianVectorProduct(inline(graph, [q])[0], q, d)], [[table.dim], [table.dim]]);
    const [product] = evaluate(program, [w, v]);
    const h = 1e-5;
    const [ahead, behind] = [h, -h].map((t) =>
      gradientOf(
        regret,
        w.map((x, i) => x + t * v[i]),
      ),
    );
    assertClose(
      product,
      ahead.map((x, i) => (x - behind[i]) / (2 * h)),
      1e-8,
    );
  });

  test("larger and larger logits of the best actions take it to 0, and nothing takes it below", () => {
    const regret = regretLoss(maze, table);
    const best = maze.optimalValues().policy;
    const [some, less, none] = [1, 4, 64].map((scale) => regret.value(best.map((p) => scale * p)));
    assert.ok(some > less && less > 1e-3, `${some}, ${less}`);
    assertClose([none], [0], 1e-13);
    for (let k = 0; k < 20; k++) assert.ok(regret.value(parameters(table.dim, 3)) > 0);
  });

  test("seen from some states, it does not know what is done where they never lead", () => {
    const goals = [...new Set(corner.goalOf)];
    const start = corner.goalOf.map((goal) => (goal === goals[2] ? 1 : 0));
    const policy = tabularPolicy(corner.states, 4);
    const observations = Float64Array.from({ length: corner.states }, (_, s) => s);
    const regret = regretLoss(corner, policy, { start, observations });
    const w = parameters(policy.dim);
    gradientOf(regret, w).forEach((slope, k) => {
      assert.equal(slope !== 0, corner.goalOf[k >> 2] === goals[2], `state ${k >> 2}`);
    });
    // Episodes of one goal alone, as a process of their own.
    const alone = decisionProcess({ ...corner, start: Float64Array.from(start, (x) => x / 8) }, 0.9);
    const shown = policyOf(policy, { ...corner, observations }, w);
    const best = alone.exactReturn(alone.optimalValues().policy);
    assertClose([regret.value(w)], [best - alone.exactReturn(shown)], 1e-12);
  });

  test("it takes the actor of an agent, whatever the critic", () => {
    const box = { kind: "box", shape: [18], low: 0, high: 1 } as const;
    const agent = actorCritic(box, { kind: "discrete", count: 4 }, { actor: { hidden: [5] }, critic: { hidden: [3] } });
    const regret = regretLoss(corner, agent);
    const w = parameters(agent.dim);
    assertClose([regret.value(w)], [regretLoss(corner, perceptron).value(w.slice(0, agent.actorDim))], 1e-14);
    assert.ok(
      gradientOf(regret, w)
        .subarray(agent.actorDim)
        .every((slope) => slope === 0),
    );
    assert.equal(regret.names[agent.actorDim], "critic layer 1 weight[0,0]");
  });
});

describe("regret with entropy", () => {
  const entropy = 0.1;
  const values = softOptimalValues(maze, entropy);

  test("the soft values are a fixed point: V = entropy log sum exp(Q / entropy)", () => {
    const worth = maze.actionValues(values);
    const expected = values.map((_, s) => {
      const row = [...worth.subarray(4 * s, 4 * s + 4)];
      return entropy * Math.log(row.reduce((sum, q) => sum + Math.exp(q / entropy), 0));
    });
    assertClose(values, expected, 1e-12);
  });

  test("its minimum is the softmax of the soft action values, at finite logits: no regret there, no slope, and more around", () => {
    const regret = regretLoss(maze, table, { entropy });
    const best = maze.actionValues(values).map((q) => q / entropy);
    assertClose([regret.value(best)], [0], 1e-12);
    assertClose(gradientOf(regret, best), new Float64Array(table.dim), 1e-12);
    for (let k = 0; k < 10; k++) {
      const step = parameters(table.dim, 0.1);
      assert.ok(regret.value(best.map((x, i) => x + step[i])) > 0);
    }
  });

  test("a bonus adds at most log 4 nats a step to the best values, and takes nothing", () => {
    const greedy = maze.optimalValues().values;
    for (const bonus of [1, 0.1, 0.01]) {
      const most = (bonus * Math.log(4)) / (1 - maze.discount);
      softOptimalValues(maze, bonus).forEach((value, s) => {
        assert.ok(value >= greedy[s] - 1e-12 && value <= greedy[s] + most, `state ${s} at ${bonus}`);
      });
    }
  });

  test("the LLC of a table at its best is half of what the logits decide: three of four", async () => {
    const small = gridWorldProcess(environments.gridWorld({ layout: ["G.", ".."] }), { discount: 0.8 });
    const policy = tabularPolicy(small.states, 4);
    const regret = regretLoss(small, policy, { entropy: 0.2 });
    const center = small.actionValues(softOptimalValues(small, 0.2)).map((q) => q / 0.2);
    // The fourth direction of each state moves all its logits, which the policy does not see.
    const estimate = await llc(regret, { center, beta: 10, chains: 2, warmup: 300, draws: 1500, seed: 3, workers: 0 });
    const z = (estimate.mean - (3 * small.states) / 2) / estimate.standardError;
    assert.ok(Math.abs(z) < 4.5, `${estimate.mean} +- ${estimate.standardError}`);
    assert.ok(estimate.verdict.ok, JSON.stringify(estimate.verdict));
  });

  test("training on the exact gradient reaches the best policy", async () => {
    const trained = await train(regretLoss(maze, table, { entropy: 0.05 }), {
      optimizer: adam({ learningRate: 0.05 }),
      steps: 400,
      seed: 1,
    });
    assert.ok(trained.loss < 0.05 * trained.trace.loss[0], `${trained.loss}`);
  });
});

/** States that lead into each other both ways. */
function corridor(states: number) {
  const next = Int32Array.from({ length: 2 * states }, (_, k) => ((k >> 1) + (k % 2 === 0 ? 1 : states - 1)) % states);
  const probability = new Float64Array(2 * states).fill(0.5);
  const start = Float64Array.from({ length: states }, (_, s) => (s === 0 ? 1 : 0));
  return decisionProcess(
    { states, actions: 1, outcomes: 2, next, probability, reward: new Float64Array(2 * states), start },
    0.9,
  );
}

describe("regretLoss refuses", () => {
  const box = { kind: "box", shape: [1], low: -1, high: 1 } as const;
  const normalAgent = actorCritic(box, { ...box, shape: [2] });
  for (const [what, make, message] of [
    ["another number of actions", () => regretLoss(maze, tabularPolicy(maze.states, 3)), /4 actions/],
    ["another number of inputs", () => regretLoss(maze, mlp({ inputs: 2, hidden: [], outputs: 4 })), /1 inputs/],
    ["starts nowhere", () => regretLoss(maze, table, { start: new Float64Array(maze.states) }), /one is positive/],
    [
      "negative weights",
      () => regretLoss(maze, table, { start: new Float64Array(maze.states).fill(-1) }),
      /start\[0\]/,
    ],
    ["what chooses no action", () => regretLoss(maze, normalAgent), /choice among the 4 actions/],
    ["a process of one large part", () => regretLoss(corridor(500), tabularPolicy(500, 1)), /1 of 500/],
    ["negative entropy", () => regretLoss(maze, table, { entropy: -1 }), /entropy/],
    ["what is no process", () => regretLoss({} as never, table), /process/],
    ["what is no network", () => regretLoss(maze, {} as never), /network/],
  ] as const) {
    test(what, () => assert.throws(make, message));
  }
});
