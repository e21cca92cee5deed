// What a policy does, and what it expects, over the plane of two coordinates of its observation: heat maps, with the path of an episode.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import type { Policy } from "../policy-gradients/index.js";
import { colorBar } from "./color-bar.js";
import type { Figure, Trace } from "./figure.js";
import { plainNumbers } from "./plain.js";
import {
  type PolicyPlane,
  type PolicyPlaneOptions,
  pathTraces,
  planeRows,
  policyPlane,
  policyPlaneOptions,
} from "./policy-plane.js";
import { asText, axis, layout, sequentialScale, seriesColor } from "./theme.js";

export interface PolicyMapOptions extends PolicyPlaneOptions {
  /**
   * Of several choices: the one whose probability is shown; where left out the last of two, and of more which one is likeliest. Of actions of
   * several numbers: which of them is shown, the first where left out.
   */
  action?: number;
}

export interface PlaneMapData {
  names: [string, string];
  x: (number | null)[];
  y: (number | null)[];
  /** `z[row][column]`, at `y[row]` and `x[column]`. */
  z: (number | null)[][];
  /** What the colours stand for. */
  shows: string;
  /** Of choices that have a colour each, how many there are. */
  choices?: number;
  /** Where the episode went. */
  path?: { x: (number | null)[]; y: (number | null)[] };
}

/**
 * What a policy does over the plane of two coordinates of its observation, the others held: the probability of a choice, the likeliest choice, or
 * the likeliest action where actions are numbers. Coordinates are those that the policy sees, through the wrappers it learnt with. Throws a
 * RangeError where a range is neither given nor known, or an option is wrong.
 *
 *     plots.policyMap(trained.policy, { coordinates: [2, 3], names: ["angle", "angular velocity"], x: [-0.2, 0.2], y: [-2, 2] })
 */
export function policyMap(policy: Policy, options: PolicyMapOptions = {}): Figure {
  return mapFigure(policyMapData(policy, options), options.title ?? "Policy");
}

/**
 * What the critic expects over the plane of two coordinates of the observation, the others held, as `policyMap` shows what the actor does. Throws
 * as it does.
 *
 *     plots.valueMap(trained.policy, { coordinates: [2, 3], episode: await rollout(trained.policy, environments.cartPole()) })
 */
export function valueMap(policy: Policy, options: PolicyPlaneOptions = {}): Figure {
  return mapFigure(valueMapData(policy, options), options.title ?? "Value");
}

/** The numbers that `policyMap` draws. */
export function policyMapData(policy: Policy, options: PolicyMapOptions = {}): PlaneMapData {
  const where = "plots.policyMap";
  knownOptions(where, options, [...policyPlaneOptions, "action"]);
  const plane = policyPlane(where, policy, options);
  const { rows, actions, probabilities } = plane.outputs;
  const count = (probabilities ?? actions).length / rows;
  const action = options.action ?? (count === 2 && probabilities !== undefined ? 1 : undefined);
  if (action !== undefined && integerAtLeast(where, "action", action, 0) >= count) {
    refuse(where, "action", `below ${count}, as many as there are`, action);
  }
  if (probabilities !== undefined && action === undefined) {
    return { ...mapData(plane, actions, "likeliest choice"), choices: count };
  }
  const values = (probabilities ?? actions).filter((_, i) => i % count === (action ?? 0));
  return mapData(
    plane,
    values,
    probabilities === undefined ? `action[${action ?? 0}]` : `probability<br>of choice ${action}`,
  );
}

/** The numbers that `valueMap` draws. */
export function valueMapData(policy: Policy, options: PolicyPlaneOptions = {}): PlaneMapData {
  knownOptions("plots.valueMap", options, policyPlaneOptions);
  const plane = policyPlane("plots.valueMap", policy, options);
  return mapData(plane, plane.outputs.values, "value");
}

function mapData({ names, x, y, path }: PolicyPlane, values: ArrayLike<number>, shows: string): PlaneMapData {
  return { names, x, y, z: planeRows(values), shows, ...(path && { path }) };
}

function mapFigure(data: PlaneMapData, title: string): Figure {
  const { names, x, y, z, shows, choices } = data;
  const ends = (values: (number | null)[]): (number | null)[] => [values[0], values[values.length - 1]];
  const map: Trace = {
    type: "heatmap",
    x,
    y,
    z,
    name: shows.replace("<br>", " "),
    ...(choices === undefined ? { colorscale: sequentialScale, zsmooth: "best" } : stepped(choices)),
    ...(shows.startsWith("probability") && { zmin: 0, zmax: 1 }),
    colorbar: colorBar(
      shows,
      choices === undefined
        ? {}
        : { tickvals: Array.from({ length: choices }, (_, choice) => choice), tickmode: "array" },
    ),
    hovertemplate: `${asText(names[0])} %{x}<br>${asText(names[1])} %{y}<br>%{z}<extra></extra>`,
  };
  return {
    data: [map, ...pathTraces(data.path)],
    layout: layout(title, {
      xaxis: axis(names[0], { range: plainNumbers(ends(x).map(Number)), showgrid: false }),
      yaxis: axis(names[1], { range: plainNumbers(ends(y).map(Number)), showgrid: false }),
      showlegend: false,
      width: 560,
      height: 420,
    }),
  };
}

/** A colour of its own for each of so many choices. */
function stepped(choices: number): Record<string, unknown> {
  return {
    colorscale: Array.from({ length: choices }, (_, choice) => [
      [choice / choices, seriesColor(choice)],
      [(choice + 1) / choices, seriesColor(choice)],
    ]).flat(),
    zmin: -0.5,
    zmax: choices - 0.5,
  };
}
