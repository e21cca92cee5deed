// The nested dictionary of ArviZ's `from_dict`, there and back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { arvizText, fromArviz, toArviz } from "../../src/formats/arviz.js";
import { drawsOf } from "../chains/draws-of.js";
import { drawsToSave } from "./draws-to-save.js";

const draws = drawsToSave();
const ARRAYS = ["mu", "w[0,0]", "w[0,1]", "w[0,2]", "w[1,0]", "w[1,1]", "w[1,2]", "theta[0]", "theta[1]", "a_b__100__"];

test("groups hold lists within lists: chain, draw, indices", () => {
  const one = drawsOf(
    {
      chains: 1,
      draws: 2,
      dim: 3,
      names: ["mu", "t[0]", "t[1]"],
      lengths: [2],
      position: Float64Array.of(1, 2, 3, 4, 5, 6),
    },
    {
      stats: { energy: Float64Array.of(7, 8), diverging: Float64Array.of(0, 1), stepSize: Float64Array.of(0.5, 0.25) },
    },
  );
  assert.deepEqual(
    toArviz(one, {
      observedData: { y: [9, 10] },
      logLikelihood: {
        y: [
          [
            [-1, -2],
            [-3, -4],
          ],
        ],
      },
    }),
    {
      posterior: {
        mu: [[1, 4]],
        t: [
          [
            [2, 3],
            [5, 6],
          ],
        ],
      },
      sample_stats: { lp: [[-7, -8]], diverging: [[false, true]], step_size: [[0.5, 0.25]] },
      log_likelihood: {
        y: [
          [
            [-1, -2],
            [-3, -4],
          ],
        ],
      },
      observed_data: { y: [9, 10] },
    },
  );
});

test("numbers, warmup and lengths come back; names as arrays tell them", () => {
  for (const data of [toArviz(draws), [...arvizText("test", draws, {})].join("")]) {
    const back = fromArviz(data);
    assert.deepEqual(back.names, ARRAYS);
    assert.deepStrictEqual(back.position, draws.position);
    assert.deepStrictEqual(back.stats, draws.stats);
    assert.deepStrictEqual(back.warmup, draws.warmup);
    assert.deepEqual([back.chains, back.draws, back.dim, back.lengths], [3, 7, 10, [7, 4, 7]]);
    assert.deepEqual(back.final.transitions, [NaN, NaN, NaN]);
    assert.deepEqual(
      [...back.final.position.slice(10, 20)],
      [...draws.position.slice(100, 110)],
      "the last that each chain kept",
    );
  }
});

test("the text is JSON as far as there are numbers for it, and as Python's beyond", () => {
  const { warmup, ...rest } = draws;
  const [, ...finite] = [0, ...draws.position].map((value) => (Number.isNaN(value) ? 0 : value));
  const whole = { ...rest, position: Float64Array.from(finite), stats: {}, lengths: [7, 7, 7] };
  const text = [...arvizText("test", whole, { observedData: { 'say "NaN"': [1] } })].join("");
  assert.deepEqual(JSON.parse(text), toArviz(whole, { observedData: { 'say "NaN"': [1] } }));
  const broken = [...arvizText("test", draws, {})].join("");
  assert.throws(() => JSON.parse(broken));
  assert.match(broken, /,NaN\b/);
  const infinite = drawsOf({
    chains: 1,
    draws: 3,
    dim: 1,
    names: ["x"],
    lengths: [3],
    position: Float64Array.of(Infinity, -Infinity, -0),
  });
  const again = [...arvizText("test", infinite, {})].join("");
  assert.match(again, /\[\[Infinity,-Infinity,-0\]\]/);
  assert.deepStrictEqual(fromArviz(again).position, infinite.position);
});

test("null is NaN, as JavaScript writes it", () => {
  assert.deepEqual(fromArviz('{"posterior": {"x": [[1, 2], [3, null]]}}').lengths, [2, 1]);
});

test("what is no such dictionary is refused by its place", () => {
  const refused = (data: string | object, message: RegExp) => assert.throws(() => fromArviz(data), message);
  refused('{"posterior": {"x": [[1, 2], [3', /^Error: fromArviz: it is no JSON, or cut off \(/);
  refused("[1]", /^Error: fromArviz: it holds no groups/);
  refused("{}", /^Error: fromArviz: there is no posterior: it holds no draws$/);
  refused({ posterior: {} }, /posterior is empty/);
  refused({ posterior: [1] }, /posterior must hold arrays by name/);
  refused({ posterior: { x: [[1, 2], [3]] } }, /posterior\.x\[1\] has 1 entries, and those before it 2/);
  refused({ posterior: { x: [[1, 2], 3] } }, /posterior\.x\[1\] must be a list of 2, got 3/);
  refused({ posterior: { x: [[1, [2]]] } }, /posterior\.x\[0\]\[1\] must be a number, got a list of length 1/);
  refused({ posterior: { x: [[1, "2"]] } }, /posterior\.x\[0\]\[1\] must be a number, got "2"/);
  refused({ posterior: { x: [1, 2] } }, /posterior\.x is of shape \[2\], and must begin with/);
  refused(
    { posterior: { x: [[1, 2]], y: [[1]] } },
    /posterior\.y is of shape \[1, 1\], and must begin with 1 chains of 2 draws/,
  );
  refused({ posterior: { x: [[1]] }, sample_stats: { lp: [[1, 2]] } }, /sample_stats\.lp is of shape \[1, 2\]/);
  refused(
    { posterior: { x: [[1]] }, warmup_posterior: { y: [[1]] } },
    /warmup_posterior has other chains or variables/,
  );
});
