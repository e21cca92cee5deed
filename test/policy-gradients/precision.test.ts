// Single precision within the networks: the same function to about seven digits, and learning that is as good.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActorCritic, actorCritic } from "../../src/policy-gradients/actor-critic.js";
import { environments, makeEnvironment } from "../../src/policy-gradients/environments/index.js";
import { a2c, ppo, trainPolicy } from "../../src/policy-gradients/index.js";
import { stream } from "../../src/random/index.js";
import { evaluate, gradient, trace } from "../../src/tensor/index.js";
import "../../src/index.js";

const { observationSpace, actionSpace } = makeEnvironment(environments.pendulum());
const agentIn = (precision: "f32" | "f64"): ActorCritic => actorCritic(observationSpace, actionSpace, { precision });

test("laws, values and their gradients are those of double precision to single's rounding, which they do have", () => {
  const rows = 40;
  const random = stream(1, "precision");
  const [observations, outcomes] = [new Float64Array(3 * rows), new Float64Array(rows)];
  for (const numbers of [observations, outcomes]) random.fillNormal(numbers);
  const parameters = agentIn("f64").initialize(random);
  const [single, double] = (["f32", "f64"] as const).map((precision) => {
    const agent = agentIn(precision);
    const graph = trace(
      ([w, seen, done]) => {
        const law = agent.law(w, seen);
        const value = agent.value(w, seen);
        const loss = agent.distribution.logProbability(law, done).sub(value.square()).mean();
        return [law, value, ...gradient(loss, [w])];
      },
      [[agent.dim], [rows, 3], [rows, 1]],
    );
    return evaluate(graph, [parameters, observations, outcomes]);
  });
  for (let i = 0; i < double.length; i++) {
    assert.ok(single[i] instanceof Float64Array, "what leaves the networks is double");
    const size = Math.hypot(...double[i]);
    const error = Math.hypot(...single[i].map((value, k) => value - double[i][k]));
    assert.ok(error > 0 && error < 2e-6 * size, `error ${error} of ${size}`);
  }
});

test("learning uses single precision unless told, and both learn CartPole equally well", async () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
  const returns = { f32: [] as number[], f64: [] as number[] };
  for (const precision of ["f32", "f64"] as const) {
    for (const seed of seeds) {
      const algorithm = ppo({ precision, actor: { hidden: [32, 32] }, critic: { hidden: [32, 32] } });
      const { evaluation } = await trainPolicy(algorithm, environments.cartPole(), { totalSteps: 15_000, seed });
      returns[precision].push(evaluation.meanReturn);
    }
  }
  const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;
  const differences = seeds.map((_, i) => returns.f32[i] - returns.f64[i]);
  const centre = mean(differences);
  const error = Math.sqrt(mean(differences.map((x) => (x - centre) ** 2)) / (seeds.length - 1));
  assert.ok(mean(returns.f32) > 150 && mean(returns.f64) > 150, `${returns.f32} and ${returns.f64}`);
  // With 7 degrees of freedom Student's t is beyond 7 less often than once in 4000; runs that act alike to the end differ by nothing.
  assert.ok(Math.abs(centre) <= 7 * error, `differences ${differences}`);
});

test("parameters are the same for the option and its default, and a precision that is none is refused", async () => {
  const train = (options: object) => trainPolicy(a2c(options), environments.cartPole(), { totalSteps: 1024, seed: 5 });
  const [left, single, double] = [
    await train({}),
    await train({ precision: "f32" }),
    await train({ precision: "f64" }),
  ];
  assert.deepEqual(left.policy, single.policy);
  assert.notDeepEqual(left.policy.parameters, double.policy.parameters);
  assert.equal("precision" in left.policy.networks, false, "what was learnt is used in double precision");
  await assert.rejects(train({ precision: "f16" }), /actorCritic: precision must be one of "f32", "f64", got "f16"/);
});
