// Whether error bars are error bars: how often 95 % intervals hold exact values, over estimators and models. It takes an hour, so
// `npm run bench` leaves it out; `npm run bench -- llc-coverage SGLD "w1^2 w2^2"` runs what of these estimators and models is not recorded yet.

import { cellOf, meetsBar } from "./llc/cells.js";
import { type CoverageRecord, coverageRecords, currentRecords, settingsOf } from "./llc/coverage-records.js";
import { estimators } from "./llc/estimators.js";
import { models } from "./llc/models.js";
import { writePage } from "./llc/page.js";
import { commitOf, provenance } from "./records.js";

const COMMIT = commitOf("src/llc", "src/samplers", "src/chains", "src/networks", "src/tensor", "bench/llc/*.ts");

const words = process.argv.slice(2);
const names = [...estimators, ...models].map(({ name }) => name);
const unknown = words.find((word) => word !== "table" && !names.includes(word));
if (unknown !== undefined) throw new RangeError(`bench: there is no ${unknown}; there are ${names.join(", ")}`);

const asked = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] => {
  const named = all.filter(({ name }) => words.includes(name));
  return named.length > 0 ? named : all;
};
for (const estimator of words.join() === "table" ? [] : asked(estimators)) {
  for (const model of asked(models)) {
    if (estimator.suits?.(model) === false) continue;
    const there = currentRecords().some((one) => one.estimator === estimator.name && one.model === model.name);
    if (there) continue;
    const began = performance.now();
    const cell = await cellOf(estimator, model, estimator.biased === undefined);
    const record: CoverageRecord = {
      ...{ estimator: estimator.name, model: model.name, settings: settingsOf(estimator) },
      ...cell,
      seconds: Math.round((performance.now() - began) / 100) / 10,
      ...provenance(COMMIT),
    };
    coverageRecords.append(record);
    console.log(asLine(record, estimator.biased === undefined && !meetsBar(cell)));
  }
}
writePage();

function asLine({ estimator, model, runs, claims, seconds }: CoverageRecord, missed: boolean): string {
  const counts = claims.map(({ what, covered }) => `${what} ${covered}`).join(", ");
  return `  ${estimator}, ${model}: of ${runs} runs ${counts} (${seconds} s)${missed ? "   MISSED" : ""}`;
}
