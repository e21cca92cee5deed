// Collects the functions of a program: one per step, called in order. All of them get one address, that of the program's
// frame, where the addresses of inputs and outputs, the numbers of turns, constants and the arena lie: so one module serves many frames.

import type { Arithmetic, DType, Graph, Loop } from "../../../graph.js";
import type { NumberArray } from "../../../program.js";
import { placeBuffers } from "../../loops/arena.js";
import { type Usage, usage } from "../../loops/usage.js";
import type { Buffer, View } from "../../loops/views.js";
import {
  brIf,
  type Code,
  type FunctionReference,
  type FunctionSignature,
  type FunctionWriter,
  f32,
  f64,
  i32,
  loop,
  type ModuleWriter,
} from "../assembler.js";

export interface Writer extends Pick<Usage, "cut" | "scratch"> {
  /** Adds a step. */
  step(write: (f: FunctionWriter) => void): void;
  /** In a step: the address of a view's first element. */
  address(view: View): Code;
  /** The heir may take the other's place in the arena if nothing needs that later. */
  inherit(heir: Buffer, from: Buffer): void;
  repeat(loop: Loop, body: (turn: string) => void): void;
  /** A step that makes `to` the number of the turn. */
  writeTurn(to: View, turn: string): void;
  /** Once per key and module a function of its own. */
  shared(key: string, signature: FunctionSignature, write: (f: FunctionWriter) => void): FunctionReference;
  readonly imports: Imports;
  readonly arithmetic: Arithmetic | undefined;
}

/** Functions of JavaScript by name. */
export type Imports = Readonly<Record<string, FunctionReference>>;

/** What the functions of one module have in common. */
export interface ModuleParts {
  readonly module: ModuleWriter;
  readonly shared: Map<string, FunctionReference>;
  readonly imports: Imports;
}

/** A program's frame: how long it is, and what it holds from the beginning. */
export interface Frame {
  readonly bytes: number;
  readonly constants: readonly { readonly offset: number; readonly numbers: NumberArray }[];
}

const wordBytes = 4;
const alignment = 64;

export const bytesPer: Readonly<Record<DType, 4 | 8>> = { f32: 4, f64: 8 };

/** Address of the frame in every function of a program. */
const frameOf: Code = [0x20, 0];

/**
 * Writes a program of the graph with `write`, which returns the constants' arrays; it is exported under `name` as a function of the frame's
 * address and those of all inputs and outputs.
 */
export function writeFrame(
  { module, shared, imports }: ModuleParts,
  name: string,
  { inputs, outputs, arithmetic }: Graph,
  write: (w: Writer) => readonly NumberArray[],
): Frame {
  const used = usage([]);
  const arguments_ = inputs.length + outputs.length;
  // The calls of each loop that surrounds what is written now.
  const calls: Code[][] = [[]];
  let turns = 0;
  // Places are known in the end: code that names them is filled in then.
  const offsets = new Map<Buffer, Code[][]>();
  const slot = (index: number): Code => i32.load(frameOf, wordBytes * index);
  const turnOf = (turn: string): Code => slot(arguments_ + Number(turn));
  const call = (reference: FunctionReference): void => {
    calls[calls.length - 1].push(reference.call(frameOf));
  };
  const startOf = (buffer: Buffer): Code => {
    if (buffer.kind === "input") return slot(buffer.index);
    if (buffer.kind === "output") return slot(inputs.length + buffer.index);
    used.touch(buffer);
    let places = offsets.get(buffer);
    if (places === undefined) {
      places = [];
      offsets.set(buffer, places);
    }
    const place: Code[] = [];
    places.push(place);
    return i32.add(frameOf, place);
  };
  const w: Writer = {
    cut: used.cut,
    scratch: used.scratch,
    imports,
    arithmetic,
    step: (body) => call(module.function({ parameters: ["i32"] }, body)),
    address(view) {
      const bytes = bytesPer[view.buffer.dtype];
      let code = startOf(view.buffer);
      if (view.offset !== 0) code = i32.add(code, i32.constant(view.offset * bytes));
      for (const { name: turn, stride } of view.turns) {
        if (stride !== 0) code = i32.add(code, i32.mul(turnOf(turn), i32.constant(stride * bytes)));
      }
      return code;
    },
    inherit(heir, from) {
      heir.inherits ??= from;
    },
    writeTurn(to, turn) {
      w.step((f) => {
        const { fromI32, store } = to.buffer.dtype === "f64" ? f64 : f32;
        f.add(store(w.address(to), fromI32(turnOf(turn))));
      });
    },
    repeat({ count, reversed }, body) {
      const turn = String(turns++);
      calls.push([]);
      used.repeated(() => body(turn));
      const inside = calls.pop()!;
      call(
        module.function({ parameters: ["i32"] }, (f) => {
          const number = f.local("i32");
          const store = (value: Code): Code => i32.store(frameOf, value, wordBytes * (arguments_ + Number(turn)));
          const [first, by, end] = reversed ? [count - 1, -1, -1] : [0, 1, count];
          f.add(
            number.set(i32.constant(first)),
            loop(
              store(number.get),
              ...inside,
              brIf(0, i32.notEqual(number.tee(i32.add(number.get, i32.constant(by))), i32.constant(end))),
            ),
          );
        }),
      );
    },
    shared(key, signature, body) {
      let reference = shared.get(key);
      if (reference === undefined) {
        reference = module.function(signature, body);
        shared.set(key, reference);
      }
      return reference;
    },
  };
  const constants = write(w);
  module.function({ name, parameters: Array.from({ length: 1 + arguments_ }, () => "i32" as const) }, (f) => {
    for (let i = 0; i < arguments_; i++) f.add(i32.store(frameOf, f.parameter(1 + i).get, wordBytes * i));
    f.add(...calls[0]);
  });

  const buffers = used.buffers();
  let bytes = aligned(wordBytes * (arguments_ + turns));
  const starts = constants.map((numbers) => {
    const start = bytes;
    bytes = aligned(start + numbers.byteLength);
    return start;
  });
  const arenas = { f64: 0, f32: 0 };
  for (const dtype of ["f64", "f32"] as const) {
    arenas[dtype] = bytes;
    bytes = aligned(bytes + placeBuffers(buffers, dtype) * bytesPer[dtype]);
  }
  for (const [{ kind, dtype, index, place }, codes] of offsets) {
    const offset = kind === "constant" ? starts[index] : arenas[dtype] + place * bytesPer[dtype];
    for (const code of codes) code.push(i32.constant(offset));
  }
  return { bytes, constants: constants.map((numbers, i) => ({ offset: starts[i], numbers })) };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
