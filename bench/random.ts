// What a random number costs, in nanoseconds and relative to Math.random() in the same run: `node --import tsx bench/random.ts`.

import { stream } from "../src/random/index.js";
import { median, report } from "./report.js";

const length = 1000;
const out = new Float64Array(length);
const batch = new Uint32Array(64);
const random = stream(0, "bench");

const contestants: Record<string, { perCall: number; run: () => void }> = {
  "Math.random()": each(() => Math.random()),
  "uniform()": each(() => random.uniform()),
  "normal()": each(() => random.normal()),
  "exponential()": each(() => random.exponential()),
  "gamma(2.5)": each(() => random.gamma(2.5)),
  "gamma(0.5)": each(() => random.gamma(0.5)),
  "integer(1000)": each(() => random.integer(1000)),
  "fillUniform, each": { perCall: length, run: () => random.fillUniform(out) },
  "fillNormal, each": { perCall: length, run: () => random.fillNormal(out) },
  "subset, 64 of 60000, each": { perCall: batch.length, run: () => random.subset(60000, batch) },
  "subset, 64 of 256, each": { perCall: batch.length, run: () => random.subset(256, batch) },
  "split(i)": each((i) => random.split(i).uniform()),
};

const times = Object.entries(contestants).map(([name, { perCall, run }]) => ({ name, ns: nanoseconds(run) / perCall }));
const unit = times[0].ns;
for (const { name, ns } of times) report({ what: name, value: ns / unit, unit: "x", note: `${ns.toFixed(2)} ns` });

function each(draw: (i: number) => number): { perCall: number; run: () => void } {
  const run = () => {
    for (let i = 0; i < length; i++) out[i] = draw(i);
  };
  return { perCall: length, run };
}

/** The median over repetitions of about 20 ms each, after a warm-up. */
function nanoseconds(run: () => void): number {
  let calls = 1;
  for (let elapsed = 0; elapsed < 20; calls *= 2) elapsed = milliseconds(run, calls);
  return median(Array.from({ length: 9 }, () => milliseconds(run, calls) / calls)) * 1e6;
}

function milliseconds(run: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return performance.now() - start;
}
