// Maps a graph over columns: every mapped input gets a last axis of length `width`, one column per evaluation, and so
// does every output. Elementwise work becomes one longer loop over neighbouring numbers; that is why the axis is last.

import type { Graph, Loop } from "./graph.js";
import { elementwise } from "./primitives.js";
import { repeatNode } from "./repeat.js";
import { constantTensor, Tensor } from "./tensor.js";
import { flatten, placeholder } from "./trace.js";

/** A value of the mapped graph: `tensor` has the extra axis where `mapped`. */
interface Column {
  readonly tensor: Tensor;
  readonly mapped: boolean;
}

/**
 * The graph that evaluates `graph` on `width` columns at once. Input i gets a last axis of length `width` where `mapped[i]` (all where left
 * out) and is shared by the columns elsewhere; every output has the axis.
 */
export function mapColumns(
  graph: Graph,
  width: number,
  mapped: readonly boolean[] = graph.inputs.map(() => true),
): Graph {
  const slots = graph.inputs.map((slot, i) => (mapped[i] ? { ...slot, shape: [...slot.shape, width] } : slot));
  const inputs = slots.map((slot) => placeholder(slot));
  const outputs = mapInstructions(
    graph,
    inputs.map((tensor, i) => ({ tensor, mapped: mapped[i] })),
    width,
  );
  return flatten(
    inputs,
    outputs.map((output) => spread(output, width)),
    slots,
    graph.arithmetic,
  );
}

function mapInstructions(graph: Graph, inputs: readonly Column[], width: number): Column[] {
  const values: Column[] = [];
  const loops = new Map<number, Column[]>();
  graph.instructions.forEach((instruction, k) => {
    const { op, shape, dtype, attributes } = instruction;
    const operands = instruction.inputs.map((i) => values[i]);
    if (op === "input") values.push(inputs[attributes.index!]);
    else if (op === "repeat") {
      loops.set(k, mapLoop(attributes.loop!, operands, width));
      values.push({ tensor: constantTensor(Float64Array.of(0), []), mapped: false });
    } else if (op === "result") values.push(loops.get(instruction.inputs[0])![attributes.index!]);
    else if (!operands.some((operand) => operand.mapped)) {
      values.push({
        tensor: new Tensor(
          op,
          operands.map(({ tensor }) => tensor),
          shape,
          dtype,
          attributes,
        ),
        mapped: false,
      });
    } else {
      const original = { op, shape, dtype, attributes };
      const rule = elementwise[op] !== undefined ? everywhere : rules[op];
      values.push({ tensor: rule(operands, original, width), mapped: true });
    }
  });
  return graph.outputs.map((k) => values[k]);
}

type Original = Pick<Tensor, "op" | "shape" | "dtype" | "attributes">;
type Rule = (operands: readonly Column[], original: Original, width: number) => Tensor;

/** The same primitive on operands that all have the extra axis. */
const everywhere: Rule = (operands, { op, shape, dtype, attributes }, width) =>
  new Tensor(
    op,
    operands.map((operand) => spread(operand, width)),
    [...shape, width],
    dtype,
    attributes,
  );

const rules: Readonly<Record<string, Rule>> = {
  cast: everywhere,
  reshape: everywhere,
  windows: everywhere,
  overlapAdd: everywhere,
  concat: everywhere,
  sum: everywhere,
  maxOver: everywhere,
  logSumExp: everywhere,
  softmax: everywhere,
  broadcast: ([{ tensor }], { shape, dtype, attributes }, width) =>
    new Tensor("broadcast", [tensor], [...shape, width], dtype, { axes: [...attributes.axes!, shape.length] }),
  transpose: ([{ tensor }], { shape, attributes }) => tensor.transpose([...attributes.axes!, shape.length]),
  slice: ([{ tensor }], { op, shape, dtype, attributes }, width) =>
    new Tensor(op, [tensor], [...shape, width], dtype, { start: [...attributes.start!, 0] }),
  pad: ([{ tensor }], { op, shape, dtype, attributes }, width) =>
    new Tensor(op, [tensor], [...shape, width], dtype, { start: [...attributes.start!, 0] }),
  gather: ([table, indices], _, width) => {
    if (!indices.mapped) return table.tensor.gather(indices.tensor);
    if (!table.mapped) {
      // [...indices, width, ...rest]: the columns move behind the rest.
      const picked = table.tensor.gather(indices.tensor);
      return moveAxis(picked, indices.tensor.rank - 1, picked.rank - 1);
    }
    const { flat, rows } = columnsFirst(table.tensor, width);
    const picked = flat.gather(offsetByColumn(indices.tensor, rows, width));
    return moveAxis(picked, indices.tensor.rank - 1, picked.rank - 1);
  },
  scatterAdd: ([updates, indices], { attributes }, width) => {
    if (!indices.mapped) return updates.tensor.scatterAdd(indices.tensor, attributes.length!);
    const rows = attributes.length!;
    // [...indices, ...rest, width] -> [...indices, width, ...rest]
    const full = spread(updates, width);
    const beside = moveAxis(full, full.rank - 1, indices.tensor.rank - 1);
    const sum = beside.scatterAdd(offsetByColumn(indices.tensor, rows, width), rows * width);
    return moveAxis(sum.reshape([width, rows, ...sum.shape.slice(1)]), 0, sum.rank);
  },
  matmul: ([a, b], { shape }, width) => {
    const rank = shape.length;
    if (!a.mapped && rank === 2) {
      // [m, k] x [k, n, width]: the columns are further columns of the right matrix.
      const [k, n] = b.tensor.shape;
      return a.tensor.matmul(b.tensor.reshape([k, n * width])).reshape([shape[0], n, width]);
    }
    return columnsAsBatch([a, b], width, ([left, right]) => left.matmul(right));
  },
  cholesky: (operands, _, width) => columnsAsBatch(operands, width, ([matrix]) => matrix.cholesky()),
  triangularSolve: (operands, { attributes }, width) =>
    columnsAsBatch(operands, width, ([l, right]) => l.triangularSolve(right, attributes.transposed)),
};

function mapLoop(loop: Loop, operands: readonly Column[], width: number): Column[] {
  const { carries, sequences, body } = loop;
  const last = body.inputs.length - 1;
  // Carries are mapped all, since one that starts alike may part; the rest stay as they come.
  const mapped = body.inputs.map((_, i) => i < carries || (i < last && operands[i].mapped));
  const inputs = body.inputs.map((slot, i) =>
    placeholder(mapped[i] ? { ...slot, shape: [...slot.shape, width] } : slot),
  );
  const outputs = mapInstructions(
    body,
    inputs.map((tensor, i) => ({ tensor, mapped: mapped[i] })),
    width,
  );
  const slots = inputs.map(({ shape, dtype }, i) => ({ name: body.inputs[i].name, shape, dtype }));
  const mappedBody = flatten(
    inputs,
    outputs.map((output) => spread(output, width)),
    slots,
  );
  const results = loop.results.map(({ shape, dtype }) => ({ shape: [...shape, width], dtype }));
  const columns: Loop = { ...loop, body: mappedBody, results };
  const given = operands.map((operand, i) => (i < carries ? spread(operand, width) : operand.tensor));
  const node = repeatNode(columns, given.slice(0, carries + sequences).concat(given.slice(carries + sequences)));
  return results.map(({ shape, dtype }, index) => ({
    tensor: new Tensor("result", [node], shape, dtype, { index }),
    mapped: true,
  }));
}

/** The value with the extra axis, repeated where it had none. */
function spread({ tensor, mapped }: Column, width: number): Tensor {
  return mapped ? tensor : tensor.reshape([...tensor.shape, 1]).broadcastTo([...tensor.shape, width]);
}

function columnsAsBatch(operands: readonly Column[], width: number, f: (batched: Tensor[]) => Tensor): Tensor {
  const result = f(
    operands.map((operand) => moveAxis(spread(operand, width), operand.tensor.rank - (operand.mapped ? 1 : 0), 0)),
  );
  return moveAxis(result, 0, result.rank - 1);
}

function moveAxis(tensor: Tensor, from: number, to: number): Tensor {
  const axes = tensor.shape.map((_, axis) => axis);
  axes.splice(to, 0, ...axes.splice(from, 1));
  return tensor.transpose(axes);
}

/** `[rows, ...rest, width]` as one table `[width * rows, ...rest]`. */
function columnsFirst(table: Tensor, width: number): { flat: Tensor; rows: number } {
  const rows = table.shape[0];
  const first = moveAxis(table, table.rank - 1, 0);
  return { flat: first.reshape([width * rows, ...first.shape.slice(2)]), rows };
}

/** Indices `[..., width]` into a table that holds the columns' rows one column after another. */
function offsetByColumn(indices: Tensor, rows: number, width: number): Tensor {
  return indices.add(
    constantTensor(
      Float64Array.from({ length: width }, (_, c) => c * rows),
      [width],
      indices.dtype,
    ),
  );
}
