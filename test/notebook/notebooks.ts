// Notebooks that tests make for themselves, in a temporary folder.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Notebook } from "../../src/notebook/format.js";
import type { Output } from "../../src/notebook/outputs.js";

/** A folder that is removed when the test file ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ergodic-test-"));
  after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A code cell with outputs of an earlier run, or a list of tags. */
export function code(source: string, tags?: string[]): object {
  const old = { output_type: "stream", name: "stdout", text: ["of an earlier run\n"] };
  return { cell_type: "code", source, metadata: tags ? { tags } : {}, execution_count: 99, outputs: [old] };
}

export async function writeCells(path: string, cells: readonly object[], metadata: object = {}): Promise<string> {
  await writeFile(path, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata, cells }));
  return path;
}

export async function read(path: string): Promise<Notebook> {
  return JSON.parse(await readFile(path, "utf8"));
}

/** What the cells of a notebook show, each output as one string: "stdout: text", "display: text/plain", "error: name". */
export function shown(notebook: Notebook): string[][] {
  return notebook.cells.map((cell) => (cell.outputs ?? []).map(inWords));
}

function inWords(output: Output): string {
  if (output.output_type === "stream") return `${output.name}: ${output.text.join("")}`;
  if (output.output_type === "error") return `error: ${output.ename}: ${output.evalue}`;
  const text = output.data["text/plain"] ?? output.data["text/html"];
  return `display: ${(text as string[]).join("")}`;
}
