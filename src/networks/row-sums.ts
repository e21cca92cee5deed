// Sums over rows of a loss and of its gradient: block after block, in double precision, where the data lies in the memory of the
// programs. All losses of one source on one thread share these programs and this memory.

import { refuse } from "../arguments/index.js";
import {
  arrayOf,
  type Graph,
  inline,
  type NumberArray,
  type Place,
  type PlacedProgram,
  partOf,
  trace,
  type Workspace,
  withGradient,
  workspaceFor,
} from "../tensor/index.js";
import type { LossSource } from "./loss.js";

export interface RowSums {
  /** The parameters of all sums to come; copied. */
  take(w: Float64Array): void;
  /**
   * The sum of the losses of rows `first` to before `last`: of the data, or of those that are `chosen` from it. Its gradient goes to
   * `gradient()` where it is wanted.
   */
  sum(first: number, last: number, chosen: Uint32Array | undefined, wantsGradient: boolean): number;
  /** The gradient of the last sum; valid until the next. */
  gradient(): Float64Array;
  /** What computes the gradient of a block of the largest size. */
  readonly program: PlacedProgram;
  readonly workspace: Workspace;
}

/** The sums of a loss that has data. */
export function rowSums(source: LossSource): RowSums {
  let sums = made.get(source);
  if (sums === undefined) {
    sums = makeRowSums(source);
    made.set(source, sums);
  }
  return sums;
}

const made = new WeakMap<LossSource, RowSums>();

/** More data than this many bytes stays outside of a memory that holds 4 GiB at most: its blocks are copied in when their turn comes. */
const mostResident = 2 ** 30;

/** `mostBytes`: how much data may stay in the programs' memory; the numbers do not depend on it. */
export function makeRowSums({ dim, dataSize, data, blocks }: LossSource, mostBytes: number = mostResident): RowSums {
  const { dtype } = blocks[0].graph.inputs[0];
  const columns = Object.values(data).map(({ values }) => ({ values, width: values.length / dataSize }));
  const graphs = {
    value: blocks.map(({ rows, graph }) => lazy(() => added(graph, rows))),
    gradient: blocks.map(({ rows, graph }) => lazy(() => added(withGradient(graph), rows))),
  };
  const workspace = workspaceFor(graphs.gradient[0]());
  const arrays = arraysOf();
  const parameters = workspace.allocate(dtype, dim);
  // The value and the gradient of a sum so far. A program reads it in one place and leaves it in another: first it is nothing, then
  // in the second place, then in the third, and so on between these two.
  const sums = [0, 1, 2].map(() => [workspace.allocate("f64", 1), workspace.allocate("f64", dim)]);
  const after = (sum: number): number => (sum === 1 ? 2 : 1);

  const bytes = columns.reduce((total, { values }) => total + values.byteLength, 0);
  const resident = lazy(() => columns.map(({ values }) => workspace.hold(dtype, values)));
  const copies = blocks.map(({ rows }) =>
    lazy(() => columns.map(({ width }) => workspace.allocate(dtype, rows * width))),
  );

  const copy = (b: number, first: number, chosen: Uint32Array | undefined): void => {
    const places = copies[b]();
    for (let c = 0; c < columns.length; c++) copyRows(columns[c], first, blocks[b].rows, chosen, arrays(places[c]));
  };

  const kindOf = (graphsOfKind: readonly (() => Graph)[]): Kind => {
    const programs = graphsOfKind.map((graph) => lazy(() => workspace.compile(graph())));
    const bind = (b: number, places: readonly Place[], sum: number): (() => void) => {
      const count = graphsOfKind[b]().outputs.length;
      const [before, next] = [sums[sum].slice(0, count), sums[after(sum)].slice(0, count)];
      return programs[b]().bind([parameters, ...places, ...before], next);
    };
    const here = new Map<number, () => void>();
    const copied = blocks.map((_, b) => sums.map((_, sum) => lazy(() => bind(b, copies[b](), sum))));
    return {
      program: programs[0],
      add(b, first, chosen, sum) {
        if (chosen !== undefined || bytes > mostBytes) {
          copy(b, first, chosen);
          copied[b][sum]()();
          return;
        }
        const key = (first * blocks.length + b) * sums.length + sum;
        let call = here.get(key);
        if (call === undefined) {
          const { rows } = blocks[b];
          const places = resident().map((place, c) => {
            const { width } = columns[c];
            return partOf(place, first * width, (first + rows) * width);
          });
          call = bind(b, places, sum);
          here.set(key, call);
        }
        call();
      },
    };
  };
  const value = kindOf(graphs.value);
  const gradient = kindOf(graphs.gradient);
  let latest = 0;
  return {
    take(w) {
      arrays(parameters).set(w);
    },
    sum(first, last, chosen, wantsGradient) {
      const kind = wantsGradient ? gradient : value;
      let sum = 0;
      let row = first;
      for (let b = 0; b < blocks.length; b++) {
        const { rows } = blocks[b];
        for (; row + rows <= last; row += rows) {
          kind.add(b, row, chosen, sum);
          sum = after(sum);
        }
      }
      latest = sum;
      return arrays(sums[sum][0])[0];
    },
    gradient: () => arrays(sums[latest][1]) as Float64Array,
    get program() {
      return gradient.program();
    },
    workspace,
  };
}

/** Sums of values alone, or of values and gradients. */
interface Kind {
  program(): PlacedProgram;
  /** Adds block `b` from row `first` on to the sum in place number `sum`. */
  add(b: number, first: number, chosen: Uint32Array | undefined, sum: number): void;
}

/** The graph of means over `rows` rows, as sums over them that are added, in double precision, to what further inputs hold. */
function added(graph: Graph, rows: number): Graph {
  const { inputs, outputs, instructions } = graph;
  const before = outputs.map((k) => ({ shape: instructions[k].shape, dtype: "f64" as const }));
  return trace(
    (given) => {
      const means = inline(graph, given.slice(0, inputs.length));
      return means.map((mean, i) => given[inputs.length + i].add(mean.cast("f64").mul(rows)));
    },
    [...inputs, ...before],
  );
}

interface FlatColumn {
  readonly values: Float64Array;
  readonly width: number;
}

/** Copies rows `first`, `first + 1`, ..., or those `chosen` there, one after another. */
function copyRows(
  { values, width }: FlatColumn,
  first: number,
  rows: number,
  chosen: Uint32Array | undefined,
  into: NumberArray,
): void {
  for (let i = 0; i < rows; i++) {
    const row = chosen === undefined ? first + i : chosen[first + i];
    const from = row * width;
    if (!(from < values.length)) refuse("loss", `rows[${first + i}]`, `below ${values.length / width}`, row);
    for (let j = 0; j < width; j++) into[i * width + j] = values[from + j];
  }
}

/** The arrays over places, made anew where a memory has grown. */
function arraysOf(): (place: Place) => NumberArray {
  const arrays = new WeakMap<Place, NumberArray>();
  return (place) => {
    let array = arrays.get(place);
    if (array === undefined || array.buffer !== place.memory.buffer) {
      array = arrayOf(place);
      arrays.set(place, array);
    }
    return array;
  };
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
