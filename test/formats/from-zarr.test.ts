// What was written into a store comes back bit for bit, and a store that is damaged says where.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as zarr from "zarrita";
import type { Draws } from "../../src/chains/draws.js";
import { fromZarr, readZarrGroup } from "../../src/formats/from-zarr.js";
import { toZarr } from "../../src/formats/to-zarr.js";
import { energies, nuts, sample, summarize } from "../../src/index.js";
import { drawsOf } from "../chains/draws-of.js";
import { drawsToSave } from "./draws-to-save.js";

type Store = Map<string, Uint8Array>;

const draws = drawsToSave();

async function stored(of: Draws = draws, options = {}): Promise<Store> {
  const store: Store = new Map();
  await toZarr(of, store, options);
  return store;
}

/** Bits, so that minus zero and the like count. */
function bits(values: Float64Array): number[] {
  return [...new Uint32Array(values.slice().buffer)];
}

function edited(store: Store, key: string, edit: (json: Record<string, never>) => void): Store {
  const json = JSON.parse(new TextDecoder().decode(store.get(key)));
  edit(json);
  return new Map(store).set(key, new TextEncoder().encode(JSON.stringify(json)));
}

test("draws come back whole, bit for bit", async () => {
  const back = await fromZarr(await stored());
  assert.deepStrictEqual(back, draws);
  assert.deepEqual(bits(back.position), bits(draws.position));
  for (const [name, values] of Object.entries(draws.stats))
    assert.deepEqual(bits(back.stats[name]), bits(values), name);
  assert.deepStrictEqual(back.sampler.options, draws.sampler.options);
});

test("draws of many chunks come back, and those without a warmup, with one coordinate, of no chain that drew", async () => {
  const [chains, perChain, dim] = [3, 50_000, 3];
  const position = Float64Array.from({ length: chains * perChain * dim }, (_, k) => Math.sqrt(k));
  const many = drawsOf({
    chains,
    draws: perChain,
    dim,
    names: ["a", "b[0]", "b[1]"],
    lengths: [5e4, 5e4, 5e4],
    position,
  });
  assert.deepStrictEqual(await fromZarr(await stored(many)), many);
  const wide = drawsOf({
    chains: 1,
    draws: 2,
    dim: 200_001,
    names: Array.from({ length: 200_001 }, (_, i) => `q[${i}]`),
    lengths: [2],
    position: Float64Array.from({ length: 400_002 }, (_, k) => -k),
  });
  assert.deepStrictEqual(await fromZarr(await stored(wide)), wide);
  const none = drawsOf({
    chains: 2,
    draws: 3,
    dim: 1,
    names: ["x"],
    lengths: [0, 0],
    position: new Float64Array(6).fill(NaN),
  });
  assert.deepStrictEqual(await fromZarr(await stored(none)), none);
});

test("a run that was saved is resumed as if it had not been", async () => {
  const target = energies.gaussian({
    mean: [0, 1],
    covariance: [
      [1, 0.5],
      [0.5, 2],
    ],
  });
  const options = { chains: 2, warmup: 150, draws: 30, seed: 5, keepWarmup: true, workers: 0 } as const;
  const short = await sample(target, nuts(), options);
  const back = await fromZarr(await stored(short));
  assert.deepStrictEqual(back, short);
  assert.deepEqual(summarize(back).rows, summarize(short).rows);
  const resumed = await sample(target, nuts(), { resume: back, draws: 60, workers: 0 });
  const whole = await sample(target, nuts(), { ...options, draws: 60 });
  assert.deepEqual(bits(resumed.position), bits(whole.position));
  assert.deepStrictEqual(resumed.final, whole.final);
});

test("log-likelihoods and observed data come back by their group", async () => {
  const y = [0, 1, 2].map((c) => Array.from({ length: 7 }, (_, n) => [-c, -n]));
  const store = await stored(draws, { logLikelihood: { y }, observedData: { y: [28, 8], sigma: [[15, 10]] } });
  const likelihood = await readZarrGroup(store, "log_likelihood");
  assert.deepEqual(likelihood.y, {
    shape: [3, 7, 2],
    dims: ["chain", "draw", "y_dim_0"],
    data: Float64Array.from(y.flat(2)),
  });
  const observed = await readZarrGroup(store, "observed_data");
  assert.deepEqual(Object.keys(observed), ["y", "sigma"]);
  assert.deepEqual(observed.sigma.shape, [1, 2]);
  await assert.rejects(readZarrGroup(store, "prior"), /^Error: readZarrGroup: there is no group prior$/);
});

test("a store of another program gives its posterior and statistics", async () => {
  const store: Store = new Map();
  const place = (path: `/${string}`) => new zarr.Location(store as never, path) as zarr.Location<zarr.AsyncMutable>;
  const write = async (
    path: `/${string}`,
    dims: string[],
    shape: number[],
    dtype: "float32" | "int32",
    values: number[],
  ) => {
    const gzip = [{ name: "bytes", configuration: { endian: "big" } }];
    const chunkShape = shape.map((length) => Math.min(2, length));
    const array = await zarr.create(place(path), {
      shape,
      chunkShape,
      dtype,
      codecs: gzip,
      dimensionNames: dims,
      fillValue: 0,
    });
    const data = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
    const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    await zarr.set(array as never, shape.map(() => null) as never, { data, shape, stride } as never);
  };
  const counted = (n: number) => Array.from({ length: n }, (_, k) => k);
  await zarr.create(place("/posterior"), {
    attributes: { inference_library: "pymc", tuning_steps: 500, sampling_time: 3.5 },
  });
  await zarr.create(place("/sample_stats"));
  await write("/posterior/tau", ["chain", "draw"], [2, 3], "float32", [0.5, 1, 1.5, 2, 2.5, 3]);
  await write("/posterior/theta", ["chain", "draw", "school"], [2, 3, 3], "float32", counted(18));
  await write("/posterior/school", ["school"], [3], "int32", [10, 20, 30]);
  await write("/sample_stats/lp", ["chain", "draw"], [2, 3], "float32", [-1, -2, -3, -4, -5, -6]);
  await write("/sample_stats/n_steps", ["chain", "draw"], [2, 3], "int32", [1, 3, 7, 1, 3, 7]);
  await write("/sample_stats/divergences", ["chain"], [2], "int32", [0, 1]);
  const metadata = Object.fromEntries(
    [...store].flatMap(([key, bytes]) =>
      key.endsWith("/zarr.json")
        ? [[key.slice(1, -"/zarr.json".length), JSON.parse(new TextDecoder().decode(bytes))]]
        : [],
    ),
  );
  const root = {
    zarr_format: 3,
    node_type: "group",
    attributes: {},
    consolidated_metadata: { kind: "inline", metadata },
  };
  store.set("/zarr.json", new TextEncoder().encode(JSON.stringify(root)));

  const back = await fromZarr(store);
  assert.deepEqual(back.names, ["tau", "theta[10]", "theta[20]", "theta[30]"]);
  assert.deepEqual([back.chains, back.draws, back.lengths], [2, 3, [3, 3]]);
  assert.deepEqual([...back.position.slice(0, 8)], [0.5, 0, 1, 2, 1, 3, 4, 5]);
  assert.deepEqual(back.stats, {
    energy: Float64Array.of(1, 2, 3, 4, 5, 6),
    leapfrogSteps: Float64Array.of(1, 3, 7, 1, 3, 7),
  });
  assert.deepEqual([back.sampler.kind, back.final.warmup, back.seconds], ["pymc", 500, 3.5]);
  assert.equal(summarize(back).rows.length, 4);
  const target = energies.gaussian({
    mean: [0, 0, 0, 0],
    covariance: [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ],
  });
  await assert.rejects(sample(target, nuts(), { resume: back }), /resume cannot go on/);
  // What is not there is what the metadata fill it with, for programs may leave out chunks of nothing else.
  store.delete("/posterior/tau/c/0/0");
  assert.deepEqual([...(await fromZarr(store)).position.slice(0, 12).filter((_, k) => k % 4 === 0)], [0, 0, 1.5]);
});

test("names of any kind come back", async () => {
  const names = [
    "",
    "..",
    "__x",
    "a/b",
    "a_b",
    "A_B",
    "zarr.json",
    "x[0]",
    "x",
    "y[1]",
    "y[0]",
    "z[00]",
    "\u00e9",
    "e\u0301",
    "100%",
    "chain",
  ];
  const odd = drawsOf({
    chains: 1,
    draws: 1,
    dim: names.length,
    names,
    lengths: [1],
    position: Float64Array.from(names, (_, i) => i),
  });
  assert.deepStrictEqual(await fromZarr(await stored(odd)), odd);
});

test("a damaged store says where it is damaged", async () => {
  const store = await stored();
  const rejects = (damaged: Store, message: RegExp) => assert.rejects(fromZarr(damaged), message);
  const chunk = "/posterior/w/c/0/0/0/0";
  const bytes = store.get(chunk) as Uint8Array;
  const without = (key: string) => new Map([...store].filter(([each]) => each !== key));
  await rejects(new Map(), /^Error: fromZarr: zarr\.json is missing: there is no Zarr store of version 3$/);
  await rejects(new Map([["/zarr.json", bytes]]), /fromZarr: zarr\.json cannot be read \(/);
  await rejects(without(chunk), /^Error: fromZarr: posterior\/w\/c\/0\/0\/0\/0 is missing$/);
  await rejects(without("/sample_stats/diverging/c/0/0"), /sample_stats\/diverging\/c\/0\/0 is missing/);
  await rejects(without("/ergodic/memory.position/c/0/0"), /ergodic\/memory\.position\/c\/0\/0 is missing/);
  await rejects(
    new Map(store).set(chunk, bytes.slice(0, 80)),
    /w\/c\/0\/0\/0\/0 is damaged: it holds 10 entries in place of 126/,
  );
  await rejects(new Map(store).set(chunk, bytes.slice(0, 77)), /w\/c\/0\/0\/0\/0 is damaged: it holds 9 entries/);
  const flipped = bytes.slice();
  flipped[100] ^= 1;
  await rejects(
    new Map(store).set(chunk, flipped),
    /posterior\/w is damaged: its fingerprint does not fit what it holds/,
  );
  type Root = { consolidated_metadata: { metadata: Record<string, Record<string, unknown>> } };
  const inRoot = (edit: (nodes: Record<string, Record<string, unknown>>) => void) =>
    edited(store, "/zarr.json", (root) => edit((root as unknown as Root).consolidated_metadata.metadata));
  await rejects(
    edited(store, "/zarr.json", (root) => delete root.consolidated_metadata),
    /zarr\.json does not list what is in the store/,
  );
  await rejects(
    edited(store, "/zarr.json", (root) => Object.assign(root, { zarr_format: 2 })),
    /of no group of version 3/,
  );
  await rejects(
    inRoot((nodes) => delete nodes["posterior/mu"]),
    /the array posterior\/mu is missing/,
  );
  await rejects(
    inRoot((nodes) => Object.assign(nodes["posterior/mu"], { shape: [3, 6] })),
    /posterior\/mu is of shape \[3, 6\] in place of \[3, 7\]/,
  );
  await rejects(
    inRoot((nodes) => Object.assign(nodes["posterior/mu"], { codecs: [{ name: "lzma", configuration: {} }] })),
    /posterior\/mu\/c\/0\/0 cannot be read \(.*lzma/,
  );
  await rejects(
    inRoot((nodes) => Object.assign(nodes.ergodic, { attributes: { record: { version: 7 } } })),
    /the record in ergodic\/zarr\.json cannot be read: it is of version 7, and this Ergodic reads 1/,
  );
  await rejects(
    inRoot((nodes) => {
      for (const path of Object.keys(nodes)) if (/^(posterior|ergodic)/.test(path)) delete nodes[path];
    }),
    /there is no group posterior: the store holds no draws/,
  );
});
