// Runs the benchmarks, or those named on the command line, each in a process of its own, and records what they report:
// `npm run bench`, `npm run bench -- hmc import`. Ends with 1 where one failed or missed its limit. One that keeps its own records runs only where it
// is named first, with what follows as its arguments: `npm run bench -- policy-gradients-scores ppo/acrobot`.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { draw } from "./figure.js";
import { asLine, meets, type Row } from "./report.js";
import { machine, record, recorded } from "./results.js";

/** In the order in which they run: each a file of this folder. */
const BENCHES = [
  "import",
  "random",
  "hmc",
  "engine",
  "cnn",
  "chains",
  "nuts",
  "langevin",
  "policy-gradients",
  "policy-gradients-training",
  "diagnostics",
  "coverage",
  "llc-speed",
  "render",
  "laboratory",
];

/** Those that take hours and keep records of their own. */
const KEEPING_RECORDS = ["policy-gradients-scores", "llc-coverage", "llc-agreement"];

const asked = process.argv.slice(2);
if (KEEPING_RECORDS.includes(asked[0])) {
  const { code } = await run(asked[0], asked.slice(1));
  process.exit(code ?? 1);
}
const unknown = asked.find((name) => !BENCHES.includes(name));
if (unknown !== undefined) {
  console.error(`bench: there is no ${unknown}; there are ${[...BENCHES, ...KEEPING_RECORDS].join(", ")}`);
  process.exit(2);
}

console.log(machine());
const failed: string[] = [];
const all: Row[] = [];
for (const name of asked.length > 0 ? asked : BENCHES) {
  console.log(`\n${name}`);
  const { rows, code } = await run(name);
  all.push(...rows);
  if (code !== 0) failed.push(name);
  else record(name, rows);
}

try {
  await draw(recorded());
} catch (error) {
  console.log(`\nno picture of the results: ${(error as Error).message}`);
}

const missed = all.filter((row) => !meets(row));
if (missed.length > 0) console.log(`\nmissed:\n${missed.map(asLine).join("\n")}`);
if (failed.length > 0) console.log(`\nfailed: ${failed.join(", ")}`);
process.exitCode = missed.length + failed.length > 0 ? 1 : 0;

function run(name: string, words: readonly string[] = []): Promise<{ rows: Row[]; code: number | null }> {
  const rows: Row[] = [];
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", file, ...words], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.on("message", (row) => rows.push(row as Row));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ rows, code }));
  });
}
