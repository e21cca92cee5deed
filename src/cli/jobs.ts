// From the words of a command line to jobs: what is said of each, and what tells it from the others.

import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { ConfigurationError, type Override, type PresetFile, type Said } from "../runs/index.js";

/** What every command that composes a configuration takes. */
export interface ConfiguredOptions {
  readonly config?: string;
  readonly configDir?: string;
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

/** What `--config` and `--config-dir` name. */
export async function filesOf({ config, configDir }: ConfiguredOptions): Promise<Pick<Said, "file" | "presets">> {
  return {
    ...(config !== undefined && { file: { name: config, text: await textOf("the configuration file", config) } }),
    ...(configDir !== undefined && { presets: await presetsIn(configDir) }),
  };
}

/** Every `group/name.yaml` of a folder; folders of other groups than a command has are another command's. */
async function presetsIn(folder: string): Promise<PresetFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error: Error) => {
    throw new ConfigurationError(`the folder of presets ${folder} cannot be read (${error.message})`);
  });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.sort().flatMap((file) => {
    const parts = /^([^/\\]+)[/\\]([^/\\]+)\.ya?ml$/i.exec(relative(folder, file));
    return parts === null ? [] : [{ group: parts[1], name: parts[2], file }];
  });
  return Promise.all(files.map(async (one) => ({ ...one, text: await textOf("the preset", one.file) })));
}

async function textOf(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConfigurationError(`${what} ${path} cannot be read (${(error as Error).message})`);
  }
}
