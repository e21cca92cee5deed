// The draws of a run as JSON: typed arrays as lists, and numbers that JSON has no word for by their names.

import { join } from "node:path";
import type { Draws } from "../../chains/draws.js";
import { readJson, writeFileWhole } from "./artifact.js";

export async function writeTraces(folder: string, draws: Draws): Promise<void> {
  await writeFileWhole(join(folder, "traces.json"), `${JSON.stringify(draws, plain)}\n`);
}

export async function readTraces(folder: string): Promise<Draws> {
  return revived(await readJson(join(folder, "traces.json"))) as Draws;
}

function plain(_: string, value: unknown): unknown {
  if (value instanceof Float64Array) return { float64: Array.from(value, word) };
  return typeof value === "number" ? word(value) : value;
}

function word(value: number): number | string {
  return Number.isFinite(value) ? value : `#${value}`;
}

function revived(value: unknown): unknown {
  if (typeof value === "string" && /^#(NaN|-?Infinity)$/.test(value)) return Number(value.slice(1));
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== "object" || value === null) return value;
  if ("float64" in value) return Float64Array.from((value.float64 as unknown[]).map(revived) as number[]);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, revived(entry)]));
}
