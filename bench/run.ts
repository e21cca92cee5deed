// Runs the benchmarks, or those named on the command line, each in a process of its own, and records what they report:
// `npm run bench`, `npm run bench -- hmc import`. Ends with 1 where one failed or missed its limit.

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
  "diagnostics",
  "coverage",
  "render",
  "laboratory",
];

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !BENCHES.includes(name));
if (unknown !== undefined) {
  console.error(`bench: there is no ${unknown}; there are ${BENCHES.join(", ")}`);
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

function run(name: string): Promise<{ rows: Row[]; code: number | null }> {
  const rows: Row[] = [];
  const child = spawn(process.execPath, ["--import", "tsx", fileURLToPath(new URL(`${name}.ts`, import.meta.url))], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.on("message", (row) => rows.push(row as Row));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ rows, code }));
  });
}
