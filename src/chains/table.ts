// Tables as text, for a terminal, a notebook cell and a log: columns aligned by spaces alone.

/**
 * The header and rows under each other: two spaces between columns, numbers to the right, words to the left, nothing after
 * the last column. A short row leaves its last columns empty.
 *
 * @example
 * textTable(["name", "mean"], [["x", "0.51"], ["log y", "-12.3"]])
 * // name    mean
 * // x       0.51
 * // log y  -12.3
 */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = header.map((title, column) => {
    const cells = rows.map((row) => row[column] ?? "");
    return { cells: [title, ...cells], toTheRight: cells.length > 0 && cells.every(isNumeric) };
  });
  const aligned = columns.map(({ cells, toTheRight }) => {
    const width = Math.max(...cells.map(lengthOf));
    return cells.map((cell) => {
      const space = " ".repeat(width - lengthOf(cell));
      return toTheRight ? space + cell : cell + space;
    });
  });
  const lines = [header, ...rows].map((_, line) => aligned.map((cells) => cells[line]).join("  "));
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** What stands in a column of numbers: a number, with or without a unit, or a sign that there is none. */
function isNumeric(cell: string): boolean {
  return /^([-+]?(\d|\.\d).*|[-+]?Infinity|NaN|-|\u2026|)$/.test(cell);
}

/** In characters as they are seen, not in UTF-16 units. */
function lengthOf(text: string): number {
  return [...text].length;
}
