// Lanes compute what the interpreter computes on mapped graphs: bit for bit where functions such as exp are called as it calls them,
// and a few units in the last place from it where vectors have functions of their own. No column knows of its neighbours.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { interpreter } from "../../src/tensor/backends/interpreter.js";
import { compileLanes, type LaneOptions } from "../../src/tensor/backends/wasm/lanes.js";
import {
  type DType,
  emptyArray,
  type Graph,
  gradient,
  mapColumns,
  type NumberArray,
  repeat,
  sizeOf,
  type Tensor,
  trace,
} from "../../src/tensor/index.js";
import { exampleFrom, runs } from "./graphs.js";

const choices = fc.array(fc.nat(9999), { minLength: 20, maxLength: 160, size: "max" });
const widths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 64];

/** Inputs for `width` columns: column c of a mapped one holds its numbers turned by c places. */
function turned(inputs: readonly NumberArray[], mapped: readonly boolean[], width: number): NumberArray[] {
  return inputs.map((input, i) => {
    if (!mapped[i]) return input;
    const array = emptyArray(input instanceof Float32Array ? "f32" : "f64", input.length * width);
    return array.map((_, at) => input[(Math.floor(at / width) + (at % width)) % input.length]);
  });
}

function inLanes(graph: Graph, options: LaneOptions, inputs: readonly NumberArray[]): NumberArray[] | undefined {
  const program = compileLanes(graph, options);
  if (program === undefined) return undefined;
  program.inputs.forEach((input, i) => {
    assert.equal(input.length, inputs[i].length);
    input.set(inputs[i]);
  });
  // The second run meets what the first left in the program's memory.
  program.run();
  program.run();
  program.inputs.forEach((input, i) => assertSameBits(input, inputs[i], `input ${i}`));
  return program.outputs.map((output) => output.slice());
}

function interpreted(graph: Graph, { width, mapped }: LaneOptions, inputs: readonly NumberArray[]): NumberArray[] {
  const columns = mapColumns(graph, width, mapped);
  const outputs = columns.outputs.map((k) =>
    emptyArray(columns.instructions[k].dtype, sizeOf(columns.instructions[k].shape)),
  );
  interpreter.compile(columns).run(inputs, outputs);
  return outputs;
}

function assertSameBits(actual: NumberArray, expected: NumberArray, what: string): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((number, i) => {
    assert.ok(Object.is(number, expected[i]), `${what}[${i}] is ${number}, expected ${expected[i]}`);
  });
}

const column = (array: NumberArray, width: number, c: number): NumberArray => array.filter((_, at) => at % width === c);

const wave = (length: number, phase = 0): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(1.7 * i + phase));

/** A smooth energy that calls most of the functions that vectors have. */
const winding = (q: Tensor): Tensor => {
  const [x, y, z] = q.unstack();
  const wells = x.sub(1).square().add(y.square()).neg().exp().add(x.add(1).square().add(z.square()).neg().exp());
  return wells
    .log()
    .neg()
    .add(y.softplus().mul(x.tanh()))
    .add(z.sigmoid())
    .add(x.square().log1p())
    .add(q.square().sum());
};

const trajectory = (steps: number, dtype: DType): Graph =>
  trace(
    ([q, p, stepSize]) =>
      repeat(steps, [q, p, q.sum()], ([position, momentum]) => {
        const value = winding(position);
        const [slope] = gradient(value, [position]);
        const next = momentum.sub(stepSize.mul(slope));
        return { carries: [position.add(stepSize.mul(next)), next, value] };
      }).carries,
    [
      { shape: [3], dtype },
      { shape: [3], dtype },
      { shape: [], dtype },
    ],
  );

describe("lanes that call functions as the interpreter does equal it, bit for bit", () => {
  it("on random graphs over all primitives, at every width, with inputs mapped or shared", () => {
    let written = 0;
    const holds = (list: number[], at: number, sharing: number): void => {
      const { graph, inputs } = exampleFrom(list);
      const mapped = inputs.map((_, i) => ((sharing >> i) & 1) === 0);
      const options = { width: widths[at], mapped, exact: true };
      const given = turned(inputs, mapped, options.width);
      const actual = inLanes(graph, options, given);
      if (actual === undefined) return;
      written++;
      const expected = interpreted(graph, options, given);
      actual.forEach((output, o) => assertSameBits(output, expected[o], `output ${o}`));
    };
    fc.assert(fc.property(choices, fc.nat(widths.length - 1), fc.nat(7), holds), { numRuns: runs ?? 400, seed: 1 });
    assert.ok(written > 300, `only ${written} of the graphs were small enough`);
  });

  it("on trajectories in both precisions, however many columns are in hand", () => {
    for (const dtype of ["f64", "f32"] as const) {
      const graph = trajectory(5, dtype);
      for (const width of widths) {
        const inputs = [wave(3 * width), wave(3 * width, 1), Float64Array.of(0.01)].map((x) =>
          dtype === "f64" ? x : Float32Array.from(x),
        );
        const options = { width, mapped: [true, true, false], exact: true };
        const expected = interpreted(graph, options, inputs);
        for (const columns of [1, 4, 6, 16]) {
          const actual = inLanes(graph, { ...options, columns }, inputs)!;
          actual.forEach((output, o) => assertSameBits(output, expected[o], `output ${o}`));
        }
      }
    }
  });
});

describe("lanes with functions of their own", () => {
  it("give a column the same numbers in every lane and beside all neighbours", () => {
    const holds = (list: number[], at: number): void => {
      const { graph, inputs } = exampleFrom(list);
      const width = widths[at];
      const mapped = inputs.map(() => true);
      const given = turned(inputs, mapped, width);
      const together = inLanes(graph, { width }, given);
      if (together === undefined) return;
      for (let c = 0; c < width; c += Math.ceil(width / 5)) {
        const own = given.map((input) => column(input, width, c));
        const alone = inLanes(graph, { width: 1 }, own)!;
        together.forEach((output, o) => assertSameBits(column(output, width, c), alone[o], `output ${o}`));
      }
    };
    fc.assert(fc.property(choices, fc.nat(widths.length - 1), holds), { numRuns: runs ?? 150, seed: 2 });
  });

  it("are within rounding of the interpreter along a trajectory", () => {
    for (const [dtype, tolerance] of [
      ["f64", 1e-13],
      ["f32", 1e-4],
    ] as const) {
      const graph = trajectory(8, dtype);
      const width = 9;
      const inputs = [wave(3 * width), wave(3 * width, 1), wave(width, 2).map((x) => 0.02 + 0.01 * x)].map((x) =>
        dtype === "f64" ? x : Float32Array.from(x),
      );
      const expected = interpreted(graph, { width }, inputs);
      inLanes(graph, { width }, inputs)!.forEach((output, o) => {
        output.forEach((number, i) => {
          assert.ok(
            Math.abs(number - expected[o][i]) < tolerance * (1 + Math.abs(expected[o][i])),
            `output ${o}[${i}]`,
          );
        });
      });
    }
  });

  it("keep NaN and infinities in their columns", () => {
    const graph = trace(([q]) => [winding(q)], [[3]]);
    const width = 9;
    const clean = wave(3 * width);
    const broken = clean.slice();
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].forEach((number, k) => {
      broken[k * width + 2 * k + 1] = number;
    });
    const [before] = inLanes(graph, { width }, [clean])!;
    const [after] = inLanes(graph, { width }, [broken])!;
    for (let c = 0; c < width; c++) {
      if ([1, 3, 5].includes(c)) assert.ok(!Number.isFinite(after[c]), `column ${c}`);
      else assert.equal(after[c], before[c]);
    }
  });
});

describe("loops", () => {
  it("of different lengths end with the longest: a column stays where its own turns end", () => {
    const steps = (most: number): Graph =>
      trace(
        ([q, count]) =>
          repeat(most, [q, q.sum()], ([x, y], { number }) => {
            const going = number.less(count);
            return { carries: [going.where(x.mul(1.5).add(y.mul(0.1)), x), going.where(x.sum().sin(), y)] };
          }).carries,
        [[2], []],
      );
    const width = 7;
    const counts = Float64Array.of(0, 3, 1, 40, Number.NaN, 2, -5);
    const inputs = [wave(2 * width), counts];
    const options = { width, exact: true };
    const expected = interpreted(steps(40), options, inputs);
    inLanes(steps(40), options, inputs)!.forEach((output, o) => assertSameBits(output, expected[o], `output ${o}`));
    // So many turns would take minutes if they were all made.
    const endless = inLanes(steps(2 ** 31 - 1), options, inputs)!;
    endless.forEach((output, o) => assertSameBits(output, expected[o], `output ${o}`));
    // Nor does a column that does not exist keep it going: the numbers behind the last count are those of an output.
    const none = inLanes(steps(2 ** 31 - 1), { ...options, width: 1 }, [wave(2), Float64Array.of(0)])!;
    assertSameBits(none[0], wave(2), "no turns");
  });
});

describe("arrays in the program's memory", () => {
  it("an output may take the place of an input, and the next run goes on from there", () => {
    const graph = trace(([x, v]) => [x.add(v), v.sub(x.mul(0.1)), x.sum()], [[2], [2]]);
    const width = 5;
    const program = compileLanes(graph, { width, replaces: [0, 1] })!;
    assert.equal(program.outputs[0].buffer, program.inputs[0].buffer);
    assert.equal(program.outputs[0].byteOffset, program.inputs[0].byteOffset);
    let [x, v] = [wave(2 * width), wave(2 * width, 1)] as NumberArray[];
    program.inputs[0].set(x);
    program.inputs[1].set(v);
    for (let turn = 0; turn < 4; turn++) {
      const [nextX, nextV, sum] = interpreted(graph, { width }, [x, v]);
      program.run();
      assertSameBits(program.outputs[0], nextX, "x");
      assertSameBits(program.outputs[1], nextV, "v");
      assertSameBits(program.outputs[2], sum, "sum");
      [x, v] = [nextX, nextV];
    }
  });

  it("but not one of another shape, a shared one, one that is handed on, or one that another output has taken", () => {
    const graph = trace(([x, y]) => [x.add(1), y, x.sum(), x.mul(2)], [[2], [2]]);
    const refused = (replaces: (number | undefined)[], mapped = [true, true]): void =>
      assert.throws(() => compileLanes(graph, { width: 3, replaces, mapped }), RangeError);
    refused([undefined, undefined, 0]);
    refused([0], [false, true]);
    refused([1]);
    refused([undefined, 1]);
    refused([0, undefined, undefined, 0]);
    refused([2]);
    assert.throws(() => compileLanes(graph, { width: 0 }), RangeError);
  });

  it("programs of one graph have memories of their own", () => {
    const graph = trace(([x]) => [x.mul(2)], [[]]);
    const [a, b] = [compileLanes(graph, { width: 2 })!, compileLanes(graph, { width: 2 })!];
    a.inputs[0].set([1, 2]);
    b.inputs[0].set([3, 4]);
    a.run();
    b.run();
    assert.deepEqual([...a.outputs[0], ...b.outputs[0]], [2, 4, 6, 8]);
  });

  it("a graph too large to be written out has no program in lanes", () => {
    const long = trace(([x]) => [x.mul(3).sin().sum()], [[3000]]);
    assert.equal(compileLanes(long, { width: 2 }), undefined);
  });
});
