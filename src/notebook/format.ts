// Notebooks on disk, in nbformat 4 (https://nbformat.readthedocs.io/en/latest/format_description.html):
// read with errors that name the file, written beside and then renamed.

import { randomBytes } from "node:crypto";
import { access, constants, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Output } from "./outputs.js";

export interface Notebook {
  readonly nbformat: 4;
  readonly nbformat_minor: number;
  readonly metadata: Record<string, unknown>;
  readonly cells: Cell[];
}

export interface Cell {
  readonly cell_type: string;
  readonly source: string | string[];
  readonly metadata: Record<string, unknown>;
  execution_count?: number | null;
  outputs?: Output[];
}

/** The notebook cannot be run or stored at all; the message names its path. */
export class NotebookError extends Error {
  override readonly name: string = "NotebookError";
  readonly path: string;

  constructor(path: string, message: string, options?: { cause?: unknown }) {
    super(`${path}: ${message}`, options);
    this.path = path;
  }
}

/** Reads a notebook; throws NotebookError where there is no file, no JSON, no notebook, or one of an older format. */
export async function readNotebook(path: string): Promise<Notebook> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new NotebookError(path, reason(error), { cause: error });
  }
  let value: unknown;
  try {
    // Some editors begin a file with a byte order mark.
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new NotebookError(path, `is not a notebook: it is not JSON (${(error as Error).message})`, { cause: error });
  }
  return checked(path, value);
}

/** Throws NotebookError where the notebook at `path` could not be replaced, so that nothing is computed in vain. */
export async function assertWritable(path: string): Promise<void> {
  try {
    const target = await realpath(path);
    await access(target, constants.W_OK);
    await access(dirname(target), constants.W_OK);
  } catch (error) {
    throw new NotebookError(path, `cannot be written: ${reason(error)}`, { cause: error });
  }
}

/** Replaces the file in one step: whoever reads it sees the old notebook or the new one, never a part. */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  let beside: string | undefined;
  try {
    // A link keeps pointing where it did: its target is what is replaced.
    const target = await realpath(path);
    const { mode } = await stat(target);
    beside = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString("hex")}.part`);
    await writeFile(beside, `${JSON.stringify(notebook, undefined, 1)}\n`, { mode });
    await rename(beside, target);
  } catch (error) {
    if (beside !== undefined) await rm(beside, { force: true });
    throw new NotebookError(path, `cannot be written: ${reason(error)}`, { cause: error });
  }
}

/** A cell's or an output's text, which nbformat keeps whole or as a list of lines. */
export function joined(text: string | readonly string[]): string {
  return typeof text === "string" ? text : text.join("");
}

function checked(path: string, value: unknown): Notebook {
  const refuse = (why: string): never => {
    throw new NotebookError(path, `is not a notebook of nbformat 4: ${why}`);
  };
  if (!isRecord(value)) return refuse("it holds no JSON object");
  if (value.nbformat === undefined) return refuse('it has no "nbformat"');
  if (value.nbformat !== 4) {
    return refuse(`it says nbformat ${JSON.stringify(value.nbformat)}; open and save it in Jupyter to convert it`);
  }
  if (!Array.isArray(value.cells)) return refuse('it has no list of "cells"');
  const metadata = value.metadata ?? {};
  if (!isRecord(metadata)) return refuse('its "metadata" is not an object');
  const cells = value.cells.map((cell: unknown, index): Cell => {
    if (!isRecord(cell) || typeof cell.cell_type !== "string") return refuse(`cell ${index + 1} has no "cell_type"`);
    if (typeof cell.source !== "string" && !isStringList(cell.source)) {
      return refuse(`cell ${index + 1} has no "source" text`);
    }
    if (cell.metadata !== undefined && !isRecord(cell.metadata)) {
      return refuse(`the "metadata" of cell ${index + 1} is not an object`);
    }
    return { ...cell, cell_type: cell.cell_type, source: cell.source, metadata: cell.metadata ?? {} };
  });
  const minor = typeof value.nbformat_minor === "number" ? value.nbformat_minor : 0;
  return { ...value, nbformat: 4, nbformat_minor: minor, metadata, cells };
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return "permission denied";
  return message;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((line) => typeof line === "string");
}
