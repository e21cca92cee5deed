// Lines that an estimate is compared with, such as d/2 or a coefficient that is known exactly.

import { finiteNumber, refuse } from "../arguments/index.js";
import { numberLabel } from "./plain.js";
import { asText, faint, seriesColor } from "./theme.js";

export interface Reference {
  readonly label: string;
  readonly value: number;
}

const colors = [faint, seriesColor(7), seriesColor(5)];

/** Of what is known exactly. */
export const knownColor: string = seriesColor(7);

/** A coefficient that is known exactly, as a number or as `{ lambda }`. */
export type KnownLambda = number | { readonly lambda: number };

/** The known coefficient as a line of its own; undefined where none is given. */
export function knownReference(where: string, known: KnownLambda | undefined): Reference | undefined {
  if (known === undefined) return undefined;
  const value = typeof known === "object" && known !== null ? known.lambda : known;
  return { label: "known lambda", value: finiteNumber(where, "known", value) };
}

export function checkReferences(where: string, reference: readonly Reference[]): void {
  if (!Array.isArray(reference)) refuse(where, "reference", "a list of { label, value }", reference);
  reference.forEach((line, i) => {
    if (typeof line?.label !== "string") refuse(where, `reference[${i}].label`, "a text", line?.label);
    finiteNumber(where, `reference[${i}].value`, line.value);
  });
}

/** As the legend names it: `d/2 = 16`. */
export function referenceName({ label, value }: Reference): string {
  return asText(`${label} = ${numberLabel(value)}`);
}

export function referenceColor(index: number): string {
  return colors[index % colors.length];
}
