// Stan's CSV: our own files there and back, and files as CmdStan writes them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromStanCsv } from "../../src/formats/from-stan-csv.js";
import { toStanCsv } from "../../src/formats/to-stan-csv.js";
import { drawsOf } from "../chains/draws-of.js";
import { drawsToSave } from "./draws-to-save.js";

const draws = drawsToSave();
const texts = toStanCsv(draws);

test("a file has CmdStan's comments, its columns in its order, and a row per draw", () => {
  const one = drawsOf(
    {
      chains: 1,
      draws: 2,
      dim: 3,
      names: ["mu", "t[0]", "t[1]"],
      lengths: [2],
      position: Float64Array.of(0.1, 2, 3, 4, 5, 6),
    },
    {
      stats: {
        stepSize: Float64Array.of(0.5, 0.25),
        energy: Float64Array.of(7, NaN),
        diverging: Float64Array.of(0, 1),
        gradientNorm: Float64Array.of(1e300, -Infinity),
      },
      adapted: { stepSize: Float64Array.of(0.25), inverseMass: Float64Array.of(1, 2, 3e-9) },
      sampler: { kind: "nuts", options: {} },
      seed: 12,
      seconds: 0.75,
    },
  );
  assert.equal(
    toStanCsv(one)[0],
    `# inference_library = ergodic
# method = sample
#   sample
#     num_samples = 2
#     num_warmup = 0
#     save_warmup = 0
#     thin = 1
#     algorithm = nuts
#     num_chains = 1
# id = 1
# random
#   seed = 12
lp__,stepsize__,divergent__,gradientNorm__,mu,t.1,t.2
# Adaptation terminated
# Step size = 0.25
# Diagonal elements of inverse mass matrix:
# 1, 2, 3e-9
-7,0.5,0,1e+300,0.1,2,3
nan,0.25,1,-inf,4,5,6
#
#  Elapsed Time: 0.75 seconds (Total)
#
`,
  );
});

test("numbers, names, lengths, warmup, step sizes and masses come back exactly", () => {
  const back = fromStanCsv(texts);
  const { names, chains, dim, lengths, position, stats, warmup, adapted, seed, seconds } = draws;
  const same = { names, chains, draws: draws.draws, dim, lengths, position, stats, warmup, adapted, seed, seconds };
  for (const [key, value] of Object.entries(same)) assert.deepEqual(back[key as keyof typeof back], value, key);
  assert.deepEqual([back.final.warmup, back.final.thin, back.sampler.kind], [5, 1, "hmc"]);
  const dense = { ...draws, adapted: { inverseMass: Float64Array.from({ length: 300 }, (_, k) => k / 7) } };
  assert.deepEqual(fromStanCsv(toStanCsv(dense)).adapted, dense.adapted);
});

test("names that their columns do not tell come back, too", () => {
  const names = ["a.3", "a.1", "x[1]", "x[2]", "y,z", "y z", "#", "q__", "w[0]", "w[2]"];
  const odd = drawsOf({
    chains: 1,
    draws: 1,
    dim: 10,
    names,
    lengths: [1],
    position: Float64Array.from(names, (_, i) => i),
  });
  const back = fromStanCsv(toStanCsv(odd));
  assert.deepEqual(back.names, names);
  assert.deepEqual(back.position, odd.position);
});

const CMDSTAN = `# stan_version_major = 2
# stan_version_minor = 33
# model = schools_model
# method = sample (Default)
#   sample
#     num_samples = 4
#     num_warmup = 2
#     save_warmup = 1
#     thin = 2
#     algorithm = hmc (Default)
#       hmc
#         engine = nuts (Default)
#     num_chains = 4
# id = 1 (Default)
# random
#   seed = 3252652196 (Default)
lp__,accept_stat__,stepsize__,treedepth__,n_leapfrog__,divergent__,energy__,tau,w.1.1,w.2.1,w.1.2,w.2.2
-8,0.5,1,1,1,0,9,1,11,21,12,22
# Adaptation terminated
# Step size = 0.932037
# Diagonal elements of inverse mass matrix:
# 0.591014, 1, 2, 3, 4
-7,0.75,0.932037,2,3,0,8,2,11.5,21.5,12.5,22.5
-6,1,0.932037,2,3,1,+inf,3,NaN,-inf,inf,1e-3
#${" "}
#  Elapsed Time: 0.005 seconds (Warm-up)
#                0.019 seconds (Sampling)
#                0.024 seconds (Total)
#${" "}
`;

test("CmdStan's own file: its arrays are column-major, its warmup comes before the adaptation", () => {
  for (const text of [CMDSTAN, CMDSTAN.replaceAll("\n", "\r\n")]) {
    const back = fromStanCsv([text]);
    assert.deepEqual(back.names, ["tau", "w[0,0]", "w[0,1]", "w[1,0]", "w[1,1]"]);
    assert.deepEqual([back.chains, back.draws, back.lengths], [1, 2, [2]]);
    assert.deepEqual([...back.position], [2, 11.5, 12.5, 21.5, 22.5, 3, NaN, Infinity, -Infinity, 1e-3]);
    assert.deepEqual(back.stats.energy, Float64Array.of(7, 6));
    assert.deepEqual(back.stats.hamiltonian, Float64Array.of(8, Infinity));
    assert.deepEqual(back.stats.diverging, Float64Array.of(0, 1));
    assert.deepEqual(back.warmup?.position, Float64Array.of(1, 11, 12, 21, 22));
    assert.deepEqual(back.adapted, {
      stepSize: Float64Array.of(0.932037),
      inverseMass: Float64Array.of(0.591014, 1, 2, 3, 4),
    });
    assert.deepEqual([back.seed, back.seconds, back.final.thin, back.final.warmup], [3252652196, 0.024, 2, 2]);
  }
});

test("chains of several lengths make one table, with NaN where one ended", () => {
  const back = fromStanCsv(["lp__,x\n-1,1\n-2,2\n", "lp__,x\n-3,3\n"]);
  assert.deepEqual(back.lengths, [2, 1]);
  assert.deepEqual(back.position, Float64Array.of(1, 2, 3, NaN));
  assert.deepEqual(back.stats.energy, Float64Array.of(1, 2, 3, NaN));
});

test("what is no such file is refused by text and line", () => {
  const refused = (all: string[], message: RegExp) => assert.throws(() => fromStanCsv(all), message);
  refused([], /^RangeError: fromStanCsv: texts must be a list of texts, one per chain, got a list of length 0$/);
  refused(["# nothing\n"], /^Error: fromStanCsv: text 0: there is no line of column names$/);
  refused(["1,2\n3,4\n"], /text 0: line 1: columns have no names/);
  refused(["x,,y\n"], /text 0: line 1: a column has no name/);
  refused(["x,y,x\n"], /text 0: line 1: the column "x" is there twice/);
  refused(["x,y\n1,2\n1\n"], /text 0: line 3: there are 1 numbers for 2 columns/);
  refused(["x,y\n1,2\n1,2,3\n"], /text 0: line 3: there are 3 numbers for 2 columns/);
  refused(["x,y\n1,two\n"], /text 0: line 2: column y holds no number, but "two"/);
  refused(["x,y\n1,\n"], /text 0: line 2: column y holds no number, but ""/);
  refused(["x,y\n", "x,z\n"], /text 1: column 2 is "z", and in text 0 "y"/);
  refused(["x,y\n", "x\n"], /text 1: column 2 is undefined, and in text 0 "y"/);
});

test("of our own files all must be there, once, and whole", () => {
  const refused = (all: string[], message: RegExp) => assert.throws(() => fromStanCsv(all), message);
  refused([texts[0], texts[2]], /^Error: fromStanCsv: of 3 chains, 2 is missing$/);
  refused([texts[1]], /of 3 chains, 1, 3 are missing/);
  refused([texts[0], texts[1], texts[0]], /text 2 holds chain 1, as text 0 does/);
  const lines = texts[1].split("\n");
  refused(
    [texts[0], lines.slice(0, -5).join("\n"), texts[2]],
    /text 1: the file is cut off after line \d+: its last comment is missing/,
  );
  const renamed = texts.map((text) => text.replace('"mu"', '"mu","nu"'));
  refused(renamed, /text 0: the names of the coordinates do not fit the columns/);
});
