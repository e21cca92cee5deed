// From the words of a command line to jobs: what is said of each, and what tells it from the others.

import { readFile } from "node:fs/promises";
import { ConfigurationError, type Override, type Said } from "../runs/index.js";

/** What every command that composes a configuration takes. */
export interface ConfiguredOptions {
  readonly config?: string;
  readonly multirun?: boolean;
  readonly runsRoot: string;
  readonly cfg?: boolean;
}

export interface Words {
  readonly overrides: readonly Override[];
  /** Those that are not the same in all jobs. */
  readonly said: readonly Override[];
  /** `seed=1 data.n_data=100`; empty where there is one job. */
  readonly label: string;
}

/** The jobs with their names among each other. */
export function labelled(jobs: readonly (readonly Override[])[]): Words[] {
  const varied = new Set(
    jobs[0]
      .map(({ key }) => key)
      .filter((key) => new Set(jobs.map((job) => JSON.stringify(valueAt(job, key)))).size > 1),
  );
  return jobs.map((overrides) => {
    const said = overrides.filter(({ key }) => varied.has(key));
    return { overrides, said, label: said.map(inWords).join(" ") };
  });
}

/** `seed=1` */
export function inWords({ key, value }: Override): string {
  return `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`;
}

export function valueAt(overrides: readonly Override[], key: string): unknown {
  return overrides.find((override) => override.key === key)?.value;
}

/** What `--config` names. */
export async function fileOf(path: string | undefined): Promise<Said["file"]> {
  if (path === undefined) return undefined;
  try {
    return { name: path, text: await readFile(path, "utf8") };
  } catch (error) {
    throw new ConfigurationError(`the configuration file ${path} cannot be read (${(error as Error).message})`);
  }
}
