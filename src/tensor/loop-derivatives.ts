// Derivatives of counted loops, which are counted loops again. Forward mode carries the tangents along; reverse mode runs
// a loop that keeps every turn's carries, then one in the other direction that carries the adjoints.

import type { Loop, Slot } from "./graph.js";
import { repeatNode, splitResults } from "./repeat.js";
import type { Tensor } from "./tensor.js";
import { flatten, inline, placeholder } from "./trace.js";

/** Tangents of what depends on `wrt`: forward mode over the body, handed in by `derivatives.ts`. */
type Forward = (
  outputs: readonly Tensor[],
  wrt: readonly Tensor[],
  tangents: readonly (Tensor | undefined)[],
) => Map<Tensor, Tensor>;

/** Adjoints of what lies between `wrt` and the outputs: reverse mode over the body. */
type Reverse = (
  outputs: readonly Tensor[],
  cotangents: readonly (Tensor | undefined)[],
  wrt: readonly Tensor[],
) => Map<Tensor, Tensor>;

/** Tangents of a loop's results from those of its inputs; absent where zero. */
export function loopForward(
  node: Tensor,
  tangents: readonly (Tensor | undefined)[],
  forward: Forward,
): (Tensor | undefined)[] {
  const loop = node.attributes.loop!;
  const { carries, sequences, body } = loop;
  const activeInput = activeInputs(
    loop,
    tangents.map((tangent) => tangent !== undefined),
  );
  const isActive = (index: number): boolean => activeInput[index];

  // Inputs: carries and their tangents, sequences and theirs, outside values and theirs, the turn.
  const primal = body.inputs.map((slot) => placeholder(slot));
  const tangent = body.inputs.map((slot, i) => (isActive(i) ? placeholder(slot) : undefined));
  const outputs = inline(body, primal);
  const derivatives = forward(outputs, primal, tangent);
  const tangentOf = (k: number): Tensor | undefined => derivatives.get(outputs[k]);
  const activeCarries = range(carries).filter(isActive);
  const activeCollected = range(carries, outputs.length).filter((k) => tangentOf(k) !== undefined);

  const last = body.inputs.length - 1;
  const order = [
    ...range(carries).map((i) => primal[i]),
    ...activeCarries.map((i) => tangent[i]!),
    ...range(carries, carries + sequences).map((i) => primal[i]),
    ...range(carries, carries + sequences)
      .filter(isActive)
      .map((i) => tangent[i]!),
    ...range(carries + sequences, last).map((i) => primal[i]),
    ...range(carries + sequences, last)
      .filter(isActive)
      .map((i) => tangent[i]!),
    primal[last],
  ];
  const both: Tensor[] = [
    ...outputs.slice(0, carries),
    ...activeCarries.map((k) => tangentOf(k) ?? outputs[k].like(0)),
    ...outputs.slice(carries),
    ...activeCollected.map((k) => tangentOf(k)!),
  ];
  const given = (from: number, to: number): Tensor[] => [
    ...range(from, to).map((i) => node.inputs[i]),
    ...range(from, to)
      .filter(isActive)
      .map((i) => tangents[i] ?? node.inputs[i].like(0)),
  ];
  const doubled = makeLoop(loop, {
    inputs: order,
    outputs: both,
    carries: carries + activeCarries.length,
    sequences: sequences + range(carries, carries + sequences).filter(isActive).length,
    reversed: loop.reversed,
  });
  const result = repeatNode(doubled, [
    ...given(0, carries),
    ...given(carries, carries + sequences),
    ...given(carries + sequences, last),
  ]);
  const { carries: after, collected } = splitResults(result, doubled);
  const tangentsOut: (Tensor | undefined)[] = outputs.map(() => undefined);
  activeCarries.forEach((k, i) => {
    tangentsOut[k] = after[carries + i];
  });
  activeCollected.forEach((k, i) => {
    tangentsOut[k] = collected[outputs.length - carries + i];
  });
  return tangentsOut;
}

/** Adjoints of a loop's inputs from those of its results; absent where zero or not wanted. */
export function loopReverse(
  node: Tensor,
  cotangents: readonly (Tensor | undefined)[],
  wanted: readonly boolean[],
  reverse: Reverse,
): (Tensor | undefined)[] {
  const loop = node.attributes.loop!;
  const { carries, sequences, body } = loop;
  const last = body.inputs.length - 1;
  const active = activeInputs(loop, wanted);
  const activeCarries = range(carries).filter((i) => active[i]);
  const wantedSequences = range(carries, carries + sequences).filter((i) => wanted[i]);
  const wantedOutside = range(carries + sequences, last).filter((i) => wanted[i]);

  const kept = keepCarries(node);

  const primal = body.inputs.map((slot) => placeholder(slot));
  const outputs = inline(body, primal);
  const collectedSeen = range(carries, outputs.length).filter((k) => cotangents[k] !== undefined);
  const carryAdjoints = activeCarries.map((k) => placeholder(body.inputs[k]));
  const sums = wantedOutside.map((i) => placeholder(body.inputs[i]));
  const collectedAdjoints = collectedSeen.map((k) => placeholder(slotLike(outputs[k])));

  const cotangentOf: (Tensor | undefined)[] = outputs.map(() => undefined);
  activeCarries.forEach((k, i) => {
    cotangentOf[k] = carryAdjoints[i];
  });
  collectedSeen.forEach((k, i) => {
    cotangentOf[k] = collectedAdjoints[i];
  });
  const wrt = range(last)
    .filter((i) => active[i] || wanted[i])
    .map((i) => primal[i]);
  const adjoints = reverse(outputs, cotangentOf, wrt);
  const adjointOf = (i: number): Tensor => adjoints.get(primal[i]) ?? primal[i].like(0);

  const backwards = makeLoop(loop, {
    inputs: [
      ...carryAdjoints,
      ...sums,
      ...primal.slice(0, carries + sequences),
      ...collectedAdjoints,
      ...primal.slice(carries + sequences, last),
      primal[last],
    ],
    outputs: [
      ...activeCarries.map(adjointOf),
      ...wantedOutside.map((i, k) => {
        const part = adjoints.get(primal[i]);
        return part === undefined ? sums[k] : sums[k].add(part);
      }),
      ...wantedSequences.map(adjointOf),
    ],
    carries: activeCarries.length + wantedOutside.length,
    sequences: carries + sequences + collectedSeen.length,
    reversed: !loop.reversed,
  });
  const result = repeatNode(backwards, [
    ...activeCarries.map((k) => cotangents[k] ?? node.inputs[k].like(0)),
    ...wantedOutside.map((i) => node.inputs[i].like(0)),
    ...kept,
    ...range(carries, carries + sequences).map((i) => node.inputs[i]),
    ...collectedSeen.map((k) => cotangents[k]!),
    ...range(carries + sequences, last).map((i) => node.inputs[i]),
  ]);
  const { carries: after, collected } = splitResults(result, backwards);
  const adjointsOut: (Tensor | undefined)[] = node.inputs.map(() => undefined);
  activeCarries.forEach((k, i) => {
    adjointsOut[k] = after[i];
  });
  wantedOutside.forEach((i, k) => {
    adjointsOut[i] = after[activeCarries.length + k];
  });
  wantedSequences.forEach((i, k) => {
    adjointsOut[i] = collected[k];
  });
  return adjointsOut;
}

/** Every turn's incoming carries, stacked: the same loop, which also collects them. */
function keepCarries(node: Tensor): Tensor[] {
  const loop = node.attributes.loop!;
  const inputs = loop.body.inputs.map((slot) => placeholder(slot));
  const outputs = inline(loop.body, inputs);
  const keeping = makeLoop(loop, {
    inputs,
    outputs: [...outputs.slice(0, loop.carries), ...inputs.slice(0, loop.carries)],
    carries: loop.carries,
    sequences: loop.sequences,
    reversed: loop.reversed,
  });
  return splitResults(repeatNode(keeping, node.inputs), keeping).collected;
}

interface LoopShape {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly carries: number;
  readonly sequences: number;
  readonly reversed: boolean;
}

function makeLoop({ count }: Loop, { inputs, outputs, carries, sequences, reversed }: LoopShape): Loop {
  const body = flatten(inputs, outputs, inputs.map(slotLike));
  const results = outputs.map(({ shape, dtype }, i) => ({ shape: i < carries ? shape : [count, ...shape], dtype }));
  return { count, carries, sequences, reversed, body, results };
}

function slotLike({ shape, dtype }: Tensor): Slot {
  return { name: "loop", shape, dtype };
}

/** Which of the body's inputs carry a derivative once all turns are counted in. */
function activeInputs({ body, carries }: Loop, given: readonly boolean[]): boolean[] {
  const active = body.inputs.map((_, i) => given[i] ?? false);
  for (let changed = true; changed; ) {
    changed = false;
    const depends = body.instructions.map(() => false);
    body.instructions.forEach(({ op, inputs, attributes }, k) => {
      depends[k] = op === "input" ? active[attributes.index!] : inputs.some((input) => depends[input]);
    });
    for (let k = 0; k < carries; k++) {
      if (!active[k] && depends[body.outputs[k]]) {
        active[k] = true;
        changed = true;
      }
    }
  }
  return active;
}

function range(from: number, to?: number): number[] {
  const [start, end] = to === undefined ? [0, from] : [from, to];
  return Array.from({ length: end - start }, (_, i) => start + i);
}
