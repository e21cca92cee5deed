// Numbers and lists as a sentence takes them.

import { significant } from "../digits.js";

/** `1 draw`, `2 draws`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** `chain 2`, `chains 0 and 2`; a long list is cut: `chains 0, 1, 2 and 5 more`. */
export function chainList(chains: readonly number[]): string {
  return `chain${chains.length === 1 ? "" : "s"} ${listOf(chains.map(String))}`;
}

/** `a`, `a and b`, `a, b, c and 5 more`. */
export function listOf(names: readonly string[], most = 3): string {
  // "and 1 more" would take as much room as the one.
  if (names.length > most + 1) return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/** `2.1%`; what is very little is not shown to digits that mean nothing. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.01) return "less than 0.01%";
  return `${value >= 10 ? value.toFixed(0) : significant(value, 2)}%`;
}
