// Ids that are derived from everything that decides what they stand for, and the folders that belong to them.

import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError } from "../configuration/errors.js";

/** Raised whenever the same configuration gives other bytes than before, so that older artifacts are not taken for new ones. */
export const FORMAT = 2;

export type ArtifactKind = "tgt" | "run" | "llc" | "sweep" | "pol";

const DIGITS = 16;

/**
 * `tgt_` and 16 hexadecimal digits of the SHA-256 of the data as canonical JSON: equal data have equal ids, whatever the order of their
 * keys.
 */
export function idOf(kind: ArtifactKind, data: unknown): string {
  const text = canonicalJson({ format: FORMAT, kind, data });
  return `${kind}_${createHash("sha256").update(text).digest("hex").slice(0, DIGITS)}`;
}

/** Keys sorted, nothing between them; what is undefined is not there. Throws where JSON has no word for a number. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item) => {
    if (typeof item === "number" && !Number.isFinite(item)) throw new RangeError(`ids: ${item} cannot be part of one`);
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Throws a ConfigurationError where the text is no id of this kind, so that none leads out of the folder of artifacts. */
export function checkId(kind: ArtifactKind, id: unknown): string {
  if (typeof id !== "string" || !isId(kind, id)) {
    throw new ConfigurationError(
      `${JSON.stringify(id)} is no ${NAMES[kind]} id; one is ${kind}_ followed by ${DIGITS} hexadecimal digits`,
    );
  }
  return id;
}

function isId(kind: ArtifactKind, text: string): boolean {
  return new RegExp(`^${kind}_[0-9a-f]{${DIGITS}}$`).test(text);
}

/** The ids of this kind that a folder has entries for, sorted; none where there is no such folder. Throws where it cannot be read. */
export async function idsIn(kind: ArtifactKind, folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => isId(kind, name)).sort();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new Error(`the folder ${folder} cannot be read (${message})`, { cause: error });
  }
}

const NAMES: Readonly<Record<ArtifactKind, string>> = {
  tgt: "target",
  run: "run",
  llc: "comparison",
  sweep: "sweep",
  pol: "policy",
};

/** Where artifacts lie below the root, `runs` by default. */
export const folders = {
  targets: (root: string): string => join(root, "targets"),
  target: (root: string, id: string): string => join(root, "targets", checkId("tgt", id)),
  samples: (root: string): string => join(root, "samples"),
  samplesOf: (root: string, target: string): string => join(root, "samples", checkId("tgt", target)),
  run: (root: string, target: string, sampler: string, id: string): string =>
    join(root, "samples", checkId("tgt", target), sampler, checkId("run", id)),
  comparison: (root: string, id: string): string => join(root, "comparisons", checkId("llc", id)),
  sweep: (root: string, id: string): string => join(root, "sweeps", checkId("sweep", id)),
  policies: (root: string): string => join(root, "policies"),
  policy: (root: string, id: string): string => join(root, "policies", checkId("pol", id)),
} as const;
