// A ladder of temperatures as a reader sees it.

import { roundedTo, significant } from "../chains/digits.js";
import { printedAs } from "../chains/printed.js";
import { textTable } from "../chains/table.js";
import type { LlcLadder } from "./ladder.js";

/** The ladder itself, printed as a table and sentences. */
export function printedLadder(ladder: LlcLadder): LlcLadder {
  return printedAs(ladder, text);
}

function text({ rungs, fit, byMultiplicity, wbic, notes, gamma, dataSize, dim }: LlcLadder): string {
  const within = (value: number, error: number): string => `${roundedTo(value, error)} \u00b1 ${significant(error, 2)}`;
  const table = textTable(
    ["n beta", "llc", "s.e.", "free energy", "s.e.", "bridged", "essBulk", "verdict"],
    rungs.map((rung) => [
      significant(rung.nbeta, 4),
      roundedTo(rung.llc, rung.standardError),
      significant(rung.standardError, 2),
      roundedTo(rung.freeEnergy, rung.freeEnergyStandardError),
      significant(rung.freeEnergyStandardError, 2),
      roundedTo(rung.bridged, rung.bridgedStandardError),
      rung.estimate.essBulk.toFixed(0),
      rung.estimate.verdict.ok ? "ok" : rung.estimate.verdict.problems.map(({ kind }) => kind).join(", "),
    ]),
  );
  return [
    `LLC at ${rungs.length} temperatures, n = ${dataSize}, gamma = ${significant(gamma, 4)}, d/2 = ${dim / 2}`,
    table,
    `lambda ${within(fit.lambda, fit.lambdaStandardError)}, multiplicity ${within(fit.multiplicity, fit.multiplicityStandardError)} (correlation ${significant(fit.correlation, 2)}); chi-square ${significant(fit.chiSquare, 3)} on ${fit.degreesOfFreedom}, chance ${significant(fit.chance, 2)}`,
    ...byMultiplicity.map(
      ({ multiplicity, lambda, lambdaStandardError, offset, chiSquare }) =>
        `were the multiplicity ${multiplicity}: lambda ${within(lambda, lambdaStandardError)}${multiplicity === 1 ? "" : ` with log t + ${significant(offset, 2)}`}, chi-square ${significant(chiSquare, 3)}`,
    ),
    ...(wbic === undefined ? [] : [`WBIC ${within(wbic.value, wbic.standardError)} nats`]),
    ...notes,
  ].join("\n");
}
