// Writes a small graph out into scalars: whatever moves numbers about is settled here, at compile time, and leaves no trace in
// the program. Loops stay loops. Sums are taken in the interpreter's order.

import { type Attributes, type Graph, type Instruction, type Loop, type Shape, sizeOf } from "../../graph.js";
import { elementwise } from "../../primitives.js";
import {
  type Block,
  type Entry,
  type Memory,
  type ScalarLoop,
  type Scalars,
  type Store,
  scalars,
  TooManyScalars,
} from "./scalars.js";
import { needsRounding } from "./source.js";

export interface ScalarProgram {
  readonly scalars: Scalars;
  /** Arrays to allocate: what loops collect. */
  readonly memories: readonly Memory[];
  /** What the program does last. Outputs that a loop writes itself are not among them. */
  readonly outputs: readonly Output[];
}

/** Output `index` is these scalars, or a copy of this stretch of memory. */
export interface Output {
  readonly index: number;
  readonly ids?: readonly number[];
  readonly memory?: Memory;
  readonly length: number;
}

/** The numbers of a tensor: one node each, or a stretch of memory from which they are loaded when asked for. */
interface Value {
  readonly shape: Shape;
  readonly ids?: readonly number[];
  readonly stretch?: {
    readonly memory: Memory;
    readonly start: number;
    readonly stride: number;
    readonly turn?: number;
  };
}

/** The graph as scalars; undefined where it needs more than `limit` nodes, or indices that are known only when it runs. */
export function expand(graph: Graph, limit: number): ScalarProgram | undefined {
  try {
    return expandGraph(graph, limit);
  } catch (error) {
    if (error instanceof TooManyScalars) return undefined;
    throw error;
  }
}

function expandGraph(graph: Graph, limit: number): ScalarProgram {
  const expansion: Expansion = { scalars: scalars(limit), limit, memories: [] };
  const { top } = expansion.scalars;
  const inputs = graph.inputs.map(({ shape }, i): Value => {
    return { shape, stretch: { memory: { name: `i${i}`, length: 0, block: top }, start: 0, stride: 0 } };
  });
  // A loop may collect straight into an output.
  const destinations = new Map<number, number>();
  graph.outputs.forEach((k, i) => {
    if (graph.instructions[k].op === "result" && !destinations.has(k)) destinations.set(k, i);
  });
  const values = expandInstructions(expansion, graph, inputs, top, destinations);
  const outputs: Output[] = [];
  graph.outputs.forEach((k, index) => {
    const { ids, stretch } = values[k];
    const length = sizeOf(values[k].shape);
    if (ids !== undefined) outputs.push({ index, ids, length });
    else if (stretch!.memory.name !== `o${index}`) outputs.push({ index, memory: stretch!.memory, length });
  });
  return { scalars: expansion.scalars, memories: expansion.memories, outputs };
}

interface Expansion {
  readonly scalars: Scalars;
  readonly limit: number;
  readonly memories: Memory[];
}

function expandInstructions(
  expansion: Expansion,
  graph: Graph,
  inputs: readonly Value[],
  block: Block,
  destinations: ReadonlyMap<number, number>,
): Value[] {
  const values: Value[] = [];
  const loops = new Map<number, Value[]>();
  const nothing: Value = { shape: [], ids: [] };
  graph.instructions.forEach((instruction, k) => {
    const { op, shape, attributes } = instruction;
    if (op === "input") values.push(inputs[attributes.index!]);
    else if (op === "repeat") {
      const into: (number | undefined)[] = [];
      for (const [result, output] of destinations) {
        const { inputs: from, attributes: which } = graph.instructions[result];
        if (from[0] === k) into[which.index!] = output;
      }
      loops.set(
        k,
        expandLoop(
          expansion,
          attributes.loop!,
          instruction.inputs.map((i) => values[i]),
          block,
          into,
        ),
      );
      values.push(nothing);
    } else if (op === "result") values.push(loops.get(instruction.inputs[0])![attributes.index!]);
    else if (op === "reshape" && values[instruction.inputs[0]].stretch !== undefined) {
      values.push({ ...values[instruction.inputs[0]], shape });
    } else {
      if (sizeOf(shape) > expansion.limit) throw new TooManyScalars();
      const operands = instruction.inputs.map((i) => elementsOf(expansion, values[i]));
      const shapes = instruction.inputs.map((i) => graph.instructions[i].shape);
      values.push({ shape, ids: computeOne(expansion.scalars, instruction, operands, shapes) });
    }
  });
  return values;
}

function elementsOf({ scalars: s, limit }: Expansion, { shape, ids, stretch }: Value): readonly number[] {
  if (ids !== undefined) return ids;
  const length = sizeOf(shape);
  if (length > limit) throw new TooManyScalars();
  const { memory, start, stride, turn } = stretch!;
  return Array.from({ length }, (_, i) => s.load(memory, start + i, stride, turn));
}

// Loops ------------------------------------------------------------------------------------------------------------

function expandLoop(
  expansion: Expansion,
  loop: Loop,
  operands: readonly Value[],
  parent: Block,
  into: readonly (number | undefined)[],
): Value[] {
  const { scalars: s } = expansion;
  const { count, carries, sequences, reversed, body, results } = loop;
  if (count === 0) return results.map(({ shape }, c) => (c < carries ? operands[c] : { shape, ids: [] }));

  const initial = operands.slice(0, carries).map((operand) => elementsOf(expansion, operand));
  const stretches = operands.slice(carries, carries + sequences).map((operand) => inMemory(expansion, operand, parent));
  const block: Block = { depth: parent.depth + 1, entries: [] };
  const turn = s.variable("turn", block);
  const carried = initial.map((ids) => ids.map(() => s.variable("carry", block)));
  const entries = stretches.map(({ memory, start }, e): Value => {
    const { shape } = body.inputs[carries + e];
    return { shape, stretch: { memory, start, stride: sizeOf(shape), turn } };
  });
  const inputs: Value[] = [
    ...carried.map((ids, c) => ({ shape: body.inputs[c].shape, ids })),
    ...entries,
    ...operands.slice(carries + sequences),
    { shape: [], ids: [turn] },
  ];
  const values = expandInstructions(expansion, body, inputs, block, new Map());
  const outputs = body.outputs.map((k) => elementsOf(expansion, values[k]));

  const collected = outputs.slice(carries).map((ids, c): Value => {
    const { shape } = results[carries + c];
    const memory = allocate(expansion, parent, sizeOf(shape), into[carries + c]);
    ids.forEach((value, i) => {
      block.entries.push({ store: { memory, start: i, stride: ids.length, turn, value } });
    });
    return { shape, stretch: { memory, start: 0, stride: 0 } };
  });
  const all = carried.flatMap((ids, c) =>
    ids.map((node, i) => ({ node, initial: initial[c][i], next: outputs[c][i] })),
  );
  const { kept, after } = afterLast(s, all, block, parent, stores(block));
  const scalarLoop: ScalarLoop = { count, reversed, turn, block, carries: kept, lasts: after.lasts };
  after.finish(() => parent.entries.push({ loop: scalarLoop }));
  let next = 0;
  const last = carried.map((ids, c): Value => ({ shape: results[c].shape, ids: ids.map(() => after.finals[next++]) }));
  return [...last, ...collected];
}

/** The value as a stretch of memory, stored there if need be, so that a turn's number can choose among its entries. */
function inMemory(expansion: Expansion, value: Value, block: Block): { memory: Memory; start: number } {
  const { stretch } = value;
  if (stretch !== undefined && stretch.turn === undefined) return stretch;
  const ids = elementsOf(expansion, value);
  const memory = allocate(expansion, block, ids.length, undefined);
  ids.forEach((id, i) => {
    block.entries.push({ store: { memory, start: i, stride: 0, value: id } });
  });
  return { memory, start: 0 };
}

function allocate({ memories }: Expansion, block: Block, length: number, output: number | undefined): Memory {
  if (output !== undefined) return { name: `o${output}`, length: 0, block };
  const memory: Memory = { name: `m${memories.length}`, length, block };
  memories.push(memory);
  return memory;
}

type Carry = ScalarLoop["carries"][number];

/**
 * Parts the carries into those that a turn reads and those that matter only after the last turn. The latter (such as the energy
 * after a trajectory) are computed once, behind the loop, from what the last turn leaves behind.
 */
function afterLast(
  s: Scalars,
  carries: readonly Carry[],
  block: Block,
  parent: Block,
  stored: readonly number[],
): {
  kept: Carry[];
  after: { finals: number[]; lasts: { node: number; inside: number }[]; finish(pushLoop: () => void): void };
} {
  const everything = reached(s, [...stored, ...carries.map(({ next }) => next)], block);
  const kept = carries.filter(({ node }) => everything.has(node));
  const inside = reached(s, [...stored, ...kept.map(({ next }) => next)], block);

  const lasts: { node: number; inside: number }[] = [];
  const byInside = new Map<number, number>();
  const finals: number[] = [];
  const lastOf = (id: number): number => {
    let node = byInside.get(id);
    if (node === undefined) {
      node = s.variable("last", parent);
      byInside.set(id, node);
      lasts.push({ node, inside: id });
    }
    return node;
  };
  // Entries behind the loop must not come before it: they are taken off and put back once the loop is there.
  const before = parent.entries.length;
  const behind = (id: number): number => {
    const node = s.nodes[id];
    if (node.block !== block) return id;
    const computable = node.op === "round" || node.op === "finiteOrZero" || elementwise[node.op] !== undefined;
    if (inside.has(id) || !computable) return lastOf(id);
    return s.apply(node.op, node.operands.map(behind), node.attributes);
  };
  for (const { node, next } of carries) {
    finals.push(everything.has(node) ? lastOf(next) : behind(next));
  }
  const finish = (pushLoop: () => void): void => {
    const tail = parent.entries.splice(before);
    pushLoop();
    parent.entries.push(...tail);
  };
  return { kept, after: { finals, lasts, finish } };
}

function stores(block: Block): number[] {
  const values: number[] = [];
  for (const entry of block.entries) {
    if ("store" in entry) values.push(entry.store.value);
    // An inner loop is computed whole, whatever becomes of its results.
    if ("loop" in entry) values.push(...needs(entry));
  }
  return values;
}

/** What an entry needs computed before it. */
export function needs(entry: Entry): readonly number[] {
  if ("node" in entry) return [];
  if ("store" in entry) return storeNeeds(entry.store);
  const { carries, lasts, block } = entry.loop;
  return [
    ...carries.flatMap(({ initial, next }) => [initial, next]),
    ...lasts.map(({ inside }) => inside),
    ...block.entries.flatMap(needs),
  ];
}

function storeNeeds({ value, turn }: Store): number[] {
  return turn === undefined ? [value] : [value, turn];
}

/** The nodes of this block, or deeper ones, that the given ones are computed from, themselves included. */
function reached({ nodes }: Scalars, from: readonly number[], block: Block): Set<number> {
  const found = new Set<number>();
  const stack = [...from];
  while (stack.length > 0) {
    const id = stack.pop()!;
    if (found.has(id) || nodes[id].block.depth < block.depth) continue;
    found.add(id);
    stack.push(...nodes[id].operands);
  }
  return found;
}

// Instructions -----------------------------------------------------------------------------------------------------

type Ids = readonly number[];
type Compute = (s: Scalars, operands: readonly Ids[], shapes: readonly Shape[], instruction: Instruction) => Ids;

function computeOne(s: Scalars, instruction: Instruction, operands: readonly Ids[], shapes: readonly Shape[]): Ids {
  const { op, dtype, attributes } = instruction;
  const compute = structural[op];
  if (compute !== undefined) return compute(s, operands, shapes, instruction);
  return operands[0].map((_, i) =>
    elementOf(
      s,
      op,
      operands.map((ids) => ids[i]),
      needsRounding(op, dtype),
      attributes,
    ),
  );
}

function elementOf(
  s: Scalars,
  op: string,
  operands: readonly number[],
  rounds: boolean,
  attributes: Attributes,
): number {
  const id = s.apply(op, operands, attributes);
  // Adding 0 to a number of f32 gives one: without the rounding it is recognised as free the next time.
  const addsZero =
    op === "add" && operands.some((operand) => s.nodes[operand].op === "constant" && s.nodes[operand].value === 0);
  return rounds && !addsZero ? s.round(id) : id;
}

const moved =
  (place: (index: number[], instruction: Instruction, from: Shape) => number): Compute =>
  (_, [x], [from], instruction) =>
    indices(instruction.shape).map((index) => x[place(index, instruction, from)]);

const structural: Readonly<Record<string, Compute>> = {
  constant: (s, _, __, { shape, dtype, attributes: { numbers } }) =>
    Array.from({ length: sizeOf(shape) }, (_, i) => {
      const number = numbers!.length === 1 ? numbers![0] : numbers![i];
      return s.constant(dtype === "f32" ? Math.fround(number) : number);
    }),
  cast: (s, [x], _, { dtype }) => (dtype === "f32" ? x.map((id) => s.round(id)) : x),
  reshape: (_, [x]) => x,
  broadcast: moved((index, { attributes: { axes } }, from) =>
    offsetOf(
      from,
      axes!.map((axis) => index[axis]),
    ),
  ),
  transpose: moved((index, { attributes: { axes } }, from) => {
    const source: number[] = [];
    axes!.forEach((axis, i) => {
      source[axis] = index[i];
    });
    return offsetOf(from, source);
  }),
  slice: moved((index, { attributes: { start } }, from) =>
    offsetOf(
      from,
      index.map((i, axis) => i + start![axis]),
    ),
  ),
  pad: (s, [x], [from], { shape, attributes: { start } }) => {
    const out = new Array<number>(sizeOf(shape)).fill(s.constant(0));
    indices(from).forEach((index, at) => {
      out[
        offsetOf(
          shape,
          index.map((i, axis) => i + start![axis]),
        )
      ] = x[at];
    });
    return out;
  },
  concat: (_, operands, shapes, { shape, attributes: { axes } }) => {
    const out = new Array<number>(sizeOf(shape));
    let before = 0;
    operands.forEach((x, k) => {
      indices(shapes[k]).forEach((index, at) => {
        out[
          offsetOf(
            shape,
            index.map((i, axis) => (axis === axes![0] ? i + before : i)),
          )
        ] = x[at];
      });
      before += shapes[k][axes![0]];
    });
    return out;
  },
  gather: (s, [table, rows], [from]) => {
    const length = sizeOf(from.slice(1));
    return rows.flatMap((row) => {
      const at = knownIndex(s, row, from[0]) * length;
      return table.slice(at, at + length);
    });
  },
  scatterAdd: (s, [updates, rows], _, { shape, dtype }) => {
    const length = sizeOf(shape.slice(1));
    const terms = Array.from({ length: sizeOf(shape) }, (): number[] => []);
    rows.forEach((row, i) => {
      const to = knownIndex(s, row, shape[0]);
      for (let j = 0; j < length; j++) terms[to * length + j].push(updates[i * length + j]);
    });
    return terms.map((of) => rounded(s, s.sum(of), dtype));
  },
  sum: (s, [x], [from], { dtype, attributes }) =>
    cellsOf(x, from, attributes.axes!).map((cell) => rounded(s, s.sum(cell), dtype)),
  maxOver: (s, [x], [from], { attributes }) => cellsOf(x, from, attributes.axes!).map((cell) => largest(s, cell)),
  logSumExp: (s, [x], [from], { dtype, attributes }) =>
    cellsOf(x, from, attributes.axes!).map((cell) => {
      const { shift, sum } = shiftedSum(s, cell);
      return rounded(s, s.apply("add", [shift, s.apply("log", [sum])]), dtype);
    }),
  softmax: (s, [x], [from], { dtype, attributes }) => {
    const cells = cellsOf(x, from, attributes.axes!).map((cell) => {
      const { exponentials, sum } = shiftedSum(s, cell);
      return exponentials.map((exponential) => rounded(s, s.apply("div", [exponential, sum]), dtype));
    });
    const out: number[] = [];
    cellsOf(
      x.map((_, at) => at),
      from,
      attributes.axes!,
    ).forEach((cell, c) => {
      cell.forEach((at, i) => {
        out[at] = cells[c][i];
      });
    });
    return out;
  },
  matmul: (s, [a, b], [shapeA, shapeB], { dtype }) => {
    const [m, k] = shapeA.slice(-2);
    const n = shapeB[shapeB.length - 1];
    return indices([sizeOf(shapeA.slice(0, -2)), m, n]).map(([batch, i, j]) => {
      const terms = Array.from({ length: k }, (_, l) =>
        s.apply("mul", [a[(batch * m + i) * k + l], b[(batch * k + l) * n + j]]),
      );
      return rounded(s, s.sum(terms), dtype);
    });
  },
  cholesky: (s, [a], [shape], { dtype }) => {
    const n = shape[shape.length - 1];
    const out: number[] = [];
    for (let base = 0; base < a.length; base += n * n) {
      const l = new Array<number>(n * n).fill(s.constant(0));
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = a[base + i * n + j];
          for (let k = 0; k < j; k++) sum = s.apply("sub", [sum, s.apply("mul", [l[i * n + k], l[j * n + k]])]);
          l[i * n + j] = i === j ? s.apply("sqrt", [sum]) : s.apply("div", [sum, l[j * n + j]]);
        }
      }
      out.push(...l.map((id) => rounded(s, id, dtype)));
    }
    return out;
  },
  triangularSolve: (s, [l, right], [shape, rightShape], { dtype, attributes: { transposed } }) => {
    const n = shape[shape.length - 1];
    const m = rightShape[rightShape.length - 1];
    const x = new Array<number>(right.length);
    for (let batch = 0; batch < sizeOf(shape.slice(0, -2)); batch++) {
      for (let c = 0; c < m; c++) {
        for (let step = 0; step < n; step++) {
          const i = transposed ? n - 1 - step : step;
          let sum = right[(batch * n + i) * m + c];
          for (let k = 0; k < step; k++) {
            const j = transposed ? n - 1 - k : k;
            const entry = l[(batch * n + (transposed ? j : i)) * n + (transposed ? i : j)];
            sum = s.apply("sub", [sum, s.apply("mul", [entry, x[(batch * n + j) * m + c]])]);
          }
          x[(batch * n + i) * m + c] = s.apply("div", [sum, l[(batch * n + i) * n + i]]);
        }
      }
    }
    return x.map((id) => rounded(s, id, dtype));
  },
};

function rounded(s: Scalars, id: number, dtype: "f64" | "f32"): number {
  return dtype === "f32" ? s.round(id) : id;
}

function largest(s: Scalars, cell: Ids): number {
  return cell.reduce((sofar, id) => s.apply("max", [sofar, id]), s.constant(Number.NEGATIVE_INFINITY));
}

function shiftedSum(s: Scalars, cell: Ids): { shift: number; exponentials: Ids; sum: number } {
  const shift = s.apply("finiteOrZero", [largest(s, cell)]);
  const exponentials = cell.map((id) => s.apply("exp", [s.apply("sub", [id, shift])]));
  return { shift, exponentials, sum: s.sum(exponentials) };
}

/** Which entry a constant index names. What is known only at run time is for the loop mode, and so is what must throw there. */
function knownIndex({ nodes }: Scalars, id: number, length: number): number {
  const { op, value } = nodes[id];
  if (op !== "constant" || !Number.isInteger(value) || value! < 0 || value! >= length) throw new TooManyScalars();
  return value!;
}

/** The elements of each reduced cell, in row-major order. */
function cellsOf<T>(x: readonly T[], from: Shape, axes: readonly number[]): T[][] {
  const kept = from.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shape = kept.map((axis) => from[axis]);
  const cells = Array.from({ length: sizeOf(shape) }, (): T[] => []);
  indices(from).forEach((index, at) => {
    cells[
      offsetOf(
        shape,
        kept.map((axis) => index[axis]),
      )
    ].push(x[at]);
  });
  return cells;
}

/** Every index of a shape in row-major order. */
function indices(shape: Shape): number[][] {
  let all: number[][] = [[]];
  for (const length of shape) all = all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i]));
  return all;
}

function offsetOf(shape: Shape, index: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) offset = offset * shape[axis] + index[axis];
  return offset;
}
