// Whether samplers agree on Lambda-Hat's targets of 45, 963 and 9921 parameters. The last takes a quarter of an hour and more, with
// its training, so `npm run bench` leaves it out; `npm run bench -- llc-agreement small` runs what of that target is not recorded yet.

import { tmpdir } from "node:os";
import { join } from "node:path";
import { llc, type Preflight, preflight } from "../src/index.js";
import type { Target } from "../src/llc/targets/index.js";
import { compose, jobsOf, obtainTarget } from "../src/runs/index.js";
import { type AgreementRecord, agreementRecords, recordOf, settingsOf } from "./llc/agreement-records.js";
import { type AgreementTarget, agreementTargets, type SamplerRun } from "./llc/agreement-targets.js";
import { writePage } from "./llc/page.js";
import { commitOf, provenance } from "./records.js";

const COMMIT = commitOf("src/llc", "src/samplers", "src/chains", "src/networks", "src/tensor", "bench/llc/*.ts");
const CHAINS = 4;
const SEED = 1;
/** Targets are trained once and stay here, under ids of everything that decides them. */
const ROOT = join(tmpdir(), "ergodic-bench", "runs");

const words = process.argv.slice(2);
const unknown = words.find((word) => word !== "table" && !agreementTargets.some(({ name }) => name === word));
if (unknown !== undefined) {
  const names = agreementTargets.map(({ name }) => name);
  throw new RangeError(`bench: there is no target ${unknown}; there are ${names.join(", ")}`);
}
for (const target of agreementTargets) {
  if (words.length > 0 && !words.includes(target.name)) continue;
  const missing = target.runs.filter((run) => recordOf(target, run) === undefined);
  if (missing.length === 0) continue;
  const [overrides] = jobsOf(target.words, { sweep: false });
  const { target: trained } = await obtainTarget(ROOT, compose({ overrides }));
  const { gamma, polish } = target;
  const centered = preflight(trained.loss, trained.center, { gamma, polish });
  console.log(`${target.name}: ${trained.loss.dim} parameters, ${centered.problems.join(" ") || "a minimum"}`);
  for (const run of missing) {
    const record = await recorded(target, run, trained, centered);
    agreementRecords.append(record);
    console.log(asLine(record));
  }
}
writePage();

async function recorded(
  target: AgreementTarget,
  run: SamplerRun,
  { loss }: Target,
  { center, largestCurvature, beta, depth }: Preflight,
): Promise<AgreementRecord> {
  const { name, sampler, warmup, draws, thin } = run;
  const began = performance.now();
  const estimate = await llc(loss, {
    ...{ center, gamma: target.gamma, sampler, warmup, draws, thin },
    ...{ chains: CHAINS, seed: SEED, workers: target.threads ? undefined : 0, onEvent() {} },
  });
  const { mean, standardError, essBulk, rhat, work, workNormalizedVariance, stepExcess, verdict } = estimate;
  return {
    ...{ target: target.name, sampler: name, settings: settingsOf(target, run) },
    ...{ dim: loss.dim, dataSize: loss.dataSize, stiffness: loss.dataSize * beta * largestCurvature, depth },
    ...{ mean, standardError, essBulk, rhat, work, workNormalizedVariance },
    ...(stepExcess !== undefined && { stepExcess }),
    problems: verdict.problems.map(({ kind }) => kind),
    seconds: Math.round((performance.now() - began) / 100) / 10,
    ...provenance(COMMIT),
  };
}

function asLine({ sampler, mean, standardError, essBulk, work, seconds, problems }: AgreementRecord): string {
  const effective = `${Math.round(essBulk)} effective draws of ${work.toPrecision(3)} gradients`;
  return `  ${sampler}: ${mean.toPrecision(5)} ± ${standardError.toPrecision(2)}, ${effective} (${seconds} s) ${problems.join(", ")}`;
}
