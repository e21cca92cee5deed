// The generalised U-turn criterion (Betancourt 2017, A.4.2) in WebAssembly: the inner products of velocities at the ends of stretches of a
// trajectory with sums of momenta, in one pass over the vectors, two coordinates at a time.

import {
  type Code,
  countedLoop,
  type FunctionWriter,
  f64,
  f64x2,
  i32,
  type Local,
  moduleWriter,
  v128,
} from "../tensor/backends/wasm/assembler.js";
import { compileModule, instantiate, type WasmMemory, type WasmModule } from "../tensor/backends/wasm/instance.js";

/** Functions on addresses; the last argument is the bytes of a vector, a positive multiple of 16 with zeros behind its coordinates. */
export interface Turns {
  /** As `Orbit.pairGoesOn`: the velocities of the two points, their momenta, the sum to be written. 1 where they go on. */
  pair(va: number, vb: number, pa: number, pb: number, sum: number, bytes: number): number;
  /** As `Orbit.goesOn`: the velocities of the four ends, the momenta on both sides of the join, the sums. 1 where they go on. */
  stretches(
    va: number,
    vb: number,
    vc: number,
    vd: number,
    pb: number,
    pc: number,
    own: number,
    next: number,
    sum: number,
    bytes: number,
  ): number;
}

export function turnsIn(memory: WasmMemory): Turns {
  module ??= turnModule();
  return instantiate(module, memory) as unknown as Turns;
}

/** One for all: sizes and addresses are arguments. */
let module: WasmModule | undefined;

const lanes = 2;
const vectorBytes = 16;

function turnModule(): WasmModule {
  const writer = moduleWriter();
  const arguments_ = (count: number) => ({
    parameters: Array.from({ length: count }, () => "i32" as const),
    results: ["i32" as const],
  });
  writer.function({ name: "pair", ...arguments_(6) }, (f) => {
    const [va, vb, pa, pb, sum, bytes] = Array.from({ length: 6 }, (_, i) => f.parameter(i));
    writePass(f, bytes, 2, (at, [first, second]) => {
      const both = f.local("v128");
      return [
        both.set(f64x2.add(at(pa), at(pb))),
        at.store(sum, both.get),
        accumulate(first, at(va), both),
        accumulate(second, at(vb), both),
      ];
    });
  });
  writer.function({ name: "stretches", ...arguments_(10) }, (f) => {
    const [va, vb, vc, vd, pb, pc, own, next, sum, bytes] = Array.from({ length: 10 }, (_, i) => f.parameter(i));
    writePass(f, bytes, 6, (at, [a, d, aJoin, c, b, dJoin]) => {
      const [left, right, both, velocityA, velocityD] = Array.from({ length: 5 }, () => f.local("v128"));
      return [
        left.set(at(own)),
        right.set(at(next)),
        velocityA.set(at(va)),
        velocityD.set(at(vd)),
        both.set(f64x2.add(left.get, right.get)),
        at.store(sum, both.get),
        accumulate(a, velocityA.get, both),
        accumulate(d, velocityD.get, both),
        left.set(f64x2.add(left.get, at(pc))),
        accumulate(aJoin, velocityA.get, left),
        accumulate(c, at(vc), left),
        right.set(f64x2.add(right.get, at(pb))),
        accumulate(b, at(vb), right),
        accumulate(dJoin, velocityD.get, right),
      ];
    });
  });
  return compileModule(writer.encode({ pages: 1, shared: false }));
}

/** Reads two coordinates of the vector at an address. */
interface At {
  (vector: Local): Code;
  store(vector: Local, value: Code): Code;
}

/** A pass over all coordinates that leaves 1 where each of so many inner products is positive, else 0. */
function writePass(
  f: FunctionWriter,
  bytes: Local,
  products: number,
  body: (at: At, sums: readonly Local[]) => Code[],
): void {
  const offset = f.local("i32");
  const sums = Array.from({ length: products }, () => f.local("v128"));
  const addressOf = (vector: Local): Code => i32.add(vector.get, offset.get);
  const at: At = Object.assign((vector: Local) => v128.load(addressOf(vector)), {
    store: (vector: Local, value: Code) => v128.store(addressOf(vector), value),
  });
  f.add(countedLoop(offset, i32.constant(0), bytes.get, vectorBytes, body(at, sums)));
  const total = (sum: Local): Code =>
    Array.from({ length: lanes }, (_, lane) => f64x2.extractLane(lane, sum.get)).reduce((a, b) => f64.add(a, b));
  f.add(sums.map((sum) => f64.greater(total(sum), f64.constant(0))).reduce((a, b) => i32.and(a, b)));
}

function accumulate(sum: Local, velocity: Code, momenta: Local): Code {
  return sum.set(f64x2.add(sum.get, f64x2.mul(velocity, momenta.get)));
}
