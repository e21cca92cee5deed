// `ergodic diagnose <files>`: the summary of saved draws, and whether they can be believed. Exit codes: 0 well, 2 not well, and 1 where
// that cannot be said, so that a script can tell sick draws from a file that is not there.

import { Argument, Command, InvalidArgumentError, Option } from "commander";
import {
  COLUMNS,
  DEFAULT_THRESHOLDS,
  type DrawsReportOptions,
  REPORT_FORMATS,
  type Thresholds,
} from "../runs/report-options.js";

type Options = Pick<DrawsReportOptions, "format" | "sortBy"> & Partial<Thresholds>;

/** The thresholds that have an option, with what it says of them. */
const THRESHOLDS: readonly (readonly [keyof Thresholds, string, string])[] = [
  ["largestRhat", "--largest-rhat", "R-hat above which chains disagree"],
  ["leastEssPerChain", "--least-ess-per-chain", "effective draws, bulk and tail, that each chain should be worth"],
  ["leastEbfmi", "--least-ebfmi", "E-BFMI below which momenta change the energy too little"],
  ["largestDivergingShare", "--largest-diverging-share", "share of transitions that may diverge"],
  ["largestSaturatedShare", "--largest-saturated-share", "share of trees that may be cut off"],
];

/** The command; `exit` receives its exit code, `prepare` is called before anything is computed. */
export function diagnoseCommand(exit: (code: number) => void, prepare: () => Promise<unknown>): Command {
  const command = new Command("diagnose")
    .description(
      "Summarise saved draws, say what is wrong with them and what to try. Exit code 2 where they are not well.",
    )
    .addArgument(
      new Argument("<files...>", "draws: a Zarr store, JSON for ArviZ, or CSV in Stan's layout, one file per chain"),
    )
    .addOption(new Option("--format <format>", "how to print it").choices(REPORT_FORMATS).default("text"))
    .addOption(new Option("--sort-by <column>", "of the summary; what is worst comes first").choices(COLUMNS));
  for (const [name, flag, description] of THRESHOLDS) {
    command.addOption(new Option(`${flag} <number>`, description).argParser(number).default(DEFAULT_THRESHOLDS[name]));
  }
  return command.action(async (files: string[], { format, sortBy, ...thresholds }: Options) => {
    exit(await report(files, { format, sortBy, thresholds }, prepare));
  });
}

async function report(files: string[], options: DrawsReportOptions, prepare: () => Promise<unknown>): Promise<number> {
  try {
    await prepare();
    // Help and other commands need not wait for what computes.
    const { reportOnFiles } = await import("../runs/draws-report.js");
    const { ok, text, aside } = await reportOnFiles(files, options);
    process.stdout.write(text);
    process.stderr.write(aside);
    return ok ? 0 : 2;
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number.");
  return value;
}
