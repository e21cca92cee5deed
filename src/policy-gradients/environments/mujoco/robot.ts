// A robot is a body that MuJoCo moves and the rules by which it is placed, seen and paid; here it becomes an environment. Motors hold their
// controls over a number of time steps, as in Gymnasium.

import { knownOptions, refuse } from "../../../arguments/index.js";
import type { Random } from "../../../random/random.js";
import { type EnvironmentDefinition, environmentRecord, limitOption } from "../definition.js";
import type { Environment, EnvironmentRecord, StepResult } from "../environment.js";
import { environmentOf } from "../task.js";
import { limited } from "../wrappers/time-limit.js";
import { loadMujoco, type Simulation, simulationOf } from "./engine.js";
import { type Model, mjcf } from "./mjcf.js";
import { sketchOf } from "./sketch.js";

export interface RobotOptions {
  /** Of Gymnasium's task: 5, the present one, or 4, which most published scores are of. */
  version?: Version;
  /** Steps after which an episode is cut short; null for no limit. */
  maxEpisodeSteps?: number | null;
}

export type Version = 4 | 5;

/** One line of the table of environments. */
export interface RobotKind {
  /** `halfCheetah`. */
  readonly kind: string;
  /** `HalfCheetah`, to which Gymnasium adds the version. */
  readonly name: string;
  readonly maxEpisodeSteps: number;
  robot(version: Version): Robot;
}

/** The functions are given a simulation whose arrays are those of this moment. */
export interface Robot {
  readonly model: Model;
  /** Time steps per action. */
  readonly frameSkip: number;
  readonly observationSize: number;
  /** Whether `judge` and `observe` read `cfrc_ext`, which costs something. */
  readonly feelsContacts: boolean;
  /** Changes positions and velocities of the model's beginning into those of an episode's. */
  place(simulation: Simulation, random: Random): void;
  /** What the reward compares before and after a step. */
  measure(simulation: Simulation): number;
  /** Writes the reward, and whether the episode has ended. */
  judge(simulation: Simulation, before: number, after: number, action: Float64Array, result: StepResult): void;
  observe(simulation: Simulation, observation: Float64Array): void;
  /** The plane that drawings show. */
  readonly plane: "xz" | "xy";
}

/** The record of a robot. Throws on a wrong option. */
export function robotRecord(robot: RobotKind, options: RobotOptions): EnvironmentRecord {
  return environmentRecord(robot.kind, settingsOf(robot, options));
}

/** What the table of environments holds of a robot. */
export function robotDefinition(robot: RobotKind): EnvironmentDefinition {
  return {
    name: `${robot.name}-v5`,
    otherNames: { [`${robot.name}-v4`]: { version: 4 } },
    load: loadMujoco,
    build(options) {
      const { version, maxEpisodeSteps } = settingsOf(robot, options);
      return limited(robotEnvironment(`${robot.name}-v${version}`, robot.robot(version)), maxEpisodeSteps);
    },
  };
}

function settingsOf(robot: RobotKind, options: RobotOptions): { version: Version; maxEpisodeSteps: number | null } {
  knownOptions(robot.kind, options, ["version", "maxEpisodeSteps"]);
  const { version = 5, maxEpisodeSteps = robot.maxEpisodeSteps } = options;
  if (version !== 4 && version !== 5) refuse(robot.kind, "version", "4 or 5", version);
  return { version, maxEpisodeSteps: limitOption(robot.kind, maxEpisodeSteps) };
}

/**
 * The environment of a robot. Its state: the simulation's, then what the reward compares; the simulation itself is shared by all environments of
 * the model and holds nothing between two steps.
 */
function robotEnvironment(name: string, robot: Robot): Environment {
  const { frameSkip, feelsContacts } = robot;
  const { motors, strongest } = robot.model;
  const simulation = simulationOf(mjcf(robot.model));
  const { stateSize, nq, nv } = simulation;
  const sketch = sketchOf(simulation, robot.plane);
  let closed = false;

  const environment = environmentOf({
    name,
    observationSpace: { kind: "box", shape: [robot.observationSize], low: -Infinity, high: Infinity },
    actionSpace: { kind: "box", shape: [motors.length], low: -strongest, high: strongest },
    variables: stateSize + 1,

    begin(s, random) {
      if (closed) refuseClosed();
      simulation.reset();
      robot.place(simulation, random);
      simulation.forward();
      simulation.store(s);
      s[stateSize] = robot.measure(simulation);
    },

    // Hot: tens to hundreds of microseconds, nearly all of them within MuJoCo, which itself keeps to controls within the bounds.
    advance(s, action, result) {
      if (closed) refuseClosed();
      const before = s[stateSize];
      simulation.recall(s);
      const { ctrl } = simulation;
      for (let i = 0; i < ctrl.length; i++) ctrl[i] = action[i];
      simulation.step(frameSkip);
      if (feelsContacts) simulation.postConstraint();
      simulation.store(s);
      let sum = 0;
      for (let i = 0; i < nq + nv; i++) sum += s[i];
      if (sum - sum !== 0) diverged();
      s[stateSize] = robot.measure(simulation);
      robot.judge(simulation, before, s[stateSize], action, result);
    },

    // Of the simulation, which has just stepped or begun.
    observe: (_, observation) => robot.observe(simulation, observation),

    drawing: {
      ...sketch,
      draw(s, segments) {
        if (closed) refuseClosed();
        simulation.recall(s);
        simulation.kinematics();
        sketch.write(segments);
      },
    },
  });

  function refuseClosed(): never {
    throw new Error(`${name}: the environment is closed`);
  }

  function diverged(): never {
    throw new Error(
      `${name}: step: the simulation has become unstable: positions or velocities are not finite any more`,
    );
  }

  return {
    ...environment,
    close() {
      if (closed) return;
      closed = true;
      simulation.close();
    },
  };
}
