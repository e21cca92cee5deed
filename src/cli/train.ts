// The command `train`: a policy by reinforcement, or many.

import type { Command } from "commander";
import { configured, type Exit, running } from "./command.js";
import type { ConfiguredOptions } from "./jobs.js";

export function trainCommand(exit: Exit, prepare: () => Promise<unknown>): Command {
  const run = running(exit, prepare, () => import("./training.js"));
  return configured("train", "Train a policy: train algorithm=ppo environment=cartpole seed=1.", "docs/training.md")
    .option("-m, --multirun", "train the product of comma lists and range(a,b), several at a time; writes one table")
    .action((words: string[], options: ConfiguredOptions, command: Command) =>
      run(command, ({ train }) => train(words, options)),
    );
}
