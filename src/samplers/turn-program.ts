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
  /** As `Orbit.products`: velocities of a and b, momenta of all four, the sum, and where the three products are to be written. */
  products(
    va: number,
    vb: number,
    pa: number,
    pb: number,
    pc: number,
    pd: number,
    sum: number,
    products: number,
    bytes: number,
  ): void;
  /** The inner product of two vectors. */
  dot(a: number, b: number, bytes: number): number;
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

const vectorBytes = 16;

function turnModule(): WasmModule {
  const writer = moduleWriter();
  const addresses = (count: number) => Array.from({ length: count }, () => "i32" as const);
  writer.function({ name: "dot", parameters: addresses(3), results: ["f64"] }, (f) => {
    const [a, b, bytes] = Array.from({ length: 3 }, (_, i) => f.parameter(i));
    const [total] = writePass(f, bytes, 1, (at, [sum]) => [accumulate(sum, at(a), at(b))]);
    f.add(total);
  });
  writer.function({ name: "products", parameters: addresses(9) }, (f) => {
    const [va, vb, pa, pb, pc, pd, sum, products, bytes] = Array.from({ length: 9 }, (_, i) => f.parameter(i));
    const totals = writePass(f, bytes, 3, (at, [ac, ad, bd]) => {
      const [third, fourth, velocity] = Array.from({ length: 3 }, () => f.local("v128"));
      return [
        third.set(at(pc)),
        fourth.set(at(pd)),
        velocity.set(at(va)),
        at.store(sum, f64x2.add(f64x2.add(at(pa), at(pb)), f64x2.add(third.get, fourth.get))),
        accumulate(ac, velocity.get, third.get),
        accumulate(ad, velocity.get, fourth.get),
        accumulate(bd, at(vb), fourth.get),
      ];
    });
    totals.forEach((total, i) => {
      f.add(f64.store(products.get, total, 8 * i));
    });
  });
  writer.function({ name: "stretches", parameters: addresses(10), results: ["i32"] }, (f) => {
    const [va, vb, vc, vd, pb, pc, own, next, sum, bytes] = Array.from({ length: 10 }, (_, i) => f.parameter(i));
    const totals = writePass(f, bytes, 6, (at, [a, d, aJoin, c, b, dJoin]) => {
      const [left, right, both, velocityA, velocityD] = Array.from({ length: 5 }, () => f.local("v128"));
      return [
        left.set(at(own)),
        right.set(at(next)),
        velocityA.set(at(va)),
        velocityD.set(at(vd)),
        both.set(f64x2.add(left.get, right.get)),
        at.store(sum, both.get),
        accumulate(a, velocityA.get, both.get),
        accumulate(d, velocityD.get, both.get),
        left.set(f64x2.add(left.get, at(pc))),
        accumulate(aJoin, velocityA.get, left.get),
        accumulate(c, at(vc), left.get),
        right.set(f64x2.add(right.get, at(pb))),
        accumulate(b, at(vb), right.get),
        accumulate(dJoin, velocityD.get, right.get),
      ];
    });
    f.add(totals.map((total) => f64.greater(total, f64.constant(0))).reduce((all, each) => i32.and(all, each)));
  });
  return compileModule(writer.encode(1));
}

/** Reads two coordinates of the vector at an address. */
interface At {
  (vector: Local): Code;
  store(vector: Local, value: Code): Code;
}

/** A pass over all coordinates that adds up so many inner products; returns the code of each. */
function writePass(
  f: FunctionWriter,
  bytes: Local,
  products: number,
  body: (at: At, sums: readonly Local[]) => Code[],
): Code[] {
  const offset = f.local("i32");
  const sums = Array.from({ length: products }, () => f.local("v128"));
  const addressOf = (vector: Local): Code => i32.add(vector.get, offset.get);
  const at: At = Object.assign((vector: Local) => v128.load(addressOf(vector)), {
    store: (vector: Local, value: Code) => v128.store(addressOf(vector), value),
  });
  f.add(countedLoop(offset, i32.constant(0), bytes.get, vectorBytes, body(at, sums)));
  return sums.map((sum) => f64.add(f64x2.extractLane(0, sum.get), f64x2.extractLane(1, sum.get)));
}

function accumulate(sum: Local, velocity: Code, momenta: Code): Code {
  return sum.set(f64x2.add(sum.get, f64x2.mul(velocity, momenta)));
}
