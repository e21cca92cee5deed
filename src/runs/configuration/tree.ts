// A complete tree of values from what was said: `base` of every group, then a file, then presets by name, then single keys. What is said
// later wins; nothing that is unknown is passed over.

import { parseDocument, stringify } from "yaml";
import type { z } from "zod";
import { ConfigurationError } from "./errors.js";
import type { Override } from "./grammar.js";
import type { ConfigurationKey } from "./keys.js";
import { nearest } from "./nearest.js";

/** What can be said in a kind of configuration. */
export interface Vocabulary<Values> {
  readonly schema: z.ZodType<Values>;
  /** Every key of the schema. */
  keys(): readonly ConfigurationKey[];
  readonly groupNames: readonly string[];
  /** By group, then by name, whose case does not matter: part of the group's values. `base` is all of them. */
  readonly presets: Readonly<Record<string, Readonly<Record<string, object>>>>;
  /** The keys that are in no group, as they are where nothing is said. */
  readonly top: Readonly<Record<string, unknown>>;
  /** Names that other programs have and that mean something else here, or nothing: what to say of them. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/** A preset of the user's own: `name` of `group`, the group's keys as YAML. It goes before one of ours of that name. */
export interface PresetFile {
  readonly group: string;
  readonly name: string;
  /** How to call it in errors. */
  readonly file: string;
  readonly text: string;
}

export interface Said {
  readonly presets?: readonly PresetFile[];
  /** Text of a YAML file, and how to call it in errors. */
  readonly file?: { readonly name: string; readonly text: string };
  /** Presets and keys, in order. */
  readonly overrides?: readonly Override[];
}

/** The values that were asked for, complete and checked. Throws a ConfigurationError that names the key, what came and what is expected. */
export function composeTree<Values>(vocabulary: Vocabulary<Values>, said: Said = {}): Values {
  const { file, overrides = [], presets: own = [] } = said;
  const { groupNames, presets, top } = vocabulary;
  const tree: Tree = { ...top };
  for (const group of groupNames) tree[group] = structuredClone(presets[group].base);
  const at: Place = { vocabulary, own, tree, where: "" };
  if (file !== undefined) applyFile({ ...at, where: `${file.name}: ` }, file.text);
  /** `model=small`, and not `model={depth: 2}`. */
  const isPreset = ({ key, value }: Override): boolean => groupNames.includes(key) && !isRecord(value);
  for (const { key, value } of overrides.filter(isPreset)) applyPresets(at, key, value);
  for (const { key, value } of overrides.filter((override) => !isPreset(override))) merge(at, key.split("."), value);
  return checked(vocabulary, tree, file?.name);
}

/** A configuration as a YAML file that can be composed from. */
export function configurationYaml(configuration: unknown): string {
  return stringify(configuration, { lineWidth: 0 });
}

type Tree = Record<string, unknown>;

interface Place {
  readonly vocabulary: Pick<Vocabulary<unknown>, "keys" | "groupNames" | "presets" | "elsewhere">;
  readonly own: readonly PresetFile[];
  /** What has been said so far; it is changed. */
  readonly tree: Tree;
  /** Begins what is wrong. */
  readonly where: string;
}

// Of a file: `defaults: [{ model: small }]` and `model: small` name presets, `model: { depth: 2 }` sets keys.
function applyFile(at: Place, text: string): void {
  const { where, vocabulary } = at;
  const { defaults = [], ...sections } = recordIn(text, where, "groups with their keys");
  if (!Array.isArray(defaults))
    throw new ConfigurationError(`${where}defaults must be a list such as ${exampleOf(vocabulary)}`);
  for (const entry of defaults) {
    if (entry === "_self_") continue;
    if (!isRecord(entry))
      throw new ConfigurationError(`${where}defaults must be a list such as ${exampleOf(vocabulary)}`);
    for (const [group, preset] of Object.entries(entry)) applyPresets(at, groupNamed(at, group), preset);
  }
  for (const [key, value] of Object.entries(sections)) {
    if (!vocabulary.groupNames.includes(key)) {
      merge(at, key.split("."), value);
      continue;
    }
    if (isRecord(value)) mergeGroup(at, key, value);
    else applyPresets(at, key, value);
  }
}

/** What a YAML file holds; nothing where it is empty. */
function recordIn(text: string, where: string, expected: string): Tree {
  // Warnings would go to the terminal by themselves.
  const document = parseDocument(text, { logLevel: "error" });
  if (document.errors.length > 0)
    throw new ConfigurationError(`${where}${document.errors[0].message.split("\n", 1)[0].replace(/:$/, "")}`);
  const content: unknown = document.toJS() ?? {};
  if (!isRecord(content)) throw new ConfigurationError(`${where}expected ${expected}, got ${shown(content)}`);
  return content;
}

function exampleOf({ groupNames, presets }: Place["vocabulary"]): string {
  const [group] = groupNames.filter((name) => Object.keys(presets[name]).length > 1);
  return `[{ ${group}: ${Object.keys(presets[group])[1]} }]`;
}

/** `sampler=fast`, or several, each on top of those before: `sampler=[fast,hmc]`. */
function applyPresets(at: Place, group: string, names: unknown): void {
  const known = at.vocabulary.presets[group];
  const own = at.own.filter((preset) => preset.group === group);
  for (const name of Array.isArray(names) ? names : [names]) {
    const isMeant = (other: string): boolean => typeof name === "string" && other.toLowerCase() === name.toLowerCase();
    const file = own.find((preset) => isMeant(preset.name));
    if (file !== undefined) {
      applyPresetFile(at, file);
      continue;
    }
    const found = Object.keys(known).find(isMeant);
    if (found === undefined) {
      const others = [...Object.keys(known), ...own.map((preset) => preset.name)];
      throw new ConfigurationError(
        `${at.where}there is no preset ${shown(name)} of ${group}; ${meant(String(name), others)}the presets are ${others.join(", ")}`,
      );
    }
    merge(at, [group], structuredClone(known[found]));
  }
}

/** What it stands on are presets of ours: two files could stand on each other. */
function applyPresetFile(at: Place, { group, file, text }: PresetFile): void {
  const here: Place = { ...at, own: [], where: `${file}: ` };
  mergeGroup(here, group, recordIn(text, here.where, `keys of ${group}`));
}

/** Sets keys of a group; `preset` among them names what they stand on, where the group has no key of that name. */
function mergeGroup(at: Place, group: string, { preset, ...keys }: Tree): void {
  if (preset !== undefined && Object.hasOwn(at.tree[group] as object, "preset")) merge(at, [group, "preset"], preset);
  else if (preset !== undefined) applyPresets(at, group, preset);
  merge(at, [group], keys);
}

function groupNamed({ vocabulary: { groupNames }, where }: Place, name: string): string {
  if (groupNames.includes(name)) return name;
  throw new ConfigurationError(
    `${where}there is no group ${shown(name)}; ${meant(name, groupNames)}the groups are ${groupNames.join(", ")}`,
  );
}

/** Puts a value at a path, a record key by key. The tree is complete: what it has not is unknown. */
function merge(at: Place, path: readonly string[], value: unknown): void {
  let section = at.tree;
  path.slice(0, -1).forEach((name, depth) => {
    const below = Object.hasOwn(section, name) ? section[name] : undefined;
    if (!isRecord(below)) refuseUnknown(at, path.join("."), path.slice(0, depth + 1));
    section = below;
  });
  const last = path[path.length - 1];
  if (!Object.hasOwn(section, last)) refuseUnknown(at, path.join("."), path);
  const before = section[last];
  if (!isRecord(before)) {
    section[last] = value;
  } else if (isRecord(value)) {
    for (const [name, entry] of Object.entries(value)) merge(at, [...path, name], entry);
  } else {
    const keys = Object.keys(before).join(", ");
    throw new ConfigurationError(
      `${at.where}${path.join(".")} must be a section with some of ${keys}, got ${shown(value)}`,
    );
  }
}

function refuseUnknown({ vocabulary, where }: Place, key: string, path: readonly string[]): never {
  const { groupNames, elsewhere = {} } = vocabulary;
  const start = `${where}there is no key ${shown(key)}`;
  if (Object.hasOwn(elsewhere, key)) throw new ConfigurationError(`${start}: ${elsewhere[key]}`);
  // A single name may have been meant as the last part of a longer one, or as a group.
  const paths = vocabulary.keys().map((known) => known.path);
  const last =
    path.length === 1 ? [...groupNames, ...paths.map((known) => known.slice(known.lastIndexOf(".") + 1))] : [];
  const likely = nearest(key, [...paths, ...last]);
  const full = paths.includes(likely ?? "") ? likely : (paths.find((known) => known.endsWith(`.${likely}`)) ?? likely);
  const advice = full === undefined ? `the groups are ${groupNames.join(", ")}` : `did you mean ${full}?`;
  throw new ConfigurationError(`${start}; ${advice}`);
}

function checked<Values>(
  { schema, keys }: Pick<Vocabulary<Values>, "schema" | "keys">,
  tree: Tree,
  file: string | undefined,
): Values {
  const result = schema.safeParse(tree);
  if (result.success) return result.data;
  const [{ path }] = result.error.issues;
  const key = keys().find((known) => `${path.join(".")}.`.startsWith(`${known.path}.`));
  const value = (key?.path ?? "").split(".").reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), tree);
  const where = file === undefined ? "" : `${file} or the command line: `;
  throw new ConfigurationError(`${where}${key?.path} must be ${key?.type}, got ${shown(value)}`);
}

function meant(name: string, candidates: readonly string[]): string {
  const likely = nearest(name, candidates);
  return likely === undefined ? "" : `did you mean ${likely}? `;
}

function shown(value: unknown): string {
  // JSON has no word for NaN and infinities, which YAML has.
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function isRecord(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
