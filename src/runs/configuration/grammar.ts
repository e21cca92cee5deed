// Hydra's grammar on the command line (Yadan 2019, hydra.cc): `group=preset` and `dotted.key=value`, with YAML's values; in a sweep
// comma lists and `range(a,b)` besides, whose Cartesian product is what runs.

import { parse } from "yaml";
import { ConfigurationError } from "./errors.js";

/** One `key=value` of one job. */
export interface Override {
  readonly key: string;
  readonly value: unknown;
}

/** A longer sweep is a mistake. */
const MOST_JOBS = 100_000;

/**
 * The jobs that these words ask for, each a list of overrides in the order given; the last word varies fastest. Without `sweep` there is one,
 * and a word with several values is refused.
 * @example jobsOf(["data.n_data=100,200", "seed=range(0,2)"], { sweep: true }).length // 4
 */
export function jobsOf(words: readonly string[], { sweep }: { readonly sweep: boolean }): Override[][] {
  const choices = words.map(choicesOf);
  for (const [i, { key, values, text }] of choices.entries()) {
    if (!sweep && values.length !== 1) {
      throw new ConfigurationError(
        `${words[i]}: ${key} has ${values.length} values: -m runs one job for each, and [${text}] is a single list`,
      );
    }
    const again = choices.findIndex((other) => other.key === key);
    if (again < i) throw new ConfigurationError(`${words[i]}: ${key} was said before, as ${words[again]}`);
  }
  const count = choices.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_JOBS) throw new ConfigurationError(`the sweep has ${count} jobs, more than ${MOST_JOBS}`);
  return choices.reduce<Override[][]>(
    (jobs, { key, values }) => jobs.flatMap((job) => values.map((value) => [...job, { key, value }])),
    [[]],
  );
}

interface Choices {
  readonly key: string;
  readonly values: unknown[];
  readonly text: string;
}

function choicesOf(word: string): Choices {
  const at = word.indexOf("=");
  const key = at < 0 ? word : word.slice(0, at);
  if (/^[+~]/.test(key)) {
    throw new ConfigurationError(`${word}: keys can be set, neither added nor removed; leave out the ${key[0]}`);
  }
  if (at < 0 || !/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/.test(key)) {
    throw new ConfigurationError(
      `${word.trim() === "" ? JSON.stringify(word) : word}: expected group=preset or dotted.key=value`,
    );
  }
  const text = word.slice(at + 1).trim();
  const values = split(unwrapped(text), word).flatMap((part) => rangeOf(part, word) ?? [valueIn(part, word)]);
  if (values.length === 0) throw new ConfigurationError(`${word}: the range is empty`);
  return { key, values, text };
}

/** `choice(a,b)` is another way to write `a,b`. */
function unwrapped(text: string): string {
  return /^choice\(.*\)$/s.test(text) ? text.slice("choice(".length, -1) : text;
}

/** Parts between commas that stand in no brackets and no quotes. */
function split(text: string, word: string): string[] {
  const parts: string[] = [];
  const open: string[] = [];
  let quote = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quote !== "") {
      if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if (c in CLOSING) open.push(CLOSING[c]);
    else if (Object.values(CLOSING).includes(c) && open.pop() !== c) {
      throw new ConfigurationError(`${word}: ${c} closes nothing`);
    } else if (c === "," && open.length === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  if (quote !== "" || open.length > 0) throw new ConfigurationError(`${word}: ${quote || open.pop()} is missing`);
  return [...parts, text.slice(from)].map((part) => part.trim());
}

const CLOSING: Readonly<Record<string, string>> = { "[": "]", "{": "}", "(": ")" };

/** `range(start, stop, step)` as Python counts: `stop` is left out, and the step is 1 where none is given; `range(stop)` starts at 0. */
function rangeOf(part: string, word: string): number[] | undefined {
  const inside = /^range\((.*)\)$/.exec(part)?.[1];
  if (inside === undefined) return undefined;
  const numbers = inside.split(",").map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
  if (numbers.length > 3 || !numbers.every(Number.isFinite)) {
    throw new ConfigurationError(`${word}: expected range(start,stop) or range(start,stop,step) with numbers`);
  }
  const [start, stop, step = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  if (step === 0) throw new ConfigurationError(`${word}: the step of a range must not be 0`);
  // Rounding must neither add nor drop the last value of range(0,0.3,0.1).
  const count = Math.max(0, Math.ceil((stop - start) / step - 1e-9));
  if (count > MOST_JOBS) throw new ConfigurationError(`${word}: the range has ${count} values, more than ${MOST_JOBS}`);
  return Array.from({ length: count }, (_, k) => Number((start + k * step).toPrecision(15)));
}

function valueIn(part: string, word: string): unknown {
  if (part === "") throw new ConfigurationError(`${word}: a value is missing; nothing at all is written null`);
  try {
    return parse(part, { schema: "core", logLevel: "error" });
  } catch (error) {
    throw new ConfigurationError(`${word}: ${(error as Error).message.split("\n", 1)[0]}`);
  }
}
