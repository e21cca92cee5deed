// A diagnosis finds each ailment in draws that have it, and none in draws that are well.

import "./platform.js";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { type DiagnosedKind, type DiagnoseOptions, type Diagnosis, diagnose } from "../../src/chains/diagnose.js";
import { DEFAULT_THRESHOLDS } from "../../src/chains/diagnosis/thresholds.js";
import type { Draws } from "../../src/chains/draws.js";
import { sample, summarize } from "../../src/chains/index.js";
import { energies } from "../../src/energies/index.js";
import { hmc, mala, mams, nuts, randomWalk, type Sampler } from "../../src/samplers/index.js";
import { AILMENTS, changed, healthy } from "./ailing.js";

const kindsOf = ({ problems }: Diagnosis): DiagnosedKind[] => problems.map(({ kind }) => kind);

describe("draws that are well", () => {
  test("are told to be, of independent draws in 20 of 20 runs", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { ok, problems } = diagnose(healthy(seed));
      assert.deepEqual([seed, ok, problems], [seed, true, []]);
    }
  });

  // Each of these has an ESS far above 400 on this law, so that R-hat passes 1.01 less than once in ten thousand runs.
  const SAMPLERS: Record<string, { readonly sampler: Sampler; readonly draws: number }> = {
    nuts: { sampler: nuts(), draws: 1000 },
    hmc: { sampler: hmc(), draws: 1000 },
    mams: { sampler: mams(), draws: 1000 },
    mala: { sampler: mala(), draws: 2000 },
    randomWalk: { sampler: randomWalk(), draws: 8000 },
  };
  const law = energies.gaussian({ mean: [1, -1, 2], covariance: [1, 4, 0.25] });

  for (const [name, { sampler, draws }] of Object.entries(SAMPLERS)) {
    test(`are told to be, of ${name} on a Gaussian in 20 of 20 runs`, async () => {
      for (let seed = 0; seed < 20; seed++) {
        const diagnosis = diagnose(await sample(law, sampler, { seed, draws, workers: 0 }));
        assert.ok(diagnosis.ok, `seed ${seed}: ${diagnosis.text}`);
      }
    });
  }
});

describe("an ailment is found, and named by its kind and its place:", () => {
  const well = healthy(1);

  for (const { kind, severity, name, of, chains, coordinates, message } of AILMENTS) {
    test(`${kind}: ${name}`, () => {
      const ill = diagnose(of(well));
      const [problem, ...others] = ill.problems.filter((one) => one.kind === kind);
      assert.ok(problem !== undefined, ill.text);
      assert.deepEqual(others, []);
      assert.equal(problem.severity, severity);
      assert.match(problem.message, message);
      assert.match(problem.advice, /^[A-Z].*\.$/s);
      if (chains !== undefined) assert.deepEqual(problem.where.chains, chains);
      if (coordinates !== undefined) assert.deepEqual(problem.where.coordinates, coordinates);
      assert.equal(
        ill.ok,
        ill.problems.every((one) => one.severity === "note"),
      );
      assert.ok(!ill.ok || severity === "note");
    });
  }

  test("every kind of problem has its ailment here", () => {
    const kinds: Record<DiagnosedKind, true> = {
      "no-draws": true,
      "not-finite": true,
      "chain-stopped": true,
      "stuck-chain": true,
      "stuck-coordinate": true,
      divergences: true,
      "chains-disagree": true,
      "low-ebfmi": true,
      "low-bulk-ess": true,
      "low-tail-ess": true,
      "too-few-draws": true,
      acceptance: true,
      "step-sizes-differ": true,
      "tree-depth": true,
      "constant-coordinate": true,
      "one-chain": true,
      aborted: true,
    };
    assert.deepEqual(new Set(AILMENTS.map(({ kind }) => kind)), new Set(Object.keys(kinds)));
  });

  test("an ailment of one kind is not taken for another, but for what follows from it", () => {
    const alone: DiagnosedKind[] = [
      "constant-coordinate",
      "divergences",
      "low-ebfmi",
      "acceptance",
      "step-sizes-differ",
      "tree-depth",
      "one-chain",
      "aborted",
    ];
    for (const { kind, of, name } of AILMENTS) {
      if (alone.includes(kind)) assert.deepEqual([name, kindsOf(diagnose(of(well)))], [name, [kind]]);
    }
  });

  test("the gravest comes first, and causes before what follows from them", () => {
    const ill = AILMENTS.filter(({ kind }) => ["aborted", "tree-depth", "divergences", "chain-stopped"].includes(kind));
    const diagnosis = diagnose(ill.reduce((draws, { of }) => of(draws), well));
    const severities = diagnosis.problems.map(({ severity }) => severity);
    assert.deepEqual(
      severities,
      [...severities].sort((a, b) => "severe warning note".indexOf(a) - "severe warning note".indexOf(b)),
    );
    const kinds = kindsOf(diagnosis);
    assert.ok(kinds.indexOf("chain-stopped") < kinds.indexOf("tree-depth"), kinds.join());
    assert.equal(kinds.at(-1), "aborted");
  });
});

describe("real posteriors that are hard", () => {
  test("Neal's funnel: low E-BFMI, and chains that do not agree", async () => {
    const kinds = kindsOf(diagnose(await sample(energies.funnel(), nuts(), { seed: 1, workers: 0 })));
    for (const kind of ["divergences", "low-ebfmi", "low-bulk-ess"] as const) assert.ok(kinds.includes(kind), kind);
  });

  test("eight schools with centred effects: divergences where tau is low", async () => {
    const draws = await sample(energies.eightSchools({ centered: true }), nuts(), { seed: 1, workers: 0 });
    const found = diagnose(draws).problems.find(({ kind }) => kind === "divergences");
    assert.equal(found?.where.coordinates[0], "tau");
    assert.match(found.message, /They gather at low tau/);
  });

  test("eight schools with non-centred effects is well", async () => {
    const sampler = nuts({ targetAcceptance: 0.95 });
    const diagnosis = diagnose(await sample(energies.eightSchools(), sampler, { seed: 1, workers: 0 }));
    assert.ok(diagnosis.ok, diagnosis.text);
  });
});

describe("what is not known is not judged", () => {
  test("draws of a sampler that reports nothing, and with no adapted values", () => {
    const diagnosis = diagnose({ ...healthy(2), stats: {}, adapted: {}, sampler: { kind: "unknown", options: {} } });
    assert.deepEqual(diagnosis.problems, []);
    assert.doesNotMatch(diagnosis.text, /diverge|E-BFMI/);
  });

  test("the potential energy alone gives no E-BFMI: a random walk's is low in good health", () => {
    const draws = healthy(2);
    const { hamiltonian, ...stats } = draws.stats;
    for (let k = 1; k < hamiltonian.length; k++) hamiltonian[k] = 0.99 * hamiltonian[k - 1] + 0.1 * hamiltonian[k];
    assert.deepEqual(diagnose({ ...draws, stats: { ...stats, energy: hamiltonian } }).problems, []);
  });

  test("divergences beyond a chain's end", () => {
    const draws = changed(healthy(3), ({ stats }) => (stats.diverging[DRAWS - 1] = 1));
    assert.deepEqual(kindsOf(diagnose({ ...draws, lengths: [DRAWS - 1, DRAWS, DRAWS, DRAWS] })), []);
  });

  test("a file that says which trees were cut off is believed, whatever their depth", () => {
    const draws = healthy(3);
    const reachedMaxTreedepth = new Float64Array(4 * DRAWS).fill(1, 0, 200);
    const [problem, ...others] = diagnose({ ...draws, stats: { ...draws.stats, reachedMaxTreedepth } }).problems;
    assert.deepEqual([problem.kind, problem.where.chains, others], ["tree-depth", [0], []]);
  });

  test("step sizes that only the transitions tell, as of draws from a file, are compared too", () => {
    const draws = changed(healthy(3), ({ stats }) => stats.stepSize.fill(0.01, 0, DRAWS), { adapted: {} });
    assert.deepEqual(kindsOf(diagnose(draws)), ["step-sizes-differ"]);
  });
});

const DRAWS = 1000;

describe("the text", () => {
  test("of draws that are well gives the numbers that say so", () => {
    assert.equal(
      diagnose(healthy(4)).text,
      `Well: no problem was found.
4 chains of 1000 draws; largest R-hat 1.000 (x); smallest bulk ESS 3955 (x); smallest tail ESS 3846 (x); no
  divergences; smallest E-BFMI 1.9.`,
    );
  });

  test("of draws that are ill says what is wrong and what to try, in lines that fit a cell", () => {
    const ill = changed(healthy(5), ({ position, stats, at }) => {
      for (let n = 0; n < DRAWS; n++) position[at(1, n)] += 3;
      stats.diverging[12] = 1;
      stats.treeDepth[12] = 10;
    });
    const { text } = diagnose(ill);
    assert.equal(
      text,
      `Not well: 3 severe problems, 1 warning and 1 note.
4 chains of 1000 draws; largest R-hat 1.475 (x); smallest bulk ESS 8 (x); smallest tail ESS 28 (x); 1
  divergence; smallest E-BFMI 2.0.

severe: The chains disagree: R-hat is above 1.01 for x (1.475). Chain 1 alone is elsewhere: without it R-hat
    would be 1.002.
  Try: Look at plots.trace before you drop it: it may have found a mode that the others missed, or be caught.
    Run more chains from different starts (init).
severe: Too few effective draws: the bulk ESS is below 400 (100 per chain) for x (8). Means and medians are
    less certain than they look.
  Try: Let the chains agree first: while they do not, more draws of the same kind help little.
severe: Too few effective draws: the tail ESS is below 400 (100 per chain) for x (28). The ends of intervals
    are less certain than they look.
  Try: Let the chains agree first: while they do not, more draws of the same kind help little.
warning: 1 of 4000 transitions diverged (0.025%): chain 0 (1). Where trajectories diverge the law is cut
    short, and means are biased.
  Try: Raise targetAcceptance (to 0.95). Where they stay, change coordinates: for a hierarchical model the
    non-centred ones. plots.pair marks them.
note: Trajectories were cut off at the largest tree depth, 10: 0.10% of chain 0. That costs time and makes
    neighbouring draws alike.
  Try: Let warmup learn the scales (a mass of "diagonal" or "dense"), lengthen it, or raise maxTreeDepth.`,
    );
    for (const line of text.split("\n")) assert.ok(line.length <= 112, line);
  });

  test("is what a notebook prints, and no more than data besides", () => {
    const diagnosis = diagnose(AILMENTS[6].of(healthy(6)));
    assert.equal(inspect(diagnosis), diagnosis.text);
    assert.match(diagnosis.text, /^Well, with 1 note\./);
    assert.deepEqual(Object.keys(diagnosis), ["ok", "problems", "text"]);
    assert.deepEqual(JSON.parse(JSON.stringify(diagnosis)), structuredClone(diagnosis));
  });
});

describe("options", () => {
  test("a threshold decides from where on a number is a problem", () => {
    const draws = AILMENTS.reduce((ill, { kind, of }) => {
      return ["low-ebfmi", "step-sizes-differ", "tree-depth"].includes(kind) ? of(ill) : ill;
    }, healthy(1));
    const patient: DiagnoseOptions = { leastEbfmi: 0.001, largestStepSizeRatio: 1000, largestSaturatedShare: 0.5 };
    assert.ok(!diagnose(draws).ok);
    assert.deepEqual(kindsOf(diagnose(draws, patient)), ["tree-depth"]);
    assert.ok(diagnose(draws, patient).ok);
    assert.deepEqual(kindsOf(diagnose(healthy(1), { leastEssPerChain: 2000 })).slice(0, 2), [
      "low-bulk-ess",
      "low-tail-ess",
    ]);
    assert.deepEqual(kindsOf(diagnose(healthy(1), { largestRhat: 1, severeRhat: 1.1 })), ["chains-disagree"]);
  });

  test("a summary that exists already gives the same diagnosis, sorted or with more rows", () => {
    const draws = changed(healthy(7), ({ position, at }) => (position[at(0, 0)] = 1e9), {
      stats: { energy: new Float64Array(4 * DRAWS).map((_, k) => Math.sin(k)) },
    });
    const summary = summarize(draws, { sortBy: "mean", include: ["energy"] });
    assert.deepEqual(diagnose(draws, { summary }), diagnose(draws));
  });

  test("what does not fit is refused by name", () => {
    const draws = healthy(8, { draws: 20 });
    const refused = (options: object, message: RegExp, of: Draws = draws): void =>
      assert.throws(() => diagnose(of, options), { name: "RangeError", message });
    refused({}, /^diagnose: draws must be draws, such as sample returns, got an object$/, {} as Draws);
    refused({ rhat: 1.1 }, /^diagnose: there is no option "rhat"; the options are summary, largestRhat, /);
    refused({ largestRhat: 0 }, /^diagnose: largestRhat must be a positive number, got 0$/);
    refused({ largestSaturatedShare: 5 }, /^diagnose: largestSaturatedShare must be a number from 0 to 1, got 5$/);
    const other = summarize(healthy(8, { draws: 20, names: ["a", "b", "c"] }));
    refused({ summary: other }, /^diagnose: summary must be that of these draws, with a row for "x", got an object$/);
  });

  test("the thresholds are CmdStan's where it has them", () => {
    const { largestRhat, leastEbfmi, leastEssPerChain, largestDivergingShare } = DEFAULT_THRESHOLDS;
    assert.deepEqual([largestRhat, leastEbfmi, leastEssPerChain, largestDivergingShare], [1.01, 0.3, 100, 0]);
  });
});
