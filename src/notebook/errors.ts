// What went wrong in a cell. tslab answers "error" and prints what it caught on the cell's stderr, so that is where
// the name, the message and the stack are read from.

import { lines, type Output } from "./outputs.js";

/** A cell's error in the words of Jupyter's protocol; `traceback` holds lines for a reader. */
export interface CellFailure {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/**
 * Reads a failure from the texts that a failed cell wrote to stderr, one per write.
 * Example: `readFailure(["RangeError: no\n    at f (cell:1:7)\n"])` has ename "RangeError" and evalue "no".
 */
export function readFailure(stderr: readonly string[]): CellFailure {
  const text = failureText(stderr).replace(quotedLine, "");
  if (isCompilers(stderr)) return { ename: "TypeScriptError", evalue: text, traceback: text.split("\n") };
  const stack = text.search(/\n {4}at /);
  const head = stack < 0 ? text : text.slice(0, stack);
  const [, ename, evalue = ""] = inspectedError.exec(head) ?? [];
  // What was thrown need not be an error: `throw "words"` prints the words.
  const isError = ename !== undefined && (stack >= 0 || /(Error|Exception)$/.test(ename));
  const traceback = text.split("\n").filter((line) => !kernelFrame.test(line));
  return isError ? { ename, evalue, traceback } : { ename: "Error", evalue: text, traceback };
}

/** Puts the failure at the end of a cell's outputs, in the place of the words on its stderr that it was read from. */
export function storeFailure(outputs: Output[], failure: CellFailure, stderr: readonly string[]): void {
  const last = outputs.at(-1);
  const words = failureText(stderr);
  if (last?.output_type === "stream" && last.name === "stderr" && words !== "") {
    const text = withoutEnd(last.text.join(""));
    if (text.endsWith(words)) last.text = lines(text.slice(0, text.length - words.length));
    if (last.text.length === 0) outputs.pop();
  }
  outputs.push({ output_type: "error", ...failure });
}

// A cell that does not compile prints nothing but the compiler's messages; what another one has thrown is its last text.
function failureText(stderr: readonly string[]): string {
  return withoutEnd(isCompilers(stderr) ? stderr.join("") : (stderr.at(-1) ?? ""));
}

// "1:7 - Type 'string' is not assignable ...", in a file beside the notebook "sum.ts 1:7 - ...".
function isCompilers(stderr: readonly string[]): boolean {
  return stderr.length > 0 && stderr.every((text) => /^(\S+ )?\d+:\d+ - /.test(text));
}

// Node puts the line of the compiled code above an error that leaves a script: it is not the line that the user wrote.
const quotedLine = /^evalmachine\.<anonymous>:\d+\n.*\n *\^+\n+/;

// "RangeError: words", "TypeError [CODE]: words", or a name alone.
const inspectedError = /^(?:Uncaught )?([A-Za-z_$][\w$.]*)(?: \[[^\]\n]*\])?(?:: ([\s\S]*))?$/;

// Frames of the machinery that runs every cell say nothing about this one.
const kernelFrame = /^ +at .*(node:vm:|tslab[\\/]dist[\\/]|node:internal)/;

function withoutEnd(text: string): string {
  return text.replace(/\n$/, "");
}
