// Records of training runs, one line of JSON each in bench/scores/records.jsonl: appended when a run is over, whatever it reached, and never
// changed. A run is decided by its settings and its seed; one that is recorded is not run again.

import { createHash } from "node:crypto";
import type { Recipe } from "../../src/policy-gradients/recipes.js";
import { type Provenance, type Records, recordsIn } from "../records.js";

export interface ScoreRecord extends Provenance {
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
  /** What did it. */
  readonly command: string;
}

/** Over episodes. */
export interface Score {
  readonly episodes: number;
  readonly mean: number;
  readonly sd: number;
}

const records: Records<ScoreRecord> = recordsIn(new URL("records.jsonl", import.meta.url));

export const readRecords: () => readonly ScoreRecord[] = records.read;
export const append: (record: ScoreRecord) => void = records.append;

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
