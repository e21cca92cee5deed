// Collects the text of a program in pieces that may become functions of their own, and notes which buffers are in use when.
// V8 stops optimising functions beyond some thousands of nodes, so no piece may grow without bound.

import { type Usage, usage } from "../loops/usage.js";
import type { Buffer, Value, View } from "../loops/views.js";
import { literal } from "./source.js";

/** Text that may stand in a function of its own: its variables are its own, save those it `needs` as parameters. */
export interface Piece {
  readonly lines: string[];
  readonly needs: Set<string>;
  weight: number;
}

/** How much one generated function may hold, in operations: far below V8's limit of about 2000. */
const heaviest = 300;

export interface Writer extends Pick<Usage, "scratch"> {
  line(text: string, weight?: number): void;
  /** No variable declared so far is used beyond this line. */
  cut(): void;
  /** A name that nothing else has. */
  fresh(prefix: string): string;
  /** The array that holds a buffer, noting that it is in use now. */
  array(buffer: Buffer): string;
  /** The text written now uses this variable of the code around it. */
  needs(name: string): void;
  /** Where the first element of a view lies in its array. */
  base(view: View): string;
  /** Writes what `body` writes inside a loop over `name`. */
  loop(opening: string, name: string, body: () => void): void;
  /** Once per key a function beside the program's own; returns its name. */
  shared(key: string, make: (name: string) => string): string;
  readonly depth: number;
  /** The whole program. */
  finish(): { functions: readonly string[]; body: Piece; buffers: readonly Buffer[] };
}

/** `places`: of the arena's buffers in the order in which they are asked for, once they are known. */
export function writer(places: readonly number[]): Writer {
  const functions: string[] = [];
  const sharedNames = new Map<string, string>();
  const used = usage(places);
  // The pieces of each loop that surrounds what is written now.
  const levels: Piece[][] = [[emptyPiece()]];
  let names = 0;

  const fresh = (prefix: string): string => `${prefix}${names++}`;
  const current = (): Piece => {
    const pieces = levels[levels.length - 1];
    return pieces[pieces.length - 1];
  };
  const place = (piece: Piece): void => {
    const into = current();
    into.lines.push(...piece.lines);
    for (const name of piece.needs) into.needs.add(name);
    into.weight += piece.weight;
  };
  /** Light pieces stay where they are; heavier ones are packed into functions, in order. */
  const packed = (pieces: readonly Piece[]): Piece => {
    const all = joinPieces(pieces);
    if (all.weight <= heaviest) return all;
    const out = emptyPiece();
    let pack: Piece[] = [];
    let weight = 0;
    const close = (): void => {
      if (pack.length === 0) return;
      const { lines, needs } = joinPieces(pack);
      if (lines.length > 0) {
        const name = fresh("f");
        const parameters = [...needs].join(", ");
        functions.push(`function ${name}(${parameters}) {\n${lines.join("\n")}\n}`);
        out.lines.push(`${name}(${parameters});`);
        for (const need of needs) out.needs.add(need);
        out.weight += 1;
      }
      pack = [];
      weight = 0;
    };
    for (const piece of pieces) {
      if (weight + piece.weight > heaviest) close();
      pack.push(piece);
      weight += piece.weight;
    }
    close();
    return out;
  };

  return {
    get depth() {
      return used.depth;
    },
    line(text, weight = 1) {
      current().lines.push(text);
      current().weight += weight;
    },
    cut() {
      used.cut();
      levels[levels.length - 1].push(emptyPiece());
    },
    fresh,
    array(buffer) {
      used.touch(buffer);
      if (buffer.kind === "arena") return buffer.dtype === "f64" ? "A" : "B";
      if (buffer.kind === "constant") return `k${buffer.index}`;
      const name = `${buffer.kind === "input" ? "i" : "o"}${buffer.index}`;
      current().needs.add(name);
      return name;
    },
    base(view) {
      const terms = view.turns.map(({ name, stride }) => {
        current().needs.add(name);
        return `${name} * ${stride}`;
      });
      return [String(view.buffer.place + view.offset), ...terms].join(" + ");
    },
    scratch: used.scratch,
    needs(name) {
      current().needs.add(name);
    },
    loop(opening, name, body) {
      levels.push([emptyPiece()]);
      used.repeated(body);
      const pieces = levels.pop()!;
      const inside = packed(pieces);
      inside.needs.delete(name);
      place({ lines: [opening, ...inside.lines, "}"], needs: inside.needs, weight: inside.weight + 1 });
    },
    shared(key, make) {
      let name = sharedNames.get(key);
      if (name === undefined) {
        name = fresh("g");
        sharedNames.set(key, name);
        functions.push(make(name));
      }
      return name;
    },
    finish() {
      const body = packed(levels[0]);
      return { functions, body, buffers: used.buffers() };
    },
  };
}

/** A value's single number as text, where all its numbers are equal. */
export function constantText({ constant }: Value): string | undefined {
  return constant === undefined ? undefined : literal(constant);
}

function emptyPiece(): Piece {
  return { lines: [], needs: new Set(), weight: 0 };
}

function joinPieces(pieces: readonly Piece[]): Piece {
  const joined = emptyPiece();
  for (const { lines, needs, weight } of pieces) {
    for (const line of lines) joined.lines.push(line);
    for (const name of needs) joined.needs.add(name);
    joined.weight += weight;
  }
  return joined;
}
