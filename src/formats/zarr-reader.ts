// Reads arrays of a Zarr store into places of our own, a chunk at a time, and says where the store is damaged.

import type * as Zarrita from "zarrita";
import { digest } from "../platform/fingerprint.js";
import type { ReadableStore } from "./to-zarr.js";
import { sizeOf } from "./variables.js";
import { blocksOf, scatter, type View } from "./view.js";
import { sameNaN } from "./zarr-chunks.js";

export interface ArrayFacts {
  readonly shape: readonly number[];
  readonly dims: readonly string[];
  readonly type: string;
}

/** A store whose root has told what is in it. Everything throws an Error that begins with `where` and names the place in the store. */
export interface OpenedStore {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Undefined where there is no such group. */
  group(name: string): Readonly<Record<string, unknown>> | undefined;
  /** The arrays of a group by name, in the order of the root's list. */
  arraysOf(group: string): string[];
  facts(path: string): ArrayFacts;
  /**
   * Reads all of an array of numbers or masks into `view`, which has its shape. Where a `fingerprint` is given, every chunk must be
   * there and the numbers must be those that it was taken of.
   */
  read(path: string, view: View, fingerprint?: string): Promise<void>;
  /** All entries of an array of one axis. */
  labels(path: string): Promise<(number | string)[]>;
}

interface Metadata {
  readonly node_type?: unknown;
  readonly attributes?: Record<string, unknown>;
  readonly shape?: number[];
  readonly data_type?: unknown;
  readonly dimension_names?: (string | null)[];
}

/** More do not fit into one array: 32 GiB. */
const MOST_NUMBERS = 2 ** 32;

type NumericArray = Zarrita.Array<"float64", Zarrita.AsyncReadable>;

export async function openStore(where: string, store: ReadableStore): Promise<OpenedStore> {
  const zarr = await import("zarrita");
  const root = rootOf(where, await store.get("/zarr.json"));
  const nodes = new Map(Object.entries(root.nodes).map(([path, node]) => [path.replace(/^\//, ""), node]));
  let missing: string | undefined;
  const counted: Zarrita.AsyncReadable = {
    async get(key) {
      // What the root says of the nodes is what counts.
      const node = key.endsWith("/zarr.json") ? nodes.get(key.slice(1, -"/zarr.json".length)) : undefined;
      if (node !== undefined) return new TextEncoder().encode(JSON.stringify(node));
      const bytes = await store.get(key);
      if (bytes === undefined) missing = key;
      return bytes;
    },
  };
  const open = async (path: string): Promise<NumericArray> => {
    try {
      return (await zarr.open.v3(new zarr.Location(counted, `/${path}`), { kind: "array" })) as NumericArray;
    } catch (error) {
      throw failure(where, `${path}/zarr.json`, error);
    }
  };
  const chunkOf = async (array: NumericArray, path: string, at: number[], whole: boolean) => {
    const place = `${path}/c${at.map((index) => `/${index}`).join("")}`;
    missing = undefined;
    const { data, stride } = await array.getChunk(at).catch((error) => {
      throw failure(where, place, error);
    });
    if (whole && missing !== undefined) throw new Error(`${where}: ${place} is missing`);
    if (data.length !== sizeOf(array.chunks)) {
      throw new Error(
        `${where}: ${place} is damaged: it holds ${data.length} entries in place of ${sizeOf(array.chunks)}`,
      );
    }
    return { data: data as ArrayLike<unknown>, stride };
  };
  return {
    attributes: root.attributes,
    group(name) {
      const node = nodes.get(name);
      return node?.node_type === "group" ? (node.attributes ?? {}) : undefined;
    },
    arraysOf: (group) =>
      [...nodes]
        .filter(([path, { node_type }]) => node_type === "array" && path.slice(0, path.lastIndexOf("/")) === group)
        .map(([path]) => path.slice(group.length + 1)),
    facts(path) {
      const node = nodes.get(path);
      if (node?.node_type !== "array") throw new Error(`${where}: the array ${path} is missing`);
      const { shape, data_type: type, dimension_names: dims = [] } = node;
      if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
        throw new Error(`${where}: ${path}/zarr.json has no shape`);
      }
      if (sizeOf(shape) > MOST_NUMBERS)
        throw new Error(`${where}: ${path} is too large: [${shape.join(", ")}] numbers`);
      return { shape, dims: shape.map((_, axis) => dims[axis] ?? `${path}_dim_${axis}`), type: String(type) };
    },
    async read(path, view, fingerprint) {
      const array = await open(path);
      const sum = digest();
      const numbers = new Float64Array(sizeOf(array.chunks));
      for (const block of blocksOf(array.shape, array.chunks)) {
        const { data, stride } = await chunkOf(array, path, block.at, fingerprint !== undefined);
        const values = unpacked(data, stride, block.shape, numbers);
        const bytes = sameNaN(values);
        if (fingerprint !== undefined) sum.add(bytes);
        scatter(view, block, values);
      }
      if (fingerprint !== undefined && sum.hex() !== fingerprint) {
        throw new Error(`${where}: ${path} is damaged: its fingerprint does not fit what it holds`);
      }
    },
    async labels(path) {
      const array = await open(path);
      const all: (number | string)[] = [];
      for (const { at, shape } of blocksOf(array.shape, array.chunks)) {
        const { data } = await chunkOf(array, path, at, false);
        const [length] = shape;
        const entries = iterable(data);
        for (let i = 0; i < length; i++) {
          const entry = entries[i];
          all.push(typeof entry === "bigint" ? Number(entry) : (entry as number | string));
        }
      }
      return all;
    },
  };
}

function rootOf(where: string, bytes: Uint8Array | undefined) {
  if (bytes === undefined) throw new Error(`${where}: zarr.json is missing: there is no Zarr store of version 3`);
  let root: Metadata & { zarr_format?: unknown; consolidated_metadata?: { metadata?: Record<string, Metadata> } };
  try {
    root = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw failure(where, "zarr.json", error);
  }
  if (root?.zarr_format !== 3 || root.node_type !== "group") {
    throw new Error(`${where}: zarr.json is of no group of version 3 of the format`);
  }
  const nodes = root.consolidated_metadata?.metadata;
  if (typeof nodes !== "object" || nodes === null) {
    throw new Error(
      `${where}: zarr.json does not list what is in the store; zarr.consolidate_metadata of Python adds that`,
    );
  }
  return { attributes: root.attributes ?? {}, nodes };
}

// Hot: a pass over every number that is read. A chunk at the edge is as large as the others, and only a part of it counts.
function unpacked(
  data: ArrayLike<unknown>,
  stride: readonly number[],
  shape: readonly number[],
  out: Float64Array,
): Float64Array {
  const entries = iterable(data);
  const last = shape.length - 1;
  let k = 0;
  const walk = (axis: number, from: number): void => {
    if (axis > last) out[k++] = Number(entries[from]);
    else if (axis === last) {
      for (let i = 0; i < shape[axis]; i++) out[k++] = Number(entries[from + i * stride[axis]]);
    } else for (let i = 0; i < shape[axis]; i++) walk(axis + 1, from + i * stride[axis]);
  };
  walk(0, 0);
  return out.subarray(0, k);
}

/** zarrita's masks are read by `get`. */
function iterable(data: ArrayLike<unknown>): ArrayLike<unknown> {
  const { get } = data as { get?: (index: number) => unknown };
  return typeof get === "function" ? Array.from({ length: data.length }, (_, i) => get.call(data, i)) : data;
}

function failure(where: string, place: string, error: unknown): Error {
  const { message, cause } = error as Error;
  const reason = cause instanceof Error ? cause.message : message;
  return new Error(`${where}: ${place} cannot be read (${reason})`, { cause: error });
}
