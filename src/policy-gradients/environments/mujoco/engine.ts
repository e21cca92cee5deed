// The one door to MuJoCo (Todorov, Erez and Tassa 2012), compiled to WebAssembly by its authors: loads the package, compiles a model and steps
// it. One simulation of a model serves all environments of a thread that have this model, for they bring their state and take it away.

/** What we use of the package `@mujoco/mujoco`, whose own types leave every array open. */
export interface Mujoco {
  readonly MjModel: { from_xml_string(xml: string): MujocoModel };
  readonly MjData: new (model: MujocoModel) => MujocoData;
  mj_resetData(model: MujocoModel, data: MujocoData): void;
  mj_forward(model: MujocoModel, data: MujocoData): void;
  mj_kinematics(model: MujocoModel, data: MujocoData): void;
  mj_step(model: MujocoModel, data: MujocoData): void;
  mj_rnePostConstraint(model: MujocoModel, data: MujocoData): void;
}

/** Arrays are views of the package's memory: where it grows, all of them become empty and must be taken anew. */
export interface MujocoModel {
  readonly nq: number;
  readonly nv: number;
  readonly nbody: number;
  readonly ngeom: number;
  readonly opt: { readonly timestep: number };
  readonly body_mass: Float64Array;
  readonly geom_bodyid: Int32Array;
  readonly geom_type: Int32Array;
  readonly geom_size: Float64Array;
  delete(): void;
}

export interface MujocoData extends Readonly<Views> {
  delete(): void;
}

/** MuJoCo's names and layouts, C order: `[nq]`, `[nv]`, `[nu]`, `[nbody, 3]`, ... */
interface Views {
  qpos: Float64Array;
  qvel: Float64Array;
  qacc_warmstart: Float64Array;
  ctrl: Float64Array;
  qfrc_actuator: Float64Array;
  qfrc_constraint: Float64Array;
  /** Of the bodies' frames. */
  xpos: Float64Array;
  /** Of the bodies' centres of mass. */
  xipos: Float64Array;
  site_xpos: Float64Array;
  geom_xpos: Float64Array;
  geom_xmat: Float64Array;
  cinert: Float64Array;
  cvel: Float64Array;
  /** Forces of contacts on the bodies; of the last `postConstraint`. */
  cfrc_ext: Float64Array;
}

/** The arrays are valid from a `reset` or `recall` until something else is loaded or compiled: read the field again, and keep none. */
export interface Simulation extends Readonly<Views> {
  readonly nq: number;
  readonly nv: number;
  /** Seconds. */
  readonly timestep: number;
  /** `[nbody]`, kilogrammes, the world first. */
  readonly mass: Float64Array;
  readonly geoms: readonly SimulatedGeom[];
  /** Numbers of positions, velocities and the solver's warm start: all that decides what a step does, besides controls. */
  readonly stateSize: number;
  /** From the first numbers of `state`, which `store` has written. */
  recall(state: Float64Array): void;
  store(state: Float64Array): void;
  /** Everything as the model has it at its beginning. */
  reset(): void;
  /** All that follows from positions, velocities and controls. */
  forward(): void;
  /** Where the bodies are. */
  kinematics(): void;
  /** `count` time steps. */
  step(count: number): void;
  postConstraint(): void;
  /** Must be called once by each that asked for the simulation; the last one frees it. */
  close(): void;
}

export interface SimulatedGeom {
  readonly type: "plane" | "sphere" | "capsule";
  readonly fixed: boolean;
  readonly radius: number;
  /** 0 for a sphere. */
  readonly halfLength: number;
}

/** A name that bundlers do not see through: they would want the package, and what it asks of Node, in programs for a browser that have no robots. */
const PACKAGE: string = "@mujoco/mujoco";

let mujoco: Mujoco | undefined;
let loading: Promise<Mujoco> | undefined;
const shared = new Map<string, { readonly simulation: Simulation; users: number }>();

/** Loads the package once per thread. */
export async function loadMujoco(): Promise<void> {
  loading ??= importMujoco();
  try {
    mujoco = await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
}

/** The package, started; throws with what to install where it is not there. `from` stands in for the package in tests. */
export async function importMujoco(from: () => Promise<unknown> = () => import(PACKAGE)): Promise<Mujoco> {
  let module: { readonly default: () => Promise<Mujoco> };
  try {
    module = (await from()) as typeof module;
  } catch (error) {
    throw new Error(`robots need MuJoCo, which is not installed here: npm install ${PACKAGE}`, { cause: error });
  }
  return module.default();
}

/** The simulation of a model in MJCF. Throws where the package is not loaded, or with the compiler's message. */
export function simulationOf(xml: string): Simulation {
  if (mujoco === undefined) {
    throw new Error("robots need MuJoCo: await loadEnvironment(environment) before makeEnvironment(environment)");
  }
  const known = shared.get(xml);
  if (known !== undefined) {
    known.users += 1;
    return known.simulation;
  }
  const simulation = startSimulation(mujoco, xml, () => {
    const entry = shared.get(xml);
    if (entry === undefined) return false;
    entry.users -= 1;
    if (entry.users === 0) shared.delete(xml);
    return entry.users === 0;
  });
  shared.set(xml, { simulation, users: 1 });
  return simulation;
}

/** How many simulations are held outside of JavaScript's memory now. */
export function simulationsHeld(): number {
  return shared.size;
}

const VIEWS = [
  "qpos",
  "qvel",
  "qacc_warmstart",
  "ctrl",
  "qfrc_actuator",
  "qfrc_constraint",
  "xpos",
  "xipos",
  "site_xpos",
  "geom_xpos",
  "geom_xmat",
  "cinert",
  "cvel",
  "cfrc_ext",
] as const satisfies readonly (keyof Views)[];

/** mjtGeom. */
const GEOM_TYPES: Readonly<Record<number, SimulatedGeom["type"]>> = { 0: "plane", 2: "sphere", 3: "capsule" };

function startSimulation(engine: Mujoco, xml: string, release: () => boolean): Simulation {
  const model = engine.MjModel.from_xml_string(xml);
  const data = new engine.MjData(model);
  const views = Object.fromEntries(VIEWS.map((name) => [name, data[name]])) as unknown as Views;
  const { nq, nv } = model;

  const simulation: Simulation & Views = {
    ...views,
    nq,
    nv,
    timestep: model.opt.timestep,
    mass: model.body_mass.slice(),
    geoms: geomsOf(model),
    stateSize: nq + 2 * nv,
    // Hot, as is `store`.
    recall(state) {
      lookAgain();
      const { qpos, qvel, qacc_warmstart: warm } = simulation;
      for (let i = 0; i < nq; i++) qpos[i] = state[i];
      for (let i = 0; i < nv; i++) qvel[i] = state[nq + i];
      for (let i = 0; i < nv; i++) warm[i] = state[nq + nv + i];
    },
    store(state) {
      const { qpos, qvel, qacc_warmstart: warm } = simulation;
      for (let i = 0; i < nq; i++) state[i] = qpos[i];
      for (let i = 0; i < nv; i++) state[nq + i] = qvel[i];
      for (let i = 0; i < nv; i++) state[nq + nv + i] = warm[i];
    },
    reset() {
      engine.mj_resetData(model, data);
      lookAgain();
    },
    forward() {
      engine.mj_forward(model, data);
    },
    kinematics() {
      engine.mj_kinematics(model, data);
    },
    step(count) {
      for (let i = 0; i < count; i++) engine.mj_step(model, data);
    },
    postConstraint() {
      engine.mj_rnePostConstraint(model, data);
    },
    close() {
      if (!release()) return;
      data.delete();
      model.delete();
    },
  };

  /** Where a simulation that came later has made the package's memory grow, the views of this one are empty. */
  function lookAgain(): void {
    if (simulation.qpos.length === nq) return;
    for (const name of VIEWS) simulation[name] = data[name];
  }

  return simulation;
}

function geomsOf(model: MujocoModel): readonly SimulatedGeom[] {
  return Array.from({ length: model.ngeom }, (_, g) => ({
    type: GEOM_TYPES[model.geom_type[g]],
    fixed: model.geom_bodyid[g] === 0,
    radius: model.geom_size[3 * g],
    halfLength: GEOM_TYPES[model.geom_type[g]] === "capsule" ? model.geom_size[3 * g + 1] : 0,
  }));
}
