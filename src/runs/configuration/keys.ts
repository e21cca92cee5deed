// Every key with its type and meaning in words, read from the schema: for error messages and for the page in docs/.

import { z } from "zod";
import { configurationSchema } from "./schema.js";

export interface ConfigurationKey {
  /** `data.n_data` */
  readonly path: string;
  /** In words: `an integer of at least 1, or null`. */
  readonly type: string;
  readonly description: string;
}

/** What there is of JSON Schema in the schema of a configuration. */
interface Node {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly description?: string;
  readonly anyOf?: readonly Node[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Node;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** Every key that has a value, in the order of the schema. */
export const configurationKeys: () => readonly ConfigurationKey[] = keysOf(configurationSchema);

/** Every key of a schema; it is read when first asked for. */
export function keysOf(schema: z.ZodType): () => readonly ConfigurationKey[] {
  let known: ConfigurationKey[] | undefined;
  return () => {
    known ??= keysBelow(z.toJSONSchema(schema) as Node, []);
    return known;
  };
}

function keysBelow(node: Node, path: readonly string[]): ConfigurationKey[] {
  if (node.properties === undefined) {
    return [{ path: path.join("."), type: typeOf(node), description: node.description ?? "" }];
  }
  return Object.entries(node.properties).flatMap(([name, child]) => keysBelow(child, [...path, name]));
}

function typeOf(node: Node): string {
  if (typeof node.type === "object") return node.type.map((type) => typeOf({ ...node, type })).join(", or ");
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(", or ");
  if (node.const !== undefined) return String(node.const);
  if (node.enum !== undefined) return `one of ${node.enum.join(", ")}`;
  switch (node.type) {
    case "integer":
    case "number":
      return numberType(node);
    case "array":
      return `a list${node.minItems === undefined ? "" : ` of at least ${node.minItems}`}, each ${typeOf(node.items ?? {})}`;
    case "boolean":
      return "true or false";
    case "string":
      return "a name";
    case "object":
      return `{ ${Object.keys(node.properties ?? {}).join(", ")} }`;
    default:
      return node.type ?? "anything";
  }
}

function numberType({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Node): string {
  const bounds = [
    minimum !== undefined && minimum > -1e15 && `at least ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && maximum < 1e15 && `at most ${maximum}`,
    exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`,
  ].filter((bound) => bound !== false);
  return [type === "integer" ? "an integer" : "a number", bounds.join(" and ")].filter((part) => part !== "").join(" ");
}
