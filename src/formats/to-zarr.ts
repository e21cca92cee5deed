// Draws as a Zarr store, version 3 of the format, laid out as ArviZ's InferenceData: what xarray, zarr-python 3 and ArviZ 1 open as it is.
// https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html

import type * as Zarrita from "zarrita";
import { refuse } from "../arguments/index.js";
import type { Draws } from "../chains/draws.js";
import { digest } from "../platform/fingerprint.js";
import { type GroupOfArrays, type InferenceArray, type InferenceDataOptions, inferenceData } from "./inference-data.js";
import { nodeNames } from "./node-names.js";
import { type RecordArray, recordOf } from "./record.js";
import { sizeOf, stridesOf } from "./variables.js";
import { blocksOf, gather, type View, wholeView } from "./view.js";
import { chunkShapeOf, FILL, sameNaN, typedFor, type ZarrType } from "./zarr-chunks.js";

/** Where the bytes of a store are, by keys such as `/posterior/theta/c/0/0/0`. A `Map` is one, and so is every store of zarrita's. */
export interface ReadableStore {
  get(key: string): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

export interface WritableStore extends ReadableStore {
  set(key: string, value: Uint8Array): unknown;
}

/** The group that belongs to Ergodic alone. */
export const RECORD_GROUP = "ergodic";

/**
 * Writes draws into an empty store, in the groups `posterior`, `sample_stats`, where there was a warmup kept `warmup_posterior` and
 * `warmup_sample_stats`, where they are given `log_likelihood` and `observed_data`, and `ergodic`, from which `fromZarr` has everything
 * else: nothing is lost, and `sample(..., { resume })` goes on from it byte for byte.
 *
 * Coordinates `theta[0]`, `theta[1]` become one variable `theta` with the axes (chain, draw, theta_dim_0); statistics get ArviZ's names
 * (`lp` is minus our energy, `energy` the Hamiltonian). Beyond the length of a stopped chain there is NaN, and the attribute `lengths`
 * of `posterior` says where. A chunk holds a mebibyte at most, and one at a time is in memory besides the draws.
 *
 * Rejects with a RangeError where an argument does not fit or the store is not empty.
 * @example
 * const store = new Map();
 * await toZarr(draws, store);
 * [...store.keys()][0] // "/posterior/zarr.json"
 */
export async function toZarr(draws: Draws, store: WritableStore, options: InferenceDataOptions = {}): Promise<void> {
  await writeZarr("toZarr", draws, store, options);
}

/** `where` begins what is said of wrong arguments. */
export async function writeZarr(
  where: string,
  draws: Draws,
  store: WritableStore,
  options: InferenceDataOptions,
): Promise<void> {
  const groups = inferenceData(where, draws, options);
  if (typeof store?.get !== "function" || typeof store.set !== "function")
    refuse(where, "store", "a Zarr store", store);
  if ((await store.get("/zarr.json")) !== undefined)
    throw new RangeError(`${where}: store must be empty, and holds a group`);
  const { json, arrays } = recordOf(draws);
  // Loaded when first used, and from CommonJS too: the package is an ES module.
  const writer = new Writer(await import("zarrita"), store);
  const common = {
    created_at: new Date().toISOString(),
    creation_library: "ergodic",
    creation_library_language: "TypeScript",
    inference_library: "ergodic",
  };
  for (const group of groups) {
    const own = group.name === "posterior" ? { lengths: draws.lengths } : {};
    const run = { sampling_time: draws.seconds, tuning_steps: draws.final.warmup };
    const ofRun = group.name.endsWith("posterior") || group.name.endsWith("sample_stats") ? run : {};
    await writer.group(group.name, { ...common, ...ofRun, ...own, sample_dims: group.sampleDims });
    await writer.arraysOf(group);
  }
  const nodes = await writer.recordArrays(arrays);
  // After the arrays, because it says what they hold.
  await writer.group(RECORD_GROUP, { record: json, arrays: nodes, fingerprints: writer.fingerprints });
  await writer.root({ ...common, sampling_time: draws.seconds });
}

class Writer {
  /** By path, of every array so far. */
  readonly fingerprints: Record<string, string> = {};
  readonly #zarr: typeof Zarrita;
  readonly #store: Zarrita.AsyncMutable;
  /** Every node's `zarr.json`, in the order in which zarr-python takes them: a group before its arrays. */
  readonly #metadata: Record<string, unknown> = {};
  readonly #groups: Record<string, unknown> = {};

  constructor(zarr: typeof Zarrita, store: WritableStore) {
    this.#zarr = zarr;
    this.#store = {
      get: async (key) => store.get(key),
      set: async (key, value) => {
        await store.set(key, value);
        if (key.endsWith("/zarr.json")) this.#metadata[key.slice(1, -"/zarr.json".length)] = JSON.parse(decoded(value));
      },
    };
  }

  async group(path: string, attributes: Record<string, unknown>): Promise<void> {
    await this.#zarr.create(new this.#zarr.Location(this.#store, `/${path}`), { attributes });
    this.#groups[path] = this.#metadata[path];
    delete this.#metadata[path];
  }

  async arraysOf({ name: group, arrays, sampleDims }: GroupOfArrays): Promise<void> {
    for (const [dim, labels] of axesOf(arrays)) {
      const view = wholeView(Float64Array.from(labels, Number), [labels.length]);
      await this.#array(`${group}/${dim}`, [dim], "int64", view, {});
    }
    for (const { name, title, dims, type, view } of arrays) {
      const isRenamed = title !== name && !(sampleDims.length > 0 && group.endsWith("sample_stats"));
      await this.#array(`${group}/${name}`, dims, type, view, isRenamed ? { long_name: title } : {});
    }
  }

  /** Their names in the store. */
  async recordArrays(arrays: readonly RecordArray[]): Promise<string[]> {
    const nodeOf = nodeNames();
    const nodes = arrays.map(({ title }) => nodeOf(title));
    for (const [k, { shape, dims, data }] of arrays.entries()) {
      await this.#array(`${RECORD_GROUP}/${nodes[k]}`, dims, "float64", wholeView(data, shape), {});
    }
    return nodes;
  }

  /** Last: it tells readers of all there is, so that they need not look into every folder. */
  async root(attributes: Record<string, unknown>): Promise<void> {
    const metadata = { ...this.#groups, ...this.#metadata };
    const consolidated = { kind: "inline", must_understand: false, metadata };
    const root = { zarr_format: 3, node_type: "group", attributes, consolidated_metadata: consolidated };
    await this.#store.set("/zarr.json", new TextEncoder().encode(JSON.stringify(root)));
  }

  async #array(
    path: string,
    dims: readonly string[],
    type: ZarrType,
    view: View,
    attributes: Record<string, unknown>,
  ): Promise<void> {
    const zarr = this.#zarr;
    const chunkShape = chunkShapeOf(view.shape);
    const array = await zarr.create(new zarr.Location(this.#store, `/${path}`), {
      shape: [...view.shape],
      chunkShape,
      dtype: type,
      // Named although zarrita would take it for granted: others refuse an empty list. One byte has no order of bytes.
      codecs: [{ name: "bytes", configuration: type === "bool" ? {} : { endian: "little" } }],
      fillValue: FILL[type] as never,
      dimensionNames: [...dims],
      attributes,
    });
    const sum = digest();
    const numbers = new Float64Array(sizeOf(chunkShape));
    for (const block of blocksOf(view.shape, chunkShape)) {
      const values = gather(view, block, numbers).subarray(0, sizeOf(block.shape));
      if (type === "bool") for (let i = 0; i < values.length; i++) values[i] = values[i] === 1 ? 1 : 0;
      sum.add(sameNaN(values));
      const typed = typedFor(type, values);
      const data = typed instanceof Uint8Array ? new zarr.BoolArray(typed.buffer as ArrayBuffer) : typed;
      const selection = block.start.map((from, axis) => zarr.slice(from, from + block.shape[axis]));
      const region = { data, shape: [...block.shape], stride: stridesOf(block.shape) };
      await zarr.set(array as Zarrita.Array<"float64", Zarrita.AsyncMutable>, selection, region as never);
    }
    this.fingerprints[path] = sum.hex();
  }
}

function axesOf(arrays: readonly InferenceArray[]): Map<string, readonly (number | string)[]> {
  const axes = new Map<string, readonly (number | string)[]>();
  for (const { dims, labels } of arrays) for (const [axis, dim] of dims.entries()) axes.set(dim, labels[axis]);
  return axes;
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
