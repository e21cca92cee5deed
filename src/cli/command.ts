// What the commands of the laboratory have in common: their options, and how errors end them.

import { statSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";

/** Receives an exit code. */
export type Exit = (code: number) => void;

/** Does a command's work, `prepare` and `load` first: the words were wrong where that throws a ConfigurationError, and the work failed otherwise. */
export function running<Module>(
  exit: Exit,
  prepare: () => Promise<unknown>,
  load: () => Promise<Module>,
): (command: Command, work: (module: Module) => Promise<number>) => Promise<void> {
  return async (command, work) => {
    try {
      await prepare();
      exit(await work(await load()));
    } catch (error) {
      const { name, message } = error as Error;
      if (name === "ConfigurationError") command.error(`error: ${message}`);
      process.stderr.write(`error: ${message}\n`);
      exit(1);
    }
  };
}

/** A command that composes a configuration; `page` has its keys. */
export function configured(name: string, description: string, page = "docs/configuration.md"): Command {
  return new Command(name)
    .description(description)
    .argument("[overrides...]", `group=preset and dotted.key=value; ${page} has all of them`)
    .option("--config <file>", "a YAML file with what differs from the defaults")
    .option("--config-dir <folder>", "a folder with presets of your own: model/mine.yaml in it is model=mine")
    .addOption(runsRootOption())
    .option("--cfg", "print the complete configuration and do nothing");
}

/** `--runs-root`: a folder, or one that is not there yet. */
export function runsRootOption(): Option {
  return new Option("--runs-root <folder>", "where artifacts lie").default("runs").argParser((path: string) => {
    if (path.trim() === "") throw new InvalidArgumentError("It must name a folder.");
    if (isSomethingElse(path)) throw new InvalidArgumentError("It is no folder.");
    return path;
  });
}

function isSomethingElse(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch {
    // There is nothing yet, or what is there cannot be looked at: whoever writes there will say.
    return false;
  }
}
