// Where results are kept: bench/results.json for programs, and the lines in bench/README.md, written from it, for people.

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { asLine, type Row } from "./report.js";

interface Result {
  readonly date: string;
  readonly machine: string;
  readonly rows: readonly Row[];
}

/** By the benchmark's name. */
type Results = Record<string, Result>;

const resultsFile = new URL("results.json", import.meta.url);
const readmeFile = new URL("README.md", import.meta.url);
const LINES = /(<!-- results -->\n)[\s\S]*(<!-- end of results -->)/;

/** The processor by its generic name, how many of its cores are at hand, and the version of Node. */
export function machine(): string {
  const cores = availableParallelism();
  return `${cpus()[0]?.model ?? "unknown processor"}, ${cores} core${cores === 1 ? "" : "s"}, Node ${process.version}`;
}

/** Replaces what is recorded of a benchmark; the others keep their rows and their dates. */
export function record(name: string, rows: readonly Row[]): void {
  const results = {
    ...readResults(),
    [name]: { date: new Date().toISOString().slice(0, 10), machine: machine(), rows },
  };
  writeFileSync(resultsFile, JSON.stringify(results, null, 2) + "\n");
  const readme = readFileSync(readmeFile, "utf8");
  if (!LINES.test(readme)) throw new Error("bench: README.md has lost the marks between which the results stand");
  writeFileSync(
    readmeFile,
    readme.replace(LINES, (_, begin, end) => `${begin}\n${asBlocks(results)}\n${end}`),
  );
}

/** The rows of each benchmark that was ever recorded. */
export function recorded(): Record<string, readonly Row[]> {
  return Object.fromEntries(Object.entries(readResults()).map(([name, { rows }]) => [name, rows]));
}

function readResults(): Results {
  try {
    return JSON.parse(readFileSync(resultsFile, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

// As printed, in a fenced block: a formatter leaves it alone.
function asBlocks(results: Results): string {
  return Object.entries(results)
    .map(([name, { date, machine, rows }]) =>
      [`### ${name}`, "", `${date}, ${machine}.`, "", "```text", ...rows.map(asLine), "```", ""].join("\n"),
    )
    .join("\n");
}
