// Checks at the door: every public function refuses a wrong argument with one sentence that names the function,
// the argument, what was expected and what came. Nothing below this folder; everything else may use it.

/** Throws the sentence `where: name must be expected, got value`. */
export function refuse(where: string, name: string, expected: string, value: unknown): never {
  throw new RangeError(`${where}: ${name} must be ${expected}, got ${describe(value)}`);
}

export function integerAtLeast(where: string, name: string, value: unknown, least: number): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) {
    const expected =
      least === 1 ? "a positive integer" : least === 0 ? "a non-negative integer" : `an integer of at least ${least}`;
    refuse(where, name, expected, value);
  }
  return value;
}

export function finiteNumber(where: string, name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) refuse(where, name, "a finite number", value);
  return value;
}

export function positiveNumber(where: string, name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) {
    refuse(where, name, "a positive number", value);
  }
  return value;
}

export function nonNegativeNumber(where: string, name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    refuse(where, name, "a non-negative number", value);
  }
  return value;
}

/** A number strictly between 0 and 1. */
export function openUnit(where: string, name: string, value: unknown): number {
  if (typeof value !== "number" || !(value > 0 && value < 1)) refuse(where, name, "a number between 0 and 1", value);
  return value;
}

/** A number from 0 to 1, both included. */
export function closedUnit(where: string, name: string, value: unknown): number {
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) refuse(where, name, "a number from 0 to 1", value);
  return value;
}

export function oneOf<T extends string>(where: string, name: string, value: unknown, choices: readonly T[]): T {
  if (!choices.includes(value as T)) {
    refuse(where, name, `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`, value);
  }
  return value as T;
}

/** A vector of `length` finite numbers (any length where it is left out), copied into a fresh Float64Array. */
export function finiteVector(where: string, name: string, value: unknown, length?: number): Float64Array {
  const expected = length === undefined ? "a list of numbers" : `${length} finite number${length === 1 ? "" : "s"}`;
  if (!isNumberList(value) || (length !== undefined && value.length !== length)) refuse(where, name, expected, value);
  for (let i = 0; i < value.length; i++) {
    if (typeof value[i] !== "number" || !Number.isFinite(value[i]))
      refuse(where, `${name}[${i}]`, "a finite number", value[i]);
  }
  return Float64Array.from(value);
}

/** One name per coordinate, all different; `letter[0]`, `letter[1]`, ... where left out. */
export function namesOfCoordinates(where: string, names: unknown, dim: number, letter: string): readonly string[] {
  if (names === undefined) return Array.from({ length: dim }, (_, i) => `${letter}[${i}]`);
  if (!Array.isArray(names) || names.length !== dim || names.some((name) => typeof name !== "string")) {
    refuse(where, "names", `${dim} strings`, names);
  }
  // A network may have a hundred thousand of them: comparing each with all others would take minutes.
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new RangeError(`${where}: names must differ from each other, got ${JSON.stringify(name)} twice`);
    }
    seen.add(name);
  }
  return [...names];
}

/** Refuses what is no record, and option names that nothing reads, so that a misspelt option is not silently ignored. */
export function knownOptions(where: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) refuse(where, "options", "an object", options);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new RangeError(`${where}: there is no option ${JSON.stringify(name)}; the options are ${known.join(", ")}`);
    }
  }
}

function isNumberList(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (isNumberList(value)) return `a list of length ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}
