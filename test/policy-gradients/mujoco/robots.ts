// What the tests of robots share: published facts, and making one without its limit.

import assert from "node:assert/strict";
import { type Environment, makeEnvironment } from "../../../src/policy-gradients/environments/index.js";
import { loadMujoco } from "../../../src/policy-gradients/environments/mujoco/engine.js";
import { robots } from "../../../src/policy-gradients/environments/mujoco/index.js";
import type { Robot } from "../../../src/policy-gradients/environments/mujoco/robot.js";

await loadMujoco();

export type Version = 4 | 5;
export const VERSIONS: readonly Version[] = [4, 5];

/** Without its limit, so that its state begins with positions, velocities, warm start, and what the reward compares. */
export function free(kind: string, version: Version = 5): Environment {
  return makeEnvironment({ kind, options: { version, maxEpisodeSteps: null } });
}

export function near(actual: number, expected: number, what: string, tolerance = 1e-10): void {
  const bound = tolerance * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= bound, `${what}: ${actual} is not ${expected}`);
}

export const squares = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0);
export const clipped = (most: number) => (value: number) => Math.min(Math.max(value, -most), most);

interface Facts {
  readonly nq: number;
  readonly nv: number;
  readonly actions: number;
  readonly strongest: number;
  /** Version 4, version 5. */
  readonly observations: readonly [number, number];
  readonly limit: number;
}

export const FACTS: Readonly<Record<string, Facts>> = {
  halfCheetah: { nq: 9, nv: 9, actions: 6, strongest: 1, observations: [17, 17], limit: 1000 },
  hopper: { nq: 6, nv: 6, actions: 3, strongest: 1, observations: [11, 11], limit: 1000 },
  walker2d: { nq: 9, nv: 9, actions: 6, strongest: 1, observations: [17, 17], limit: 1000 },
  ant: { nq: 15, nv: 14, actions: 8, strongest: 1, observations: [27, 105], limit: 1000 },
  humanoid: { nq: 24, nv: 23, actions: 17, strongest: 0.4, observations: [376, 348], limit: 1000 },
  swimmer: { nq: 5, nv: 5, actions: 2, strongest: 1, observations: [8, 8], limit: 1000 },
  reacher: { nq: 4, nv: 4, actions: 2, strongest: 1, observations: [11, 10], limit: 50 },
  invertedPendulum: { nq: 2, nv: 2, actions: 1, strongest: 3, observations: [4, 4], limit: 1000 },
  invertedDoublePendulum: { nq: 3, nv: 3, actions: 1, strongest: 1, observations: [11, 9], limit: 1000 },
};

/** Seconds per action, weights of speed and controls, and what is paid for standing. */
export const PAY: Readonly<Record<string, readonly [dt: number, forward: number, control: number, healthy: number]>> = {
  halfCheetah: [0.05, 1, 0.1, 0],
  swimmer: [0.04, 1, 1e-4, 0],
  hopper: [0.008, 1, 1e-3, 1],
  walker2d: [0.008, 1, 1e-3, 1],
  ant: [0.05, 1, 0.5, 1],
  humanoid: [0.015, 1.25, 0.1, 5],
};

export function robotOf(kind: string, version: Version = 5): Robot {
  return robots.find((robot) => robot.kind === kind)!.robot(version);
}
