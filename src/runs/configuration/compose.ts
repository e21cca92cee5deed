// A complete configuration from what was said: `base` of every group, then a file, then presets by name, then single keys. What is said
// later wins; nothing that is unknown is passed over.

import { parseDocument, stringify } from "yaml";
import { ConfigurationError } from "./errors.js";
import type { Override } from "./grammar.js";
import { configurationKeys } from "./keys.js";
import { nearest } from "./nearest.js";
import { defaultSeed, presets } from "./presets.js";
import { type Configuration, configurationSchema, type GroupName, groupNames } from "./schema.js";

export interface Said {
  /** Text of a YAML file, and how to call it in errors. */
  readonly file?: { readonly name: string; readonly text: string };
  /** Presets and keys, in order. */
  readonly overrides?: readonly Override[];
}

type Tree = Record<string, unknown>;

/**
 * The configuration that was asked for, complete and checked; `target.seed` has become a number. Throws a ConfigurationError that names
 * the key, what came and what is expected.
 * @example compose({ overrides: [{ key: "model", value: "small" }] }).model.target_params // 50
 */
export function compose({ file, overrides = [] }: Said = {}): Configuration {
  const tree: Tree = { seed: defaultSeed };
  for (const group of groupNames) tree[group] = structuredClone(presets[group].base);
  if (file !== undefined) applyFile(tree, file.name, file.text);
  const [chosen, single] = [overrides.filter(isPreset), overrides.filter((override) => !isPreset(override))];
  for (const { key, value } of chosen) applyPresets(tree, key as GroupName, value, "");
  for (const { key, value } of single) applyKey(tree, key, value, "");
  return checked(tree, file?.name);
}

/** The configuration as a YAML file that `compose` takes back. */
export function configurationYaml(configuration: unknown): string {
  return stringify(configuration, { lineWidth: 0 });
}

/** `model=small`, and not `model={depth: 2}`. */
function isPreset({ key, value }: Override): boolean {
  return (groupNames as readonly string[]).includes(key) && !isRecord(value);
}

// Of a file: `defaults: [{ model: small }]` and `model: small` name presets, `model: { depth: 2 }` sets keys, and `preset` among them
// names what they stand on.
function applyFile(tree: Tree, name: string, text: string): void {
  const document = parseDocument(text);
  if (document.errors.length > 0)
    throw new ConfigurationError(`${name}: ${document.errors[0].message.split("\n", 1)[0]}`);
  const content: unknown = document.toJS();
  if (content === null || content === undefined) return;
  const where = `${name}: `;
  if (!isRecord(content))
    throw new ConfigurationError(`${where}expected groups with their keys, got ${shown(content)}`);
  const { defaults = [], ...sections } = content;
  if (!Array.isArray(defaults))
    throw new ConfigurationError(`${where}defaults must be a list such as [{ model: small }]`);
  for (const entry of defaults) {
    if (entry === "_self_") continue;
    if (!isRecord(entry)) throw new ConfigurationError(`${where}defaults must be a list such as [{ model: small }]`);
    for (const [group, preset] of Object.entries(entry)) applyPresets(tree, groupNamed(group, where), preset, where);
  }
  for (const [key, value] of Object.entries(sections)) {
    if (!(groupNames as readonly string[]).includes(key)) {
      applyKey(tree, key, value, where);
      continue;
    }
    const { preset, ...keys } = isRecord(value) ? value : { preset: value };
    if (preset !== undefined) applyPresets(tree, key as GroupName, preset, where);
    merge(tree, [key], keys, where);
  }
}

/** `sampler=fast`, or several, each on top of those before: `sampler=[fast,hmc]`. */
function applyPresets(tree: Tree, group: GroupName, names: unknown, where: string): void {
  for (const name of Array.isArray(names) ? names : [names]) {
    const known = presets[group] as Readonly<Record<string, unknown>>;
    if (typeof name !== "string" || !Object.hasOwn(known, name)) {
      const others = Object.keys(known);
      throw new ConfigurationError(
        `${where}there is no preset ${shown(name)} of ${group}; ${meant(String(name), others)}the presets are ${others.join(", ")}`,
      );
    }
    merge(tree, [group], structuredClone(known[name]), where);
  }
}

function groupNamed(name: string, where: string): GroupName {
  if ((groupNames as readonly string[]).includes(name)) return name as GroupName;
  throw new ConfigurationError(
    `${where}there is no group ${shown(name)}; ${meant(name, groupNames)}the groups are ${groupNames.join(", ")}`,
  );
}

function applyKey(tree: Tree, key: string, value: unknown, where: string): void {
  merge(tree, key.split("."), value, where);
}

/** Puts a value at a path, a record key by key. The tree is complete: what it has not is unknown. */
function merge(tree: Tree, path: readonly string[], value: unknown, where: string): void {
  let section = tree;
  path.slice(0, -1).forEach((name, depth) => {
    const below = Object.hasOwn(section, name) ? section[name] : undefined;
    if (!isRecord(below)) refuseUnknown(path.join("."), path.slice(0, depth + 1), where);
    section = below;
  });
  const last = path[path.length - 1];
  if (!Object.hasOwn(section, last)) refuseUnknown(path.join("."), path, where);
  const before = section[last];
  if (!isRecord(before)) {
    section[last] = value;
  } else if (isRecord(value)) {
    for (const [name, entry] of Object.entries(value)) merge(tree, [...path, name], entry, where);
  } else {
    const keys = Object.keys(before).join(", ");
    throw new ConfigurationError(
      `${where}${path.join(".")} must be a section with some of ${keys}, got ${shown(value)}`,
    );
  }
}

/** Names that Lambda-Hat has and that mean something else here, or nothing. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "posterior.loss": "it decides what is trained too, and is called target.loss here",
  "training.erm_steps": "it is called training.steps here",
  "posterior.prior_center": "the localisation is around w*",
  "sampler.sgld.eps": "it is called sampler.sgld.damping here, and is a share of the root mean square",
  "sampler.sgld.bias_correction": "averages are always free of the bias of their start",
  "sampler.sgld.dtype": "samplers compute in double precision",
  "sampler.hmc.dtype": "samplers compute in double precision",
  "sampler.mclmc.dtype": "samplers compute in double precision",
};

function refuseUnknown(key: string, path: readonly string[], where: string): never {
  const elsewhere = Object.hasOwn(ELSEWHERE, key) ? ELSEWHERE[key] : undefined;
  if (elsewhere !== undefined) throw new ConfigurationError(`${where}there is no key ${shown(key)}: ${elsewhere}`);
  // A single name may have been meant as the last part of a longer one, or as a group.
  const paths = configurationKeys().map((known) => known.path);
  const last =
    path.length === 1 ? [...groupNames, ...paths.map((known) => known.slice(known.lastIndexOf(".") + 1))] : [];
  const likely = nearest(key, [...paths, ...last]);
  const full = paths.includes(likely ?? "") ? likely : (paths.find((known) => known.endsWith(`.${likely}`)) ?? likely);
  const advice = full === undefined ? `the groups are ${groupNames.join(", ")}` : `did you mean ${full}?`;
  throw new ConfigurationError(`${where}there is no key ${shown(key)}; ${advice}`);
}

function checked(tree: Tree, file: string | undefined): Configuration {
  const result = configurationSchema.safeParse(tree);
  if (!result.success) {
    const [{ path }] = result.error.issues;
    const key = configurationKeys().find((known) => path.join(".").startsWith(known.path));
    const value = (key?.path ?? "")
      .split(".")
      .reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), tree);
    const where = file === undefined ? "" : `${file} or the command line: `;
    throw new ConfigurationError(`${where}${key?.path} must be ${key?.type}, got ${shown(value)}`);
  }
  const { seed, target } = result.data;
  return { ...result.data, target: { ...target, seed: target.seed ?? seed } };
}

function meant(name: string, candidates: readonly string[]): string {
  const likely = nearest(name, candidates);
  return likely === undefined ? "" : `did you mean ${likely}? `;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function isRecord(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
