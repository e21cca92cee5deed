// Coordinates and variables. Draws have one name per number, `theta[0]`, `theta[1]`; InferenceData and Stan have one per array, `theta`.

/** Coordinates that belong together: an array, row-major, whose numbers stand beside each other in each draw. */
export interface Variable {
  readonly name: string;
  /** Empty of a single number. */
  readonly shape: readonly number[];
  /** What the indices along each axis are called. */
  readonly labels: readonly (readonly (number | string)[])[];
  /** The coordinate that its first number is. */
  readonly first: number;
  readonly size: number;
}

/**
 * The variables that coordinates of these names make up, in order. Names such as `w[0,0]`, `w[0,1]`, `w[1,0]`, `w[1,1]` make one of
 * shape [2, 2] where they are neighbours, in row-major order, and none is missing; counting may start anywhere. Every other
 * coordinate is a variable of its own, under its whole name.
 */
export function variablesOf(names: readonly string[]): Variable[] {
  const parsed = names.map(parse);
  const members = new Map<string, number>();
  for (const { base } of parsed) members.set(base, (members.get(base) ?? 0) + 1);
  const variables: Variable[] = [];
  for (let first = 0; first < names.length; ) {
    const size = members.get(parsed[first].base) ?? 1;
    const block = parsed.slice(first, first + size);
    const labels = block.length === size ? labelsOf(block) : undefined;
    if (labels === undefined) variables.push({ name: names[first], shape: [], labels: [], first, size: 1 });
    else variables.push({ name: block[0].base, shape: labels.map(({ length }) => length), labels, first, size });
    first += labels === undefined ? 1 : size;
  }
  return variables;
}

/** The names of a variable's coordinates, in order. */
export function coordinatesOf({ name, labels, size }: Pick<Variable, "name" | "labels" | "size">): string[] {
  if (labels.length === 0) return [name];
  return Array.from({ length: size }, (_, k) => `${name}[${labelsAt(labels, k).join(",")}]`);
}

/** Row-major strides of an array, in numbers. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

interface Parsed {
  readonly base: string;
  /** Empty where the name has no index, or one that would not be written the same way again. */
  readonly index: readonly number[];
}

function parse(name: string): Parsed {
  const [, base, inside] = /^(.+)\[((?:0|[1-9]\d{0,14})(?:,(?:0|[1-9]\d{0,14}))*)\]$/su.exec(name) ?? [];
  return base === undefined ? { base: name, index: [] } : { base, index: inside.split(",").map(Number) };
}

// All with the same base. Undefined where they are no complete array in row-major order.
function labelsOf(block: readonly Parsed[]): number[][] | undefined {
  const { base, index: start } = block[0];
  const end = block[block.length - 1].index;
  if (start.length === 0 || end.length !== start.length) return undefined;
  const shape = start.map((from, axis) => end[axis] - from + 1);
  if (shape.some((length) => length < 1) || sizeOf(shape) !== block.length) return undefined;
  const labels = shape.map((length, axis) => Array.from({ length }, (_, i) => start[axis] + i));
  const isInPlace = (one: Parsed, k: number) =>
    one.base === base && one.index.length === start.length && labelsAt(labels, k).every((l, a) => l === one.index[a]);
  return block.every(isInPlace) ? labels : undefined;
}

/** Of the number at `k`, row-major. */
function labelsAt<T>(labels: readonly (readonly T[])[], k: number): T[] {
  const at = new Array<T>(labels.length);
  for (let axis = labels.length - 1; axis >= 0; axis--) {
    const { length } = labels[axis];
    at[axis] = labels[axis][k % length];
    k = Math.floor(k / length);
  }
  return at;
}
