// Records of long runs, one line of JSON each in a file of their own: appended when a run is over, whatever it found, and never changed.

import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { machine } from "./results.js";

/** On what, from which version and when a record was made. */
export interface Provenance {
  readonly machine: string;
  readonly commit: string;
  readonly date: string;
}

export interface Records<T> {
  read(): readonly T[];
  append(record: T): void;
}

export function recordsIn<T>(file: URL): Records<T> {
  return {
    read() {
      if (!existsSync(file)) return [];
      const lines = readFileSync(file, "utf8").split("\n");
      return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
    },
    append: (record) => appendFileSync(file, JSON.stringify(record) + "\n"),
  };
}

/** `commit` as it was when the run began: what runs is what was loaded then. */
export function provenance(commit: string): Provenance {
  return { machine: machine(), commit, date: new Date().toISOString() };
}

/** Of the checkout, with a plus where these folders have changed since; "unknown" outside of a repository. */
export function commitOf(...folders: readonly string[]): string {
  const git = (...words: string[]) =>
    execFileSync("git", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  try {
    const changed = git("status", "--porcelain", "--", ...folders) !== "";
    return git("rev-parse", "--short", "HEAD").trim() + (changed ? "+" : "");
  } catch {
    return "unknown";
  }
}

export function tableRow(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}
