// Plain data as JSON that loses nothing: JSON has no NaN, no infinities, no minus zero and no typed arrays. What JSON cannot say becomes a
// record with one key that begins with $; keys of the data that begin so get another $.

const TYPED = {
  Float64Array,
  Float32Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
};

/** Doubles are handed to `keep`, which says under what number they will be found. Throws a TypeError where a value is not plain. */
export function toJsonValue(value: unknown, keep: (array: Float64Array) => number): unknown {
  if (typeof value === "number")
    return isPlain(value) ? value : { $number: Object.is(value, -0) ? "-0" : String(value) };
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => toJsonValue(entry, keep));
  if (ArrayBuffer.isView(value)) {
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (kind === "Float64Array") return { $array: keep(value as Float64Array) };
    if (Object.hasOwn(TYPED, kind)) {
      return { [`$${kind}`]: Array.from(value as unknown as ArrayLike<number>, (entry) => toJsonValue(entry, keep)) };
    }
  } else if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return Object.fromEntries(entries.map(([key, entry]) => [escaped(key), toJsonValue(entry, keep)]));
  }
  throw new TypeError(`${typeof value === "object" ? "such an object" : `a ${typeof value}`} cannot be kept in a file`);
}

/** What `toJsonValue` was given. `kept` finds the doubles. Throws an Error where the value is none of its. */
export function fromJsonValue(value: unknown, kept: (index: number) => Float64Array): unknown {
  if (Array.isArray(value)) return value.map((entry) => fromJsonValue(entry, kept));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [[key, content] = ["", undefined]] = entries;
  if (entries.length === 1 && /^\$(?!\$)/.test(key)) return special(key.slice(1), content, kept);
  return Object.fromEntries(entries.map(([name, entry]) => [unescaped(name), fromJsonValue(entry, kept)]));
}

function special(kind: string, content: unknown, kept: (index: number) => Float64Array): unknown {
  if (kind === "number") return Number(content);
  if (kind === "array") return kept(Number(content));
  if (!Object.hasOwn(TYPED, kind) || !Array.isArray(content)) throw new Error(`it holds an unknown $${kind}`);
  const numbers = content.map((entry) => Number(fromJsonValue(entry, kept)));
  return TYPED[kind as keyof typeof TYPED].from(numbers);
}

function isPlain(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function escaped(key: string): string {
  return key.startsWith("$") ? `$${key}` : key;
}

function unescaped(key: string): string {
  return key.startsWith("$$") ? key.slice(1) : key;
}
