// A store on disk is what version 3 of the Zarr specification says, laid out as ArviZ's InferenceData: checked without the library that wrote it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Draws } from "../../src/chains/draws.js";
import { toZarr } from "../../src/formats/to-zarr.js";
import { drawsOf } from "../chains/draws-of.js";
import { drawsToSave } from "./draws-to-save.js";

// biome-ignore lint/suspicious/noExplicitAny: JSON, looked at field by field.
type Json = any;

const draws = drawsToSave();

async function stored(of: Draws = draws, options = {}): Promise<Map<string, Uint8Array>> {
  const store = new Map<string, Uint8Array>();
  await toZarr(of, store, options);
  return store;
}

function json(store: Map<string, Uint8Array>, key: string): Json {
  const bytes = store.get(key);
  assert.ok(bytes !== undefined, `${key} is there`);
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** Little-endian doubles, taken out of the bytes one by one. */
function doubles(store: Map<string, Uint8Array>, key: string): number[] {
  const bytes = store.get(key);
  assert.ok(bytes !== undefined, `${key} is there`);
  assert.equal(bytes.length % 8, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

test("an array's metadata has every field of the specification, and no other", async () => {
  const metadata = json(await stored(), "/posterior/w/zarr.json");
  assert.deepEqual(metadata, {
    zarr_format: 3,
    node_type: "array",
    shape: [3, 7, 2, 3],
    data_type: "float64",
    chunk_grid: { name: "regular", configuration: { chunk_shape: [3, 7, 2, 3] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    fill_value: "NaN",
    dimension_names: ["chain", "draw", "w_dim_0", "w_dim_1"],
    attributes: {},
  });
});

test("a chunk holds little-endian doubles in row-major order, NaN beyond the length of a stopped chain", async () => {
  const values = doubles(await stored(), "/posterior/w/c/0/0/0/0");
  const expected: number[] = [];
  for (let row = 0; row < 3 * 7; row++) expected.push(...draws.position.slice(row * 10 + 1, row * 10 + 7));
  assert.deepEqual(values, expected);
  assert.ok(values.slice((7 + 4) * 6, 14 * 6).every(Number.isNaN));
  assert.ok(values.slice(0, (7 + 4) * 6).every(Number.isFinite));
});

test("groups are those of InferenceData, and their coordinates count chains, draws and indices", async () => {
  const store = await stored(draws, {
    logLikelihood: { y: [0, 1, 2].map(() => Array.from({ length: 7 }, (_, n) => [-n, -1])) },
    observedData: { y: [28, 8] },
  });
  const groups = [...store.keys()].flatMap((key) => /^\/([^/]+)\/zarr\.json$/.exec(key)?.[1] ?? []);
  assert.deepEqual(groups, [
    "posterior",
    "sample_stats",
    "warmup_posterior",
    "warmup_sample_stats",
    "log_likelihood",
    "observed_data",
    "ergodic",
  ]);
  for (const group of groups) {
    const { zarr_format, node_type, ...rest } = json(store, `/${group}/zarr.json`);
    assert.deepEqual([zarr_format, node_type, Object.keys(rest)], [3, "group", ["attributes"]]);
  }
  const coordinate = (path: string) => {
    const { data_type, dimension_names, fill_value } = json(store, `${path}/zarr.json`);
    assert.deepEqual([data_type, dimension_names, fill_value], ["int64", [path.split("/")[2]], 0]);
    const bytes = store.get(`${path}/c/0`) as Uint8Array;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return Array.from({ length: bytes.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  };
  assert.deepEqual(coordinate("/posterior/chain"), [0, 1, 2]);
  assert.deepEqual(coordinate("/posterior/draw"), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(coordinate("/warmup_posterior/draw"), [0, 1, 2, 3, 4]);
  assert.deepEqual(coordinate("/posterior/w_dim_1"), [0, 1, 2]);
  assert.deepEqual(coordinate("/posterior/theta_dim_0"), [1, 2], "as in the names, theta[1] and theta[2]");
  assert.deepEqual(json(store, "/log_likelihood/y/zarr.json").dimension_names, ["chain", "draw", "y_dim_0"]);
  assert.deepEqual(json(store, "/observed_data/y/zarr.json").dimension_names, ["y_dim_0"]);
  assert.deepEqual(doubles(store, "/observed_data/y/c/0"), [28, 8]);
});

test("statistics have ArviZ's names: lp is minus the energy, energy the Hamiltonian, diverging a mask", async () => {
  const store = await stored();
  const names = [...store.keys()].flatMap((key) => /^\/sample_stats\/([^/]+)\/zarr\.json$/.exec(key)?.[1] ?? []);
  assert.deepEqual(names, [
    "chain",
    "draw",
    "lp",
    "acceptance_rate",
    "diverging",
    "n_steps",
    "energy",
    "gradient_norm",
  ]);
  assert.deepEqual(doubles(store, "/sample_stats/lp/c/0/0"), [...draws.stats.energy.map((value) => -value)]);
  assert.deepEqual(doubles(store, "/sample_stats/energy/c/0/0"), [...draws.stats.hamiltonian]);
  const { data_type, codecs, fill_value } = json(store, "/sample_stats/diverging/zarr.json");
  assert.deepEqual([data_type, codecs, fill_value], ["bool", [{ name: "bytes", configuration: {} }], false]);
  const mask = [...draws.stats.diverging].map((value) => (value === 1 ? 1 : 0));
  assert.deepEqual([...(store.get("/sample_stats/diverging/c/0/0") as Uint8Array)], mask);
  assert.equal(json(store, "/sample_stats/n_steps/zarr.json").data_type, "float64", "NaN is no count");
  assert.equal(json(store, "/warmup_sample_stats/n_steps/zarr.json").data_type, "int64");
});

test("attributes say who made the draws, when, how long it took, and how long the chains are", async () => {
  const store = await stored();
  const { attributes } = json(store, "/posterior/zarr.json");
  assert.ok(Math.abs(Date.parse(attributes.created_at) - Date.now()) < 60_000);
  assert.deepEqual(
    { ...attributes, created_at: "" },
    {
      created_at: "",
      creation_library: "ergodic",
      creation_library_language: "TypeScript",
      inference_library: "ergodic",
      sampling_time: 1.25,
      tuning_steps: 5,
      lengths: [7, 4, 7],
      sample_dims: ["chain", "draw"],
    },
  );
  assert.equal(json(store, "/zarr.json").attributes.inference_library, "ergodic");
});

test("the root lists every node, groups before what is in them, with the very metadata of each", async () => {
  const store = await stored();
  const root = json(store, "/zarr.json");
  assert.deepEqual(Object.keys(root), ["zarr_format", "node_type", "attributes", "consolidated_metadata"]);
  const { kind, must_understand, metadata } = root.consolidated_metadata;
  assert.deepEqual([kind, must_understand], ["inline", false]);
  const nodes = [...store.keys()].filter((key) => key.endsWith("/zarr.json") && key !== "/zarr.json");
  assert.deepEqual(Object.keys(metadata).sort(), nodes.map((key) => key.slice(1, -"/zarr.json".length)).sort());
  for (const key of nodes) assert.deepEqual(metadata[key.slice(1, -"/zarr.json".length)], json(store, key));
  const depths = Object.keys(metadata).map((path) => path.split("/").length);
  assert.deepEqual(depths, [...depths].sort());
});

test("dimensions of one name have one length within a group, and variables are called otherwise", async () => {
  const named = drawsOf({
    chains: 1,
    draws: 2,
    dim: 7,
    names: ["chain", "Draw", "x[0]", "x[1]", "x_dim_0", "X", ".."],
    lengths: [2],
    position: Float64Array.from({ length: 14 }, (_, k) => k),
  });
  const { metadata } = json(await stored(named), "/zarr.json").consolidated_metadata;
  const inPosterior = Object.keys(metadata).flatMap((path) => /^posterior\/(.+)$/.exec(path)?.[1] ?? []);
  assert.deepEqual(
    inPosterior.sort(),
    ["Draw_2", "X_2", "_", "chain", "chain_2", "draw", "x", "x_dim_0", "x_dim_0_2"].sort(),
  );
  assert.equal(metadata["posterior/chain_2"].attributes.long_name, "chain");
  for (const group of ["posterior", "ergodic"]) {
    const lengths = new Map<string, number>();
    for (const [path, node] of Object.entries<Json>(metadata)) {
      if (!path.startsWith(`${group}/`)) continue;
      for (const [axis, dim] of (node.dimension_names as string[]).entries()) {
        assert.equal(lengths.get(dim) ?? node.shape[axis], node.shape[axis], `${path}: ${dim}`);
        lengths.set(dim, node.shape[axis]);
      }
    }
  }
});

test("many draws go chunk by chunk: a mebibyte at most, one at a time, in their places", async () => {
  const [chains, perChain, dim] = [2, 30_000, 11];
  const long = drawsOf({
    chains,
    draws: perChain,
    dim,
    names: Array.from({ length: dim }, (_, i) => `q[${i}]`),
    lengths: [perChain, perChain],
    position: Float64Array.from({ length: chains * perChain * dim }, (_, k) => k),
  });
  const kept = new Map<string, Uint8Array>();
  let [writing, most, largest] = [0, 0, 0];
  const counting = {
    get: (key: string) => kept.get(key),
    async set(key: string, value: Uint8Array) {
      most = Math.max(most, ++writing);
      largest = Math.max(largest, /\/c\//.test(key) ? value.length : 0);
      await Promise.resolve();
      kept.set(key, value);
      writing--;
    },
  };
  await toZarr(long, counting);
  const { chunk_grid, shape } = json(kept, "/posterior/q/zarr.json");
  const [perChunk, rows] = chunk_grid.configuration.chunk_shape;
  assert.deepEqual([shape, perChunk, rows], [[2, 30_000, 11], 1, Math.floor(2 ** 17 / 11)]);
  const chunks = [...kept.keys()].filter((key) => key.startsWith("/posterior/q/c/"));
  assert.deepEqual(
    chunks.sort(),
    [0, 1].flatMap((c) => [0, 1, 2].map((k) => `/posterior/q/c/${c}/${k}/0`)),
  );
  assert.equal(most, 1, "sets at a time");
  assert.ok(largest <= 2 ** 20, `the largest chunk has ${largest} bytes`);
  const [first] = doubles(kept, "/posterior/q/c/1/2/0");
  assert.equal(first, (perChain + 2 * rows) * dim);
  const edge = doubles(kept, "/posterior/q/c/1/2/0");
  assert.equal(edge.length, rows * dim, "chunks at the edge are as large as the others");
  const inside = (perChain - 2 * rows) * dim;
  assert.equal(edge[inside - 1], chains * perChain * dim - 1);
  assert.ok(edge.slice(inside).every(Number.isNaN), "and hold the fill value where the array ends");
});

test("a store with something in it, options of another shape and samplers that are no data are refused", async () => {
  const taken = new Map([["/zarr.json", new Uint8Array(0)]]);
  await assert.rejects(toZarr(draws, taken), /^RangeError: toZarr: store must be empty, and holds a group$/);
  await assert.rejects(toZarr(draws, {} as never), /^RangeError: toZarr: store must be a Zarr store, got an object$/);
  await assert.rejects(
    toZarr([] as never, new Map()),
    /^RangeError: toZarr: draws must be draws, such as sample returns/,
  );
  await assert.rejects(toZarr(draws, new Map(), { loglik: {} } as never), /there is no option "loglik"/);
  await assert.rejects(
    toZarr(draws, new Map(), { logLikelihood: { y: [[[1]]] } }),
    /logLikelihood\.y must begin with 3 chains of 7 draws, got the shape \[1, 1, 1\]/,
  );
  await assert.rejects(
    toZarr(draws, new Map(), { observedData: { y: [[1, 2], [3]] } }),
    /toZarr: observedData\.y\[1\] has 1 entries, and those before it 2/,
  );
  const closure = { ...draws, sampler: { kind: "hmc", options: { stepSize: () => 1 } } };
  await assert.rejects(toZarr(closure, new Map()), /^TypeError: a function cannot be kept in a file$/);
});
