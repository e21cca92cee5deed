// What a figure is, without its numbers: kinds of traces, places, names, colours, titles. Snapshots compare this, not pixels.

import type { Figure } from "../../src/plots/index.js";

/** Arrays of numbers become their length, other numbers are rounded to three digits; all else stays. */
export function structureOf({ data, layout }: Figure): unknown {
  return reduced({ data, layout });
}

function reduced(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(3));
  if (Array.isArray(value)) {
    const isLong = value.length > 8;
    if (value.every((item) => typeof item === "number" || item === null)) {
      return isLong ? `${value.length} numbers` : value.map(reduced);
    }
    if (isLong && value.every((item) => Array.isArray(item))) return `${value.length} rows`;
    if (isLong && value.every((item) => typeof item === "string")) return counted(value as string[]);
    return value.map(reduced);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reduced(item)]));
}

/** Many texts or colours by how often each occurs. */
function counted(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
