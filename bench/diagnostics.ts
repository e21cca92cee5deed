// What rank R-hat, bulk and tail ESS of 10,000 variables cost, relative to R's `posterior`, and what a summary of many gains by threads.

import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Draws } from "../src/chains/draws.js";
import { importBuilt } from "./built.js";
import { report } from "./report.js";

const { diagnostics, stream, summarize, summarizeInThreads } = await importBuilt();

const CHAINS = 4;
const DRAWS = 1000;
const VARIABLES = 10_000;
/** R is timed on so many before ours and on so many after, and the mean taken for all: one variable is as much work as the next. */
const IN_R = 1000;
/** Of the summary, which is computed eleven times. */
const COORDINATES = 2000;

const normals = new Float64Array(CHAINS * DRAWS * VARIABLES);
stream(1).fillNormal(normals);

const before = posterior();
const seconds = rankDiagnostics();
const after = before && posterior();
const size = `${CHAINS} chains x ${DRAWS} draws x ${VARIABLES} variables`;
report({ what: `R-hat, bulk and tail ESS, ${size}`, value: seconds, unit: "s" });
if (before === undefined || after === undefined) {
  console.log("  skipped, for there is no Rscript with posterior here: the same relative to R's posterior");
} else {
  const inR = ((before.seconds + after.seconds) / 2) * (VARIABLES / IN_R);
  const note = `posterior ${before.version}: ${inR.toPrecision(3)} s, from the time of ${2 * IN_R} variables`;
  report({ what: "the same relative to R's posterior", value: seconds / inR, unit: "x", limit: { atMost: 0.2 }, note });
}
await threads();

function rankDiagnostics(): number {
  const start = performance.now();
  for (let v = 0; v < VARIABLES; v++) {
    const chains = Array.from({ length: CHAINS }, (_, m) => {
      const from = (v * CHAINS + m) * DRAWS;
      return normals.subarray(from, from + DRAWS);
    });
    const { rhat, essBulk, essTail } = diagnostics.rankDiagnostics(chains);
    if (!(rhat < 1.1 && essBulk > 1000 && essTail > 1000)) throw new Error(`bench: variable ${v} is not independent`);
  }
  return (performance.now() - start) / 1000;
}

/** Undefined where R or its package is not installed. Throws where they are and fail. */
function posterior(): { version: string; seconds: number } | undefined {
  const installed = spawnSync("Rscript", ["-e", 'quit(status = !requireNamespace("posterior", quietly = TRUE))']);
  if (installed.error !== undefined || installed.status !== 0) return undefined;
  const script = fileURLToPath(new URL("diagnostics.R", import.meta.url));
  const { status, stdout, stderr } = spawnSync("Rscript", [script, ...[CHAINS, DRAWS, IN_R].map(String)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`bench: Rscript ended with ${status}: ${stderr.trim()}`);
  const [version, seconds] = stdout.trim().split(" ");
  return { version, seconds: Number(seconds) };
}

/** The summary here and in as many threads as there are processors, in turns; of each the best time counts. */
async function threads(): Promise<void> {
  const workers = availableParallelism();
  const draws = independentDraws();
  await summarizeInThreads(draws, { workers }); // starts the threads
  let here = Number.POSITIVE_INFINITY;
  let inThreads = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    summarize(draws);
    const middle = performance.now();
    await summarizeInThreads(draws, { workers });
    here = Math.min(here, middle - start);
    inThreads = Math.min(inThreads, performance.now() - middle);
  }
  const note = `${here.toFixed(0)} ms, ${inThreads.toFixed(0)} ms`;
  const what = `summary of ${COORDINATES} coordinates: here, relative to ${workers} thread${workers === 1 ? "" : "s"}`;
  report({ what, value: here / inThreads, unit: "x", note });
}

/** As a run would leave them that had nothing else to say. */
function independentDraws(): Draws {
  return {
    chains: CHAINS,
    draws: DRAWS,
    dim: COORDINATES,
    names: Array.from({ length: COORDINATES }, (_, i) => `q[${i}]`),
    lengths: new Array(CHAINS).fill(DRAWS),
    position: normals.subarray(0, CHAINS * DRAWS * COORDINATES),
    stats: {},
    adapted: {},
    final: { position: new Float64Array(0), random: [], transitions: [], memory: {}, warmup: 0, thin: 1 },
    sampler: { kind: "none", options: {} },
    seed: 1,
    stopped: [],
    aborted: false,
    seconds: 0,
  };
}
