// How the numbers, names and lists of a WebAssembly module become bytes: specification 2.0, sections 5.1 and 5.2.

/** Instructions in the order they are encoded; nested, so that composing costs no copying. */
export type Code = readonly (number | Code)[];

/** LEB128 without sign. */
export function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** LEB128 with sign, of an i32. */
export function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export function bytesOf(numbers: Float32Array | Float64Array): number[] {
  return Array.from(new Uint8Array(numbers.buffer));
}

export function list(items: readonly (number | Code)[]): Code {
  return [unsigned(items.length), ...items];
}

export function text(name: string): Code {
  return list(Array.from(new TextEncoder().encode(name)));
}

export function section(id: number, content: Code): Code {
  const bytes = flat(content);
  return [id, unsigned(bytes.length), bytes];
}

export function flat(code: Code): number[] {
  const bytes: number[] = [];
  const visit = (part: Code): void => {
    for (const item of part) {
      if (typeof item === "number") bytes.push(item);
      else visit(item);
    }
  };
  visit(code);
  return bytes;
}
