// Records of training runs, one line of JSON each in bench/scores/records.jsonl: appended when a run is over, whatever it reached, and never
// changed. A run is decided by its settings and its seed; one that is recorded is not run again.

import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Recipe } from "../../src/policy-gradients/recipes.js";

export interface ScoreRecord {
  /** `algorithm/task` */
  readonly name: string;
  readonly seed: number;
  /** What `settingsId` gives. */
  readonly settings: string;
  readonly totalSteps: number;
  /** Of the training. */
  readonly seconds: number;
  /** Where training broke off with an error, its message; nothing below is there then. */
  readonly failed?: string;
  readonly deterministic?: Score;
  /** Of actions that are drawn, as they are in training. */
  readonly stochastic?: Score;
  /** Mean return of the last hundred episodes of the training. */
  readonly training?: number;
  /** What did it, where, on which version, when. */
  readonly command: string;
  readonly machine: string;
  readonly commit: string;
  readonly date: string;
}

/** Over episodes. */
export interface Score {
  readonly episodes: number;
  readonly mean: number;
  readonly sd: number;
}

const file = new URL("records.jsonl", import.meta.url);

export function readRecords(): readonly ScoreRecord[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

export function append(record: ScoreRecord): void {
  appendFileSync(file, JSON.stringify(record) + "\n");
}

/** Eight letters that are others wherever something in the recipe is. What it leaves to a preset is as at the record's commit. */
export function settingsId({ algorithm, environment, totalSteps }: Recipe): string {
  const all = { algorithm, environment, totalSteps };
  return createHash("sha256").update(JSON.stringify(all, sortedKeys)).digest("hex").slice(0, 8);
}

/** For `JSON.stringify`: the same text whatever the order in which an object got its keys; an infinity as a word, for JSON has none. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
