// The commands of the laboratory: `llc`, `build-target`, `sample`, `sweep`, `promote`, `list` and `show`.

import { Command } from "commander";
import { configured, type Exit, running, runsRootOption } from "./command.js";
import type { ConfiguredOptions } from "./jobs.js";
import type { PromoteArguments } from "./laboratory.js";

/** The commands; `prepare` is called before the first that computes, which loads what computing needs. */
export function laboratoryCommands(exit: Exit, prepare: () => Promise<unknown>): Command[] {
  // Help and other commands need not wait for the engine.
  const run = running(exit, prepare, () => import("./laboratory.js"));
  return [
    configured("llc", "Build a target, sample it with several samplers, and compare what they say of its LLC.")
      .option("-m, --multirun", "run the product of comma lists and range(a,b), as sweep does")
      .action((words: string[], options: ConfiguredOptions, command: Command) =>
        run(command, ({ llcCommand }) => llcCommand(words, options)),
      ),
    configured("build-target", "Train a target and store it; prints its id.")
      .option("-m, --multirun", "build one for each of the product")
      .action((words: string[], options: ConfiguredOptions, command: Command) =>
        run(command, ({ buildTargetCommand }) => buildTargetCommand(words, options)),
      ),
    configured("sample", "Run samplers on a stored target: sample target_id=tgt_... sampler=hmc.")
      .option("-m, --multirun", "run the product, several at a time")
      .action((words: string[], options: ConfiguredOptions, command: Command) =>
        run(command, ({ sampleCommand }) => sampleCommand(words, options)),
      ),
    configured("sweep", "Run the product of comma lists and range(a,b); writes one table and one comparison.").action(
      (words: string[], options: ConfiguredOptions, command: Command) =>
        run(command, ({ sweepCommand }) => sweepCommand(words, options)),
    ),
    new Command("promote")
      .description("Copy a figure of the newest run of each sampler, or of policies, to where it is shown.")
      .option("--samplers <names>", "samplers, separated by commas", "sgld,hmc,mclmc")
      .option("--policies <names>", "in place of samplers: ids of policies, or algorithms for the newest of each")
      .option("--plot-name <file>", "which figure; running_llc.png where left out, learning_curve.png of policies")
      .option("--outdir <folder>", "where to", "assets")
      .option("--target <id>", "only runs on this target")
      .addOption(runsRootOption())
      .action((options: PromoteArguments, command: Command) =>
        run(command, ({ promoteCommand }) => promoteCommand(options)),
      ),
    new Command("list")
      .description("List targets, runs and policies, the newest run and policy first.")
      .addOption(runsRootOption())
      .action(({ runsRoot }: ConfiguredOptions, command: Command) =>
        run(command, ({ listCommand }) => listCommand(runsRoot)),
      ),
    new Command("show")
      .description("Show a target, run, comparison, sweep or policy.")
      .argument("<id>", "tgt_..., run_..., llc_..., sweep_... or pol_...")
      .addOption(runsRootOption())
      .action((id: string, { runsRoot }: ConfiguredOptions, command: Command) =>
        run(command, ({ showCommand }) => showCommand(runsRoot, id)),
      ),
  ];
}
