// The random numbers of a transition, drawn in WebAssembly beside the program that uses them: for every column the words of its own
// stream, moved on by the same integers and compared with the same tables, so that the numbers are those of `Random`, bit for bit.

import type { Random } from "../random/random.js";
import { NORMAL } from "../random/ziggurat.js";
import {
  brIf,
  type Code,
  countedLoop,
  type FunctionReference,
  type FunctionWriter,
  f64,
  i32,
  type Local,
  loop,
  moduleWriter,
  when,
} from "../tensor/backends/wasm/assembler.js";
import { compileModule, instantiate, type WasmMemory, type WasmModule } from "../tensor/backends/wasm/instance.js";

/** What the numbers are drawn for: arrays in `memory`, where `drawingBytes(width)` bytes from `room` on are free. */
export interface DrawingPlace {
  readonly memory: WasmMemory;
  readonly room: number;
  readonly width: number;
  /** `[dim, width]` */
  readonly normals: Float64Array;
  /** `[width]` */
  readonly uniform: Float64Array;
}

export interface Drawing {
  /** `[2, width]` */
  readonly early: Float64Array;
  /** As `Transition.draw`. The streams keep their words in the memory from then on. */
  draw(random: readonly Random[], uniforms: number): void;
}

const earlyRows = 2;
const wordBytes = 16;
const layers = 256;

export function drawingBytes(width: number): number {
  return width * (wordBytes + earlyRows * 8) + 2 * layers * 8;
}

export function drawing({ memory, room, width, normals, uniform }: DrawingPlace): Drawing {
  const { buffer } = memory;
  // First what is read as doubles: so everything is aligned.
  const tables = new Float64Array(buffer, room, 2 * layers);
  tables.set(NORMAL.bound);
  tables.set(NORMAL.width, layers);
  const early = new Float64Array(buffer, room + tables.byteLength, earlyRows * width);
  const firstWord = early.byteOffset + early.byteLength;
  const words = Array.from({ length: width }, (_, c) => new Int32Array(buffer, firstWord + c * wordBytes, 4));
  const dim = normals.length / width;

  let streams: readonly Random[] = [];
  const { draw } = instantiate((module ??= drawingModule()), memory, { normal: (c) => streams[c].normal() });
  return {
    early,
    draw(random, uniforms) {
      streams = random;
      for (let c = 0; c < width; c++) random[c].keepIn(words[c]);
      draw(
        firstWord,
        tables.byteOffset,
        width,
        early.byteOffset,
        uniforms,
        normals.byteOffset,
        dim,
        uniform.byteOffset,
      );
    },
  };
}

/** One for all: sizes and addresses are arguments. */
let module: WasmModule | undefined;

function drawingModule(): WasmModule {
  const writer = moduleWriter();
  const normal = writer.imported("normal", { parameters: ["i32"], results: ["f64"] });
  const parameters = Array.from({ length: 8 }, () => "i32" as const);
  writer.function({ name: "draw", parameters }, (f) => writeDraw(f, normal));
  return compileModule(writer.encode(1));
}

/** Hot: about 5 ns per normal number. `normal(c)` is the stream's own function, for the candidates that miss the sure part of their layer. */
function writeDraw(f: FunctionWriter, normal: FunctionReference): void {
  const [words, tables, width, early, uniforms, normals, dim, uniform] = Array.from({ length: 8 }, (_, i) =>
    f.parameter(i),
  );
  const [c, k, at, own, a, b, five] = Array.from({ length: 7 }, () => f.local("i32"));
  const state = Array.from({ length: 4 }, () => f.local("i32"));
  const before = Array.from({ length: 4 }, () => f.local("i32"));
  const candidate = f.local("f64");
  const row = i32.shiftLeft(width.get, i32.constant(3));

  const load = state.map((word, i) => word.set(i32.load(own.get, 4 * i)));
  const store = (from: readonly Local[]): Code => from.map((word, i) => i32.store(own.get, word.get, 4 * i));
  /** The next 32 bits into `out`; as in `fillNormal`. */
  const next = (out: Local): Code => {
    const [s0, s1, s2, s3] = state;
    return [
      five.set(i32.mul(s1.get, i32.constant(5))),
      out.set(i32.mul(i32.rotateLeft(five.get, i32.constant(7)), i32.constant(9))),
      five.set(i32.shiftLeft(s1.get, i32.constant(9))),
      s2.set(i32.xor(s2.get, s0.get)),
      s3.set(i32.xor(s3.get, s1.get)),
      s1.set(i32.xor(s1.get, s2.get)),
      s0.set(i32.xor(s0.get, s3.get)),
      s2.set(i32.xor(s2.get, five.get)),
      s3.set(i32.rotateLeft(s3.get, i32.constant(11))),
    ];
  };
  const right = (word: Local, by: number): Code => i32.shiftRightUnsigned(word.get, i32.constant(by));
  /** 53 bits of two words as a number on [0, 1), to the address `at`. */
  const drawUniform: Code = [
    next(a),
    next(b),
    f64.store(
      at.get,
      f64.mul(
        f64.add(f64.mul(f64.fromI32(right(a, 5)), f64.constant(2 ** 26)), f64.fromI32(right(b, 6))),
        f64.constant(2 ** -53),
      ),
    ),
  ];
  const layer = i32.add(tables.get, i32.shiftLeft(i32.and(a.get, i32.constant(layers - 1)), i32.constant(3)));
  const drawNormal: Code = [
    ...before.map((word, i) => word.set(state[i].get)),
    next(a),
    next(b),
    candidate.set(
      f64.add(
        f64.mul(f64.fromI32(i32.shiftRightSigned(a.get, i32.constant(8))), f64.constant(2 ** 30)),
        f64.fromI32(i32.or(right(b, 2), i32.constant(1))),
      ),
    ),
    when(
      f64.less(f64.abs(candidate.get), f64.load(layer)),
      [f64.store(at.get, f64.mul(candidate.get, f64.load(layer, layers * 8)))],
      // Back to before the candidate, which the stream draws once more.
      [store(before), f64.store(at.get, normal.call(c.get)), ...load],
    ),
  ];
  const along = (from: Local, count: Local, draw: Code): Code => [
    at.set(i32.add(from.get, i32.shiftLeft(c.get, i32.constant(3)))),
    k.set(count.get),
    when(count.get, [loop(draw, at.set(i32.add(at.get, row)), brIf(0, k.tee(i32.sub(k.get, i32.constant(1)))))]),
  ];
  f.add(
    countedLoop(c, i32.constant(0), width.get, 1, [
      own.set(i32.add(words.get, i32.shiftLeft(c.get, i32.constant(4)))),
      ...load,
      along(early, uniforms, drawUniform),
      along(normals, dim, drawNormal),
      at.set(i32.add(uniform.get, i32.shiftLeft(c.get, i32.constant(3)))),
      drawUniform,
      store(state),
    ]),
  );
}
