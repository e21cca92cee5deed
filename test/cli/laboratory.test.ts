import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { builtProgram, everything, filesBelow, lasting, type Program } from "./laboratory-program.js";

const program: Program = await builtProgram();
const small = ["model=small", "data=small", "training=fast"];
const quiet = ["output=none"];

test("the story of Lambda-Hat's README, and nothing of it is computed twice", async (t) => {
  const folder = await program.folder();
  const ergodic = (...words: string[]) => program.run(folder, words);
  const html = "output.plot_formats=[html]";
  const commands: string[][] = [
    ["llc", "sampler=fast", ...small, html],
    ["llc", "sampler=fast", ...small, "data.n_data=120", "seed=123", ...quiet],
    ["sweep", "sampler=[fast,hmc]", ...small, "seed=1,2", "data.noise_scale=0.1,0.2", html],
    ["build-target", ...small, "target.seed=7"],
  ];

  await t.test("a run: three samplers, their figures and the comparison", async () => {
    const { code, stdout, stderr } = await ergodic(...commands[0]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^sgld runs\/samples\/tgt_[0-9a-f]{16}\/sgld\/run_[0-9a-f]{16}\nhmc .*\nmclmc /);
    assert.match(stdout, /\nd\/2 +22\.5/);
    const files = await filesBelow(join(folder, "runs"));
    for (const sampler of ["sgld", "hmc", "mclmc"]) {
      const [metrics] = files.filter((path) => path.includes(`/${sampler}/`) && path.endsWith("metrics.json"));
      const run = metrics.slice(0, -"/metrics.json".length);
      for (const file of ["configuration.yaml", "metrics.csv", "estimate.json", "manifest.json", "timing.json"]) {
        assert.ok(files.includes(`${run}/${file}`), `${run}/${file}`);
      }
      for (const name of [
        "theta_trace",
        "running_llc",
        "llc_convergence",
        "wnv",
        "rank",
        "autocorrelation",
        "energy",
      ]) {
        assert.ok(files.includes(`${run}/figures/${name}.html`), `${run}/figures/${name}.html`);
        const page = await readFile(join(folder, "runs", run, "figures", `${name}.html`), "utf8");
        // In its title or in its legend: a promoted figure stands alone.
        assert.match(page, new RegExp(`( of |"name":")${sampler}["<]`), `${name} does not say of which sampler it is`);
      }
    }
    const comparison = files.find((path) => path.startsWith("comparisons/") && path.endsWith("configuration.yaml"));
    const { sampler } = parse(await readFile(join(folder, "runs", comparison ?? ""), "utf8"));
    assert.deepEqual([sampler.run, sampler.hmc.draws], [["sgld", "hmc", "mclmc"], 50]);
  });

  await t.test("overrides: another target, another seed", async () => {
    const { code, stdout, stderr } = await ergodic(...commands[1]);
    assert.equal(code, 0, stderr);
    const target = /target (\S+)/.exec(stdout)?.[1] ?? "";
    const { data, target: choice } = parse(await readFile(join(folder, target, "configuration.yaml"), "utf8"));
    assert.deepEqual([data.n_data, choice.seed], [120, 123]);
  });

  await t.test("a sweep of two by two: one tidy table, a row each", async () => {
    const { code, stdout, stderr } = await ergodic(...commands[2]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\[4\/4\] /);
    const [header, ...rows] = (await readFile(join(folder, stdout.trim()), "utf8")).trimEnd().split("\n");
    assert.match(header, /^seed,data\.noise_scale,target_id,run_id,sampler,/);
    assert.deepEqual(
      rows.map((row) => row.split(",").slice(0, 2).join()),
      ["1,0.1", "1,0.2", "2,0.1", "2,0.2"],
    );
    assert.equal(new Set(rows.map((row) => row.split(",")[2])).size, 4, "four targets");
    assert.ok(existsSync(join(folder, stdout.trim(), "../figures/llc_comparison.html")));
  });

  let id = "";
  await t.test("two stages: a target, three samplers on it", async () => {
    const built = await ergodic(...commands[3]);
    assert.equal(built.code, 0, built.stderr);
    id = built.stdout.trim();
    assert.match(id, /^tgt_[0-9a-f]{16}$/);
    for (const sampler of ["sgld", "hmc", "mclmc"]) {
      const words = ["sample", `target_id=${id}`, `sampler=[fast,${sampler}]`, ...quiet];
      commands.push(words);
      const { code, stdout, stderr } = await ergodic(...words);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`^${sampler} runs/samples/${id}/${sampler}/run_`));
    }
    const words = ["sample", `target_id=${id}`, "sampler=[fast,nuts]", "seed=range(0,3)", "-m", ...quiet];
    commands.push(words);
    const { code, stderr } = await ergodic(...words);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\[3\/3\] seed=\d nuts: llc /);
  });

  await t.test("list and show tell what there is", async () => {
    const { stdout } = await ergodic("list");
    assert.equal(stdout.match(/^tgt_/gm)?.length, 7);
    assert.equal(stdout.match(/^run_/gm)?.length, 3 + 3 + 4 + 3 + 3);
    const shown = await ergodic("show", id);
    assert.match(shown.stdout, new RegExp(`^${id}: mlp with 45 parameters on 100 rows`));
    const run = /nuts (run_[0-9a-f]+)/.exec(shown.stdout)?.[1] ?? "";
    assert.match((await ergodic("show", run)).stdout, /llc_mean +-?\d/);
  });

  await t.test("the same again computes nothing", async () => {
    const before = await everything(join(folder, "runs"));
    for (const words of commands) {
      const { code, stderr } = await ergodic(...words);
      assert.equal(code, 0, stderr);
    }
    assert.deepEqual(await everything(join(folder, "runs")), before);
  });

  await t.test("promote copies the newest of each, drawing what was not drawn", async () => {
    const words = ["promote", "--samplers", "sgld,hmc,mclmc", "--plot-name", "running_llc.html"];
    const { code, stdout, stderr } = await ergodic(...words);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, ["sgld", "hmc", "mclmc"].map((name) => `assets/${name}_running_llc.html\n`).join(""));
    const newest = (await filesBelow(join(folder, "runs"))).filter(
      (path) => path.includes(id) && path.endsWith(".html"),
    );
    assert.equal(newest.length, 3);
    for (const path of newest) {
      const name = path.split("/")[2];
      assert.deepEqual(
        await readFile(join(folder, "runs", path)),
        await readFile(join(folder, "assets", `${name}_running_llc.html`)),
      );
    }
    const png = await ergodic("promote", "--samplers", "hmc", "--plot-name", "running_llc.png", "--target", id);
    assert.equal(png.code, 0, png.stderr);
    const bytes = await readFile(join(folder, "assets", "hmc_running_llc.png"));
    assert.deepEqual(
      [...bytes.subarray(1, 4)],
      [..."PNG"].map((letter) => letter.charCodeAt(0)),
    );
  });
});

test("what cannot be is refused in a sentence, before anything is computed", async () => {
  const folder = await program.folder();
  await writeFile(join(folder, "mine.yaml"), "modl: small\n");
  await writeFile(join(folder, "odd.yaml"), "? [1, 2]\n: 3\n");
  await writeFile(join(folder, "open.yaml"), "model: [1,2\n");
  await preset(folder, "model/mine.yaml", "preset: small\ndepth: 3\n");
  await preset(folder, "data/own.yaml", "n_dat: 3\n");
  const known = "tgt_0123456789abcdef";
  const cases: [string[], RegExp][] = [
    [["llc", "smpler=fast"], /there is no key "smpler"; did you mean sampler\?/],
    [["llc", "model=smal"], /there is no preset "smal" of model; did you mean small\?/],
    [["llc", "data.n_data=many"], /data\.n_data must be an integer at least 1, or null, got "many"/],
    [["llc", "sampler.sgld.batch_size=500", "data=small"], /sampler\.sgld\.batch_size must be at most the 100 rows/],
    [["llc", "training.batch_size=101", "data=small"], /training\.batch_size must be at most the 100 rows/],
    [["llc", "seed=1,2"], /-m runs one job for each/],
    [["llc", "--config", "mine.yaml"], /mine\.yaml: there is no key "modl"; did you mean model\?/],
    [["llc", "--config", "yours.yaml"], /yours\.yaml cannot be read/],
    [["llc", "--config-dir", "nowhere"], /the folder of presets nowhere cannot be read/],
    [["llc", "--config-dir", "presets", "model=min"], /there is no preset "min" of model; did you mean mine\?/],
    [["llc", "--config-dir", "presets", "data=own"], /presets\/data\/own\.yaml: there is no key "data\.n_dat"/],
    [["llc", ""], /error: "": expected group=preset or dotted\.key=value/],
    [["llc", "--config", "odd.yaml"], /odd\.yaml: there is no key "\[ 1, 2 \]"/],
    [["llc", "--config", "open.yaml"], /open\.yaml: Flow sequence in block collection .* line 2, column 1$/m],
    [["llc", "sampler.hmc.step_size=.nan"], /sampler\.hmc\.step_size must be a number above 0, got NaN/],
    [["llc", "model.depth=1e6"], /model\.depth must be an integer at least 1 and at most 1000, got 1000000/],
    [["llc", "--runs-root", ""], /'--runs-root <folder>' argument '' is invalid\. It must name a folder/],
    [["list", "--runs-root", "mine.yaml"], /argument 'mine\.yaml' is invalid\. It is no folder/],
    [["promote", "--samplers", "x"], /there is no sampler "x"; there are sgld, .*hmc/],
    [["promote", "--policies", "x"], /there is no algorithm "x"; there are .*ppo/],
    [["sample"], /sample needs target_id=tgt_/],
    [
      ["sample", `target_id=${known}`],
      /there is no target tgt_0123456789abcdef in runs\/targets; build-target makes one/,
    ],
    [["sample", "target_id=../../etc"], /"\.\.\/\.\.\/etc" is no target id/],
    [["sample", "target_id=tgt_../x"], /is no target id/],
    [["sample", `target_id=${known}`, "data.n_data=3"], /data\.n_data decides the target/],
    [["show", "../x"], /"\.\.\/x" is no id/],
    [["show", "run_../../x"], /is no run id/],
    [["promote", "--samplers", "hmx"], /there is no sampler "hmx"; did you mean hmc\?/],
    [["promote", "--samplers", "hmc"], /there is no run of hmc in runs; sample makes one/],
    [["promote", "--plot-name", "../../x.png"], /there is no figure "\.\.\/\.\.\/x\.png"/],
    [["promote", "--target", "../x"], /is no target id/],
  ];
  for (const [words, message] of cases) {
    const { code, stdout, stderr } = await program.run(folder, words);
    assert.deepEqual([code, stdout], [2, ""], `${words.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  }
  assert.ok(!existsSync(join(folder, "runs")));
});

test("a folder that cannot be made, and a target that is too large, end the command in a sentence", async () => {
  const folder = await program.folder();
  await writeFile(join(folder, "file"), "");
  const cases: [string[], RegExp][] = [
    [["build-target", ...small, "--runs-root", "file/runs"], /cannot make the folder .*\/file\/runs\/\.locks: EEXIST/],
    [
      ["sweep", ...small, "seed=range(0,4)", "--runs-root", "file/runs"],
      /cannot make the folder .*\/file\/runs\/sweeps/,
    ],
    [
      ["train", "-m", "algorithm=ppo", "environment=cartpole", "seed=1,2", "--runs-root", "file/runs"],
      /cannot make the folder .*\/file\/runs\/sweeps/,
    ],
    [
      ["build-target", "target=quadratic", "target.quad_dim=1e9"],
      /quadratic: the number of parameters by .* must be at/,
    ],
    [["build-target", "data.n_data=1e12"], /data\.n_data must be at most/],
    ...(existsSync("/proc/self")
      ? ([
          [["llc", ...small, ...quiet, "sampler=fast", "--runs-root", "/proc/x"], /cannot make the folder \/proc\/x\//],
          [["sweep", ...small, "seed=1,2", "--runs-root", "/proc/x"], /cannot make the folder \/proc\/x\//],
          [
            ["train", "-m", "algorithm=ppo", "environment=cartpole", "seed=1,2", "--runs-root", "/proc/x"],
            /cannot make the folder \/proc\/x\//,
          ],
        ] as [string[], RegExp][])
      : []),
  ];
  for (const [words, message] of cases) {
    const { code, stdout, stderr } = await program.run(folder, words);
    assert.deepEqual([code, stdout], [1, ""], `${words.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  }
  // What was begun is in nobody's way.
  const { code, stdout, stderr } = await program.run(folder, ["build-target", ...small]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^tgt_[0-9a-f]{16}\n$/);
});

test("presets of one's own are a folder of files", async () => {
  const folder = await program.folder();
  await preset(folder, "model/mine.yaml", "preset: small\ndepth: 3\n");
  const words = ["llc", "-m", "--config-dir", "presets", "model=mine,small", "--cfg"];
  const { code, stdout, stderr } = await program.run(folder, words);
  assert.equal(code, 0, stderr);
  const depths = stdout.split("\n---\n").map((text) => [parse(text).model.depth, parse(text).model.target_params]);
  assert.deepEqual(depths, [
    [3, 50],
    [2, 50],
  ]);
});

/** Writes a file of the folder `presets`. */
async function preset(folder: string, path: string, text: string): Promise<void> {
  const file = join(folder, "presets", path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

test("a sampler that fails fails the command, by name, and the others' results stay", async () => {
  const folder = await program.folder();
  // MCLMC has no direction to turn on a line.
  const words = ["llc", "target=quadratic", "target.quad_dim=1", "data=small", "sampler=fast", ...quiet];
  const { code, stdout, stderr } = await program.run(folder, words);
  assert.equal(code, 1);
  assert.match(stderr, /^error: mclmc: mclmc: .*/m);
  assert.match(stdout, /^sgld .*\nhmc .*\n/);
  const swept = await program.run(folder, ["sweep", ...words.slice(1), "seed=1,2"]);
  assert.equal(swept.code, 1);
  const rows = (await readFile(join(folder, swept.stdout.trim()), "utf8")).trimEnd().split("\n");
  assert.equal(rows.length, 1 + 6);
  assert.equal(rows.filter((row) => /,mclmc,.*mclmc: /.test(row)).length, 2);
});

test("a damaged or half-written artifact is refused by name, and made again once it is removed", async () => {
  const folder = await program.folder();
  const words = ["llc", "sampler=[fast,hmc]", "target=quadratic", "target.quad_dim=3", "data=small", ...quiet];
  const made = await program.run(folder, words);
  assert.equal(made.code, 0, made.stderr);
  const before = await lasting(join(folder, "runs"));
  const target = join(folder, /target (\S+)/.exec(made.stdout)?.[1] ?? "");
  const run = join(folder, /^hmc (\S+)/m.exec(made.stdout)?.[1] ?? "");
  const refused = async (message: RegExp): Promise<void> => {
    const { code, stderr } = await program.run(folder, words);
    assert.equal(code, 1);
    assert.match(stderr, message);
  };

  const parameters = join(target, "parameters.json");
  const { size } = await stat(parameters);
  await truncate(parameters, size - 3);
  await refused(/tgt_[0-9a-f]+\/parameters\.json is damaged; remove the folder to have it made again/);
  await rm(target, { recursive: true });
  assert.equal((await program.run(folder, words)).code, 0);
  assert.deepEqual(await lasting(join(folder, "runs")), before);

  await rm(join(run, "manifest.json"));
  await refused(/run_[0-9a-f]+ is half written: it has no manifest\.json/);
  await rm(run, { recursive: true });
  // What an older process left half-way, and the lock of one that is no more.
  await mkdir(`${run}.partial`);
  await writeFile(`${run}.partial/metrics.json`, "{ half");
  const lock = join(folder, "runs", ".locks", `${basename(target)}-${basename(run)}`);
  await writeFile(lock, JSON.stringify({ pid: 2 ** 30, host: hostname(), token: "x" }));
  const catalogue = join(folder, "runs", "targets", "_catalog.jsonl");
  await appendFile(catalogue, '{"id":"tgt_half');
  assert.equal((await program.run(folder, words)).code, 0);
  const after = await lasting(join(folder, "runs"));
  assert.equal(after["targets/_catalog.jsonl"], `${before["targets/_catalog.jsonl"]}{"id":"tgt_half`);
  await rename(catalogue, `${catalogue}.old`);
  assert.equal((await program.run(folder, words)).code, 0);
  await rm(`${catalogue}.old`);
  assert.deepEqual(await lasting(join(folder, "runs")), before);
});

test("what somebody else put among the artifacts is passed over, and what is in the way is named", async () => {
  const folder = await program.folder();
  const words = ["target=quadratic", "target.quad_dim=3", "data=small"];
  const made = await program.run(folder, ["build-target", ...words]);
  assert.equal(made.code, 0, made.stderr);
  const before = await program.run(folder, ["list"]);
  assert.match(before.stdout, /^target .*\ntgt_/);
  for (const name of ["targets/tgt_00", "targets/tgt_zz", "samples/tgt_0", "policies/pol_1"]) {
    await mkdir(join(folder, "runs", name), { recursive: true });
  }
  for (const name of ["samples/note", "targets/note"]) await writeFile(join(folder, "runs", name), "");
  assert.deepEqual(await program.run(folder, ["list"]), before);

  const ended = async (command: string[], message: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await program.run(folder, command);
    assert.deepEqual([code, stdout], [1, ""], stderr);
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  };
  await rm(join(folder, "runs", "targets"), { recursive: true });
  await writeFile(join(folder, "runs", "targets"), "");
  await ended(["list"], /the folder runs\/targets cannot be read \(ENOTDIR/);
  await ended(["build-target", ...words], /cannot make the folder .*tgt_[0-9a-f]{16}\.partial: EEXIST/);
  await rm(join(folder, "runs", "targets"));
  assert.equal((await program.run(folder, ["build-target", ...words])).stdout, made.stdout);
});

test("what is damaged is named with what to do, beside a list of all the others", async () => {
  const folder = await program.folder();
  const words = ["llc", "sampler=fast", "sampler.run=[hmc,sgld]", "target=quadratic", "data=small", ...quiet];
  for (const dim of [2, 3, 4]) {
    const { code, stderr } = await program.run(folder, [...words, `target.quad_dim=${dim}`]);
    assert.equal(code, 0, stderr);
  }
  const training = [
    "train",
    "algorithm=a2c",
    "environment=cartpole",
    "training.total_steps=400",
    "output.save_plots=false",
  ];
  for (const seed of [1, 2]) assert.equal((await program.run(folder, [...training, `seed=${seed}`])).code, 0);
  const list = () => program.run(folder, ["list"]);
  const whole = await list();
  assert.deepEqual([whole.code, whole.stderr], [0, ""]);
  const idsIn = (text: string): string[] => text.match(/^(tgt|run|pol)_[0-9a-f]+/gm) ?? [];
  assert.equal(idsIn(whole.stdout).length, 3 + 6 + 2);

  const files = await filesBelow(join(folder, "runs"));
  const [metadata] = files.filter((path) => /^targets\/.*meta\.json$/.test(path));
  // Of another target.
  const metrics = files.filter((path) => /^samples\/.*\/sgld\/.*metrics\.json$/.test(path))[2];
  const [timing] = files.filter((path) => /^policies\/.*timing\.json$/.test(path));
  const harms: [string, (path: string) => Promise<void>, RegExp][] = [
    [metadata, (path) => rm(path), /^error: runs\/targets\/tgt_\S+meta\.json is missing; remove the folder/m],
    [metrics, (path) => truncate(path, 9), /^error: runs\/samples\/\S+metrics\.json is damaged; remove/m],
    [timing, (path) => writeFile(path, "3"), /^error: runs\/policies\/\S+timing\.json .*; remove/m],
  ];
  for (const [path, harm] of harms) await harm(join(folder, "runs", path));
  const { code, stdout, stderr } = await list();
  assert.equal(code, 1);
  for (const [, , message] of harms) assert.match(stderr, message);
  assert.equal(stderr.trimEnd().split("\n").length, harms.length, stderr);
  const harmed = harms.map(([path]) => basename(dirname(path)));
  assert.deepEqual(
    idsIn(stdout),
    idsIn(whole.stdout).filter((id) => !harmed.includes(id)),
  );

  // The others can be shown; of what is damaged nothing passes for the newest.
  const [, run, policy] = harmed;
  const [sound] = idsIn(stdout).filter((id) => id.startsWith("run_"));
  assert.equal((await program.run(folder, ["show", sound])).code, 0);
  const ofTarget = basename(dirname(dirname(dirname(harms[1][0]))));
  assert.match(
    (await program.run(folder, ["show", ofTarget])).stdout,
    new RegExp(`^runs: hmc run_.*, sgld ${run} \\(damaged\\)$`, "m"),
  );
  for (const refused of [
    ["show", run],
    ["show", policy],
    ["promote", "--samplers", "sgld"],
    ["promote", "--policies", "a2c"],
  ]) {
    const ended = await program.run(folder, refused);
    assert.deepEqual([ended.code, ended.stdout], [1, ""], refused.join(" "));
    assert.match(ended.stderr, /; remove (the|its) folder to have it made again\n$/);
  }

  // A folder that is a file, then none that is whole.
  const place = join(folder, "runs", dirname(metadata));
  await rm(place, { recursive: true });
  await writeFile(place, "");
  assert.match((await list()).stderr, new RegExp(`runs/targets/${harmed[0]} is half written`));
  for (const path of files.filter((path) => path.endsWith("manifest.json") && dirname(path) !== dirname(metadata)))
    await rm(join(folder, "runs", path));
  const none = await list();
  assert.deepEqual([none.code, none.stdout], [1, "nothing whole in runs\n"]);
  assert.equal(none.stderr.trimEnd().split("\n").length, 3 + 6 + 2);
});

test("a sampler that is named twice is promoted once", async () => {
  const folder = await program.folder();
  const words = ["llc", "target=quadratic", "target.quad_dim=3", "data=small", "sampler=[fast,hmc]", ...quiet];
  const made = await program.run(folder, words);
  assert.equal(made.code, 0, made.stderr);
  const promoted = ["promote", "--samplers", "hmc,hmc,hmc", "--plot-name", "wnv.html", "--outdir", "shown"];
  const { code, stdout, stderr } = await program.run(folder, promoted);
  assert.deepEqual([code, stdout, stderr], [0, "shown/hmc_wnv.html\n", ""]);
  assert.deepEqual(await filesBelow(join(folder, "shown")), ["hmc_wnv.html"]);
});

test("two processes at once on one target make it once, and both have it", async () => {
  const folder = await program.folder();
  const words = ["llc", "sampler=fast", ...small, "training.steps=2000", ...quiet];
  const [first, second] = await Promise.all([program.run(folder, words), program.run(folder, words)]);
  assert.deepEqual([first.code, second.code], [0, 0], first.stderr + second.stderr);
  const withoutNote = (text: string): string => text.replaceAll(" (there already)", "");
  assert.equal(withoutNote(first.stdout), withoutNote(second.stdout));
  const made = [first, second].map(({ stdout }) => 3 - (stdout.match(/there already/g)?.length ?? 0));
  assert.equal(made[0] + made[1], 3, "each run was made by one of them");
  for (const [line] of (first.stderr + second.stderr).matchAll(/^waiting.*$/gm)) {
    assert.match(line, /^waiting for process \d+, which is making the same (target|run of (sgld|hmc|mclmc))$/);
  }
  const alone = await program.folder();
  assert.equal((await program.run(alone, words)).code, 0);
  assert.deepEqual(await lasting(join(folder, "runs")), await lasting(join(alone, "runs")));
});
