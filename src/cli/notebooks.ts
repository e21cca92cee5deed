// `ergodic notebooks [files...]`: runs notebooks in order and stores their outputs.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { CellError, NotebookError, runNotebook } from "../notebook/run.js";

interface Options {
  readonly timeout: number;
  readonly write: boolean;
  readonly quiet?: boolean;
}

/** The command; `exit` receives its exit code. */
export function notebooksCommand(exit: (code: number) => void): Command {
  return new Command("notebooks")
    .description("Run TypeScript notebooks from top to bottom and store their outputs in them.")
    .argument("[files...]", "notebooks to run (default: all of notebooks/*.ipynb)")
    .option("--timeout <seconds>", "time limit for each notebook", seconds, 600)
    .option("--no-write", "check that they run, and leave the files as they are")
    .option("--quiet", "do not print what the cells print")
    .action(async (files: string[], options: Options, command: Command) => {
      const paths = files.length > 0 ? files : await allNotebooks();
      if (paths.length === 0) command.error("error: no notebook named, and there are none in notebooks/");
      exit(await runAll(paths, options));
    });
}

async function runAll(paths: readonly string[], { timeout, write, quiet = false }: Options): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  // Once: a second Ctrl-C ends us at once, and the kernel with us.
  for (const signal of signals) process.once(signal, onInterrupt);
  let failures = 0;
  try {
    for (const path of paths) {
      say(`running ${path}`);
      try {
        const run = await runNotebook(path, { timeout, write, echo: !quiet, signal: interrupt.signal });
        const count = `${run.cells} ${run.cells === 1 ? "cell" : "cells"}`;
        say(`${path}: ${count} in ${run.seconds.toFixed(1)} s${write ? "" : ", nothing written"}`);
      } catch (error) {
        if (interrupt.signal.aborted) {
          say(`${path}: interrupted, nothing written`);
          return 130;
        }
        if (!(error instanceof NotebookError)) throw error;
        failures += 1;
        say(`error: ${error.message}`);
        // The message says it all but where; what cells print has been on the terminal already, unless told not to.
        if (quiet && error instanceof CellError) for (const line of error.traceback) say(`  ${line}`);
      }
    }
  } finally {
    for (const signal of signals) process.off(signal, onInterrupt);
  }
  if (failures > 0 && paths.length > 1) say(`${failures} of ${paths.length} notebooks failed`);
  return failures > 0 ? 1 : 0;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function allNotebooks(): Promise<string[]> {
  const folder = "notebooks";
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .filter((name) => name.endsWith(".ipynb"))
    .sort()
    .map((name) => join(folder, name));
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError("It must be a positive number of seconds.");
  return value;
}

// The standard output is the cells' own.
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
