// What is wrong with a formula, and where: every complaint shows the line and points at the column.

/** Characters of a long line shown on either side of the place. */
const AROUND = 40;

/** Throws a RangeError that shows the place `at`, an index into the text. */
export function fault(text: string, at: number, message: string): never {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  const line = text.slice(start, end < 0 ? text.length : end);
  const column = at - start;
  const from = column > 2 * AROUND ? column - AROUND : 0;
  const to = line.length > column + 2 * AROUND ? column + AROUND : line.length;
  const before = from > 0 ? "..." : "";
  const shown = before + line.slice(from, to).replace(/\s/g, " ") + (to < line.length ? "..." : "");
  const lineNumber = text.slice(0, start).split("\n").length;
  const place = text.includes("\n") ? `line ${lineNumber}, column ${column + 1}` : `column ${column + 1}`;
  const caret = " ".repeat(before.length + column - from) + "^";
  throw new RangeError(`energies.formula: ${message} (${place})\n  ${shown}\n  ${caret}`);
}

/** ` did you mean ...?` for the known name that is nearest, if one is near. */
export function suggestion(name: string, known: Iterable<string>): string {
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
}

/** How many letters must be inserted, removed, replaced or swapped with their neighbour (Damerau's optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : replaced;
      row.push(Math.min(replaced, swapped, row[j - 1] + 1, last[j] + 1));
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}
