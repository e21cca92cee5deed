// A grid world from above: what each place is worth under a policy, solved exactly, and where the policy goes from there.

import { integerAtLeast, knownOptions, openUnit, refuse } from "../arguments/index.js";
import {
  type EnvironmentRecord,
  type GridWorldProcess,
  gridWorldProcess,
} from "../policy-gradients/environments/index.js";
import { type Policy, policyOutputs } from "../policy-gradients/index.js";
import { colorBar } from "./color-bar.js";
import type { Figure, Trace } from "./figure.js";
import { numberLabel, plainNumber } from "./plain.js";
import { axis, faint, ink, layout, line, page, sequentialScale } from "./theme.js";

export interface GridWorldMapOptions {
  /** Of the values, 0.99 where left out. */
  discount?: number;
  /** Row and column of the goal, of a world where it may be in several places; that of `G` where left out. */
  goal?: readonly [number, number];
  title?: string;
}

export interface GridWorldMapData {
  width: number;
  height: number;
  /** `value[row][column]`, the first row the top one; null where the agent cannot be. */
  value: (number | null)[][];
  /** Of right, up, left and down from each place where the agent can be. */
  places: { row: number; column: number; probabilities: [number, number, number, number] }[];
  walls: [number, number][];
  holes: [number, number][];
  goal: [number, number];
  /** The mean discounted return of an episode, wherever its goal is. */
  expected: number | null;
}

const where = "plots.gridWorldMap";
/** Below it a direction is not drawn. */
const leastProbability = 0.02;
const across: readonly number[] = [1, 0, -1, 0];
const down: readonly number[] = [0, -1, 0, 1];
const arrows: readonly string[] = ["triangle-right", "triangle-up", "triangle-left", "triangle-down"];

/**
 * The exact value of each place under a policy as its colour, and arrows as large as the probabilities of going there. `policy`: one that was
 * learnt, or probabilities `[states, 4]` of right, up, left, down, such as `optimalValues` of `gridWorldProcess` has. Throws a RangeError where
 * they do not fit the world, or an option is wrong.
 *
 *     plots.gridWorldMap(world, gridWorldProcess(world).optimalValues().policy)
 */
export function gridWorldMap(
  world: EnvironmentRecord,
  policy: Policy | ArrayLike<number>,
  options: GridWorldMapOptions = {},
): Figure {
  const data = gridWorldMapData(world, policy, options);
  const { width, height, places, goal, walls, holes } = data;
  const cell = Math.min(64, 480 / Math.max(width, height));
  const marks = (at: readonly (readonly [number, number])[], text: string, color: string): Trace => ({
    type: "scatter",
    mode: "text",
    x: at.map(([, column]) => column),
    y: at.map(([row]) => row),
    text: at.map(() => text),
    textfont: { size: Math.round(0.34 * cell), color },
    showlegend: false,
    hoverinfo: "skip",
  });
  const toward = arrows.map((symbol, direction): Trace => {
    const shown = places.filter(({ probabilities }) => probabilities[direction] >= leastProbability);
    return {
      type: "scatter",
      mode: "markers",
      x: shown.map(({ column }) => column + 0.25 * across[direction]),
      y: shown.map(({ row }) => row + 0.25 * down[direction]),
      // Their area is in proportion to the probability.
      marker: {
        symbol,
        size: shown.map(({ probabilities }) => plainNumber(0.34 * cell * Math.sqrt(probabilities[direction]))),
        color: page,
        line: { color: ink, width: 1 },
      },
      text: shown.map(({ probabilities }) => String(plainNumber(Number(probabilities[direction].toFixed(3))))),
      hovertemplate: "%{text}<extra></extra>",
      showlegend: false,
    };
  });
  const side = (count: number): Record<string, unknown> =>
    axis("", {
      showgrid: false,
      showticklabels: false,
      ticks: "",
      showline: false,
      fixedrange: true,
      range: [-0.5, count - 0.5],
    });
  return {
    data: [
      {
        type: "heatmap",
        x: Array.from({ length: width }, (_, column) => column),
        y: Array.from({ length: height }, (_, row) => row),
        z: data.value,
        colorscale: sequentialScale,
        colorbar: colorBar("value"),
        xgap: 1,
        ygap: 1,
        hovertemplate: "row %{y}, column %{x}<br>value %{z}<extra></extra>",
        hoverongaps: false,
      },
      ...toward.filter((trace) => (trace.x as unknown[]).length > 0),
      marks([goal], "G", ink),
      ...(holes.length > 0 ? [marks(holes, "H", faint)] : []),
    ],
    layout: layout(
      options.title ?? "Grid world",
      {
        xaxis: { ...side(width), constrain: "domain" },
        yaxis: {
          ...side(height),
          range: [height - 0.5, -0.5],
          scaleanchor: "x",
          scaleratio: 1,
          constrain: "domain",
        },
        shapes: [
          ...walls.map(([row, column]) => ({
            type: "rect",
            layer: "below",
            x0: column - 0.5,
            x1: column + 0.5,
            y0: row - 0.5,
            y1: row + 0.5,
            fillcolor: line,
            line: { width: 0 },
          })),
          {
            type: "rect",
            x0: -0.5,
            x1: width - 0.5,
            y0: -0.5,
            y1: height - 0.5,
            line: { color: line, width: 1.5 },
          },
        ],
        showlegend: false,
        width: Math.round(cell * width + 150),
        height: Math.round(cell * height + 110),
        margin: { l: 30, r: 110, t: 78, b: 24 },
      },
      `expected return ${data.expected === null ? "unknown" : numberLabel(Number(data.expected.toFixed(3)))}, values at discount ${options.discount ?? 0.99}`,
    ),
  };
}

/** The numbers that `gridWorldMap` draws. */
export function gridWorldMapData(
  world: EnvironmentRecord,
  policy: Policy | ArrayLike<number>,
  options: GridWorldMapOptions = {},
): GridWorldMapData {
  knownOptions(where, options, ["discount", "goal", "title"]);
  const discount = openUnit(where, "discount", options.discount ?? 0.99);
  if (world?.kind !== "gridWorld") refuse(where, "world", "what gridWorld() gave", world?.kind);
  const process = gridWorldProcess(world, { discount });
  const layout_ = world.options.layout as readonly string[];
  const [height, width] = [layout_.length, layout_[0].length];
  const signs = (sign: string): [number, number][] =>
    layout_.flatMap((row, r) => Array.from(row).flatMap((s, c) => (s === sign ? [[r, c] as [number, number]] : [])));
  const goal = goalOf(options.goal ?? signs("G")[0], process, width);
  const probabilities = probabilitiesOf(policy, process);
  const values = process.exactValues(probabilities);

  const value = Array.from({ length: height }, () => new Array<number | null>(width).fill(null));
  const places: GridWorldMapData["places"] = [];
  for (let s = 0; s < process.states; s++) {
    if (process.goalOf[s] !== goal[0] * width + goal[1]) continue;
    const [row, column] = [Math.floor(process.agentOf[s] / width), process.agentOf[s] % width];
    value[row][column] = plainNumber(values[s]);
    const [right, up, left, downward] = probabilities.subarray(4 * s, 4 * s + 4);
    places.push({ row, column, probabilities: [right, up, left, downward] });
  }
  return {
    width,
    height,
    value,
    places,
    walls: signs("#"),
    holes: signs("H"),
    goal,
    expected: plainNumber(process.exactReturn(probabilities)),
  };
}

function goalOf(goal: readonly [number, number], { goalOf: goals }: GridWorldProcess, width: number): [number, number] {
  const isPlace = Array.isArray(goal) && goal.length === 2;
  if (!isPlace) refuse(where, "goal", "[row, column]", goal);
  const [row, column] = goal.map((index) => integerAtLeast(where, "goal", index, 0));
  if (column >= width || !goals.includes(row * width + column)) {
    refuse(where, "goal", "a place where the goal may be", goal.join(", "));
  }
  return [row, column];
}

/** `[states, 4]` */
function probabilitiesOf(policy: Policy | ArrayLike<number>, process: GridWorldProcess): Float64Array {
  const { states, actions, observations } = process;
  if (typeof policy !== "object" || policy === null) refuse(where, "policy", "a policy, or probabilities", policy);
  if (!("networks" in policy)) {
    if (policy.length !== states * actions) refuse(where, "policy", `${states} x ${actions} probabilities`, policy);
    return Float64Array.from(policy);
  }
  const size = policy.observationSpace.kind === "box" ? policy.observationSpace.shape.reduce((a, b) => a * b, 1) : 0;
  const isNumbered = observations.length === states && size === states;
  // A world seen as numbers is learnt through flattenObservation: a one among zeros for each state.
  const seen = isNumbered ? unitRows(states) : observations;
  if (size * states !== seen.length) {
    refuse(where, "policy", `one that observes the world's ${seen.length / states} numbers`, size);
  }
  const { probabilities } = policyOutputs(policy, seen);
  if (probabilities?.length !== states * actions) {
    refuse(where, "policy", `one with ${actions} choices`, policy.actionSpace.kind);
  }
  return probabilities;
}

function unitRows(n: number): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  return rows;
}
