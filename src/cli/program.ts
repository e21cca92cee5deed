// What the `ergodic` command understands. Exit codes: 0 all went well, 1 something that was run failed, 2 the command
// itself was wrong, 130 interrupted; of `diagnose`, 1 for both and 2 where the draws are not well.

import { Command, CommanderError } from "commander";
import { diagnoseCommand } from "./diagnose.js";
import { laboratoryCommands } from "./llc.js";
import { notebooksCommand } from "./notebooks.js";
import { trainCommand } from "./train.js";

/**
 * Runs the command with these arguments (without the program's name) and resolves with its exit code. `prepare` is called once before
 * anything that computes.
 */
export async function runCommand(
  args: readonly string[],
  version: string,
  prepare: () => Promise<unknown>,
): Promise<number> {
  let exitCode = 0;
  const exit = (code: number): void => {
    exitCode = code;
  };
  const program = new Command("ergodic")
    .description(
      "A laboratory for energy landscapes: local learning coefficients, policies, diagnoses and notebooks from the command line",
    )
    .version(version, "--version", "print the version")
    .helpOption("--help", "print this help")
    .exitOverride();
  for (const command of [
    ...laboratoryCommands(exit, prepare),
    trainCommand(exit, prepare),
    diagnoseCommand(exit, prepare),
    notebooksCommand(exit),
  ]) {
    // Commander hands its settings down only to commands that it makes itself.
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version come this way too, with exit code 0; commander has printed what there is to say.
    if (error.exitCode === 0) return 0;
    // To `diagnose` 2 is a finding: a script must be able to tell it from a mistyped word.
    return args[0] === "diagnose" ? 1 : 2;
  }
  return exitCode;
}
