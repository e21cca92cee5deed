// How a record appears where Node prints it: in a notebook, as the value of a cell, or through console.log.

/**
 * The record itself, which Node will print as `text()`. The property that says so is neither enumerable nor copied by
 * `structuredClone`, `JSON` or a spread: a result stays plain data.
 */
export function printedAs<T extends object>(record: T, text: (record: T) => string): T {
  return Object.defineProperty(record, Symbol.for("nodejs.util.inspect.custom"), {
    value: () => text(record),
    configurable: true,
  });
}
