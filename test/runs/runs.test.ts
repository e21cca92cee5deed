import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import "../../src/index.js";
import {
  type Configuration,
  ConfigurationError,
  compose,
  jobsOf,
  type SamplerName,
  samplerNames,
} from "../../src/runs/configuration/index.js";
import { workByDraw } from "../../src/runs/metrics.js";
import { samplingOf } from "../../src/runs/sampling.js";
import { canonicalJson, checkId, folders, idOf } from "../../src/runs/store/identity.js";
import { withLock } from "../../src/runs/store/lock.js";
import { obtainRun, runIdOf, type StoredRun } from "../../src/runs/store/samples.js";
import { obtainTarget, targetIdOf } from "../../src/runs/store/targets.js";
import { temporaryFolder } from "../notebook/notebooks.js";

const composed = (...words: string[]): Configuration => compose({ overrides: jobsOf(words, { sweep: false })[0] });

const root = await temporaryFolder();
after(() => rm(root, { recursive: true, force: true }));

const quadratic = ["target=quadratic", "target.quad_dim=3", "data=small"];
const base = composed(...quadratic, "sampler=fast", "sampler.mala.eval_every=3", "sampler.sgnht.control_variate=true");

test("ids stand for everything that decides, and for nothing else", () => {
  const id = targetIdOf(base);
  assert.match(id, /^tgt_[0-9a-f]{16}$/);
  const deciding = [
    "seed=1",
    "target.seed=2",
    "training.steps=7",
    "teacher.depth=1",
    "data.noise_scale=0.2",
    "model.bias=false",
  ];
  const others = deciding.map((word) => targetIdOf(composed(...quadratic, "sampler=fast", word)));
  assert.equal(new Set([id, ...others]).size, 1 + deciding.length);
  for (const word of ["posterior.gamma=3", "sampler.hmc.draws=9", "output=none"]) {
    assert.equal(targetIdOf(composed(...quadratic, "sampler=fast", word)), id, word);
  }

  const run = runIdOf(id, base, "hmc");
  const changed = (...words: string[]): string => runIdOf(id, composed(...quadratic, "sampler=fast", ...words), "hmc");
  const deciders = ["seed=1", "posterior.gamma=3", "sampler.chains=3", "sampler.hmc.draws=9", "output.diag_k=2"];
  assert.equal(new Set([run, ...deciders.map((word) => changed(word)), runIdOf(id, base, "nuts")]).size, 7);
  for (const word of ["sampler.sgld.steps=3", "output.max_theta_plot_dims=2", "sampler.run=[hmc,nuts]"]) {
    assert.equal(changed(word), run, word);
  }
});

test("a thousand seeds give a thousand targets and runs", () => {
  const seeds = Array.from({ length: 1000 }, (_, seed) => ({ ...base, seed, target: { ...base.target, seed } }));
  assert.equal(new Set(seeds.map(targetIdOf)).size, 1000);
  assert.equal(new Set(seeds.map((one) => runIdOf("tgt_0", one, "sgld"))).size, 1000);
});

test("the order of keys decides no id, and no id leads out of its folder", () => {
  assert.equal(canonicalJson({ b: [{ d: 1, c: 2 }], a: null }), '{"a":null,"b":[{"c":2,"d":1}]}');
  assert.equal(idOf("tgt", { a: 1, b: 2 }), idOf("tgt", { b: 2, a: 1 }));
  assert.throws(() => idOf("tgt", { a: Number.NaN }), RangeError);
  for (const id of [
    "../x",
    "tgt_",
    "tgt_..",
    "tgt_0123456789abcde/",
    "tgt_0123456789ABCDEF",
    "run_0123456789abcdef",
    3,
  ]) {
    assert.throws(() => checkId("tgt", id), ConfigurationError);
    assert.throws(() => folders.target("runs", id as string), ConfigurationError);
  }
});

test("every sampler runs, and its work is counted as its kernel does it, warmup included", async (t) => {
  const target = await obtainTarget(root, base);
  const n = target.target.loss.dataSize;
  const { chains, ...sections } = base.sampler;
  /** Gradients per transition, where they are the same for all. */
  const perTransition: Partial<Record<SamplerName, number>> = {
    sgld: 32 / n,
    psgld: 32 / n,
    sghmc: 32 / n,
    // Twice: at the position and at the centre.
    sgnht: (2 * 32) / n,
    hmc: sections.hmc.num_integration_steps ?? Number.NaN,
    mala: 1,
    mclmc: 2,
  };
  for (const name of samplerNames) {
    await t.test(name, async () => {
      const run: StoredRun = await obtainRun(root, target, base, name);
      const { sampler: _, warmup, draws, thin, stochastic } = samplingOf(name, base.sampler);
      const { fge, fge_warmup, verdict, wnv_fge, llc_se, ess_bulk, efficiency_fge, step_excess } = run.metrics;
      const { verdictWork } = run.estimate;
      // The loss at the centre and a descent; SGLD's steps are looked at too.
      assert.ok(verdictWork > 1 && verdictWork < (name === "sgld" ? 500 : 61), `${verdictWork}`);
      const recorded = stochastic ? (chains * draws) / 3 : 0;
      const each = perTransition[name];
      if (each !== undefined) {
        const close = (value: number, expected: number): void =>
          assert.ok(Math.abs(value - expected) < 1e-9 * expected, `${value} is not ${expected}`);
        close(fge - verdictWork, chains * (warmup + draws * thin) * each + recorded);
        close(fge_warmup, chains * warmup * each);
      }
      const { upTo, warmup: before } = workByDraw(run.estimate, { values: stochastic });
      const counted = upTo.reduce((sum, at, chain) => sum + before[chain] + at[draws - 1], 0);
      assert.ok(Math.abs(counted + verdictWork - fge) < 1e-9 * fge, `${counted} by draw, ${fge} together`);
      assert.ok(fge_warmup > 0 && fge_warmup < fge);
      assert.equal(wnv_fge, llc_se ** 2 * fge);
      assert.equal(efficiency_fge, ess_bulk / fge);
      // What an error leaves out is beside it.
      assert.equal(step_excess, run.estimate.stepExcess ?? Number.NaN);
      assert.equal(Number.isNaN(step_excess), name !== "sgld");
      assert.equal(typeof verdict, "string");
    });
  }
});

test("a run that is read is the run that was made", async () => {
  const target = await obtainTarget(root, base);
  const words = [...quadratic, "sampler=fast", "seed=5"];
  const configuration = composed(...words);
  const made = await obtainRun(root, target, configuration, "nuts");
  const read = await obtainRun(root, target, configuration, "nuts");
  assert.deepEqual([made.isNew, read.isNew], [true, false]);
  assert.deepEqual({ ...read, isNew: true }, made);
  assert.equal(read.estimate.draws.seed, 5);
  assert.deepEqual(
    read.estimate.trace.map(({ length }) => length),
    [50, 50],
  );
  const text = await readFile(join(read.folder, "configuration.yaml"), "utf8");
  const again = compose({ file: { name: "it", text }, overrides: jobsOf(quadratic, { sweep: false })[0] });
  assert.equal(runIdOf(target.id, again, "nuts"), read.id);
});

test("whoever only reads writes nothing, and what cannot be read is not called missing", async () => {
  const own = await temporaryFolder();
  const made = await obtainTarget(own, base);
  const locks = join(own, ".locks");
  await rm(locks, { recursive: true });
  assert.equal((await obtainTarget(own, base)).isNew, false);
  assert.ok(!existsSync(locks));
  const parameters = join(made.folder, "parameters.json");
  await rm(parameters);
  await assert.rejects(obtainTarget(own, base), /parameters\.json is missing; remove the folder/);
  await symlink("parameters.json", parameters);
  await assert.rejects(obtainTarget(own, base), { code: "ELOOP" });
});

test("one lock, one holder: the work of many does not overlap, and the dead hold nothing", async () => {
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await new Promise((settle) => setImmediate(settle));
    inside--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(root, "one", work)));
  assert.deepEqual([inside, most], [0, 1]);

  for (const left of [JSON.stringify({ pid: 2 ** 30, host: hostname(), token: "dead" }), "", "{ half"]) {
    await writeFile(join(root, ".locks", "one"), left);
    await withLock(root, "one", work);
  }
  await assert.rejects(
    withLock(root, "one", () => Promise.reject(new Error("no luck"))),
    /no luck/,
  );
  await withLock(root, "one", work);

  // The lock of another machine's process is nobody's to take: one waits until told not to.
  await writeFile(join(root, ".locks", "one"), JSON.stringify({ pid: 1, host: `not ${hostname()}`, token: "far" }));
  const waiting = new AbortController();
  const onWait = (): void => waiting.abort();
  await assert.rejects(withLock(root, "one", work, { signal: waiting.signal, onWait }), { name: "AbortError" });
  await rm(join(root, ".locks", "one"));
});
