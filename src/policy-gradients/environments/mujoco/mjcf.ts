// Bodies as tables of facts, and the text in MuJoCo's modelling language (MJCF) that its compiler reads. Fields bear MJCF's names and mean what
// its reference says; a field that is left out has the model's default for joints or geoms, or else MJCF's.

export type Vector3 = readonly [number, number, number];

export interface Joint {
  readonly type: "hinge" | "slide" | "free";
  /** What motors know it by. */
  readonly name?: string;
  readonly axis?: Vector3;
  /** In the frame of its body. */
  readonly pos?: Vector3;
  readonly limited?: boolean;
  /** Radians or degrees as the model's `angle` says, or metres. */
  readonly range?: readonly [number, number];
  readonly ref?: number;
  readonly stiffness?: number;
  readonly damping?: number;
  readonly armature?: number;
  readonly margin?: number;
}

export interface Geom {
  readonly type: "capsule" | "sphere" | "plane";
  /** Radius, and half the length of a capsule that has no `fromto`. */
  readonly size: readonly number[];
  /** Both ends of a capsule's axis. */
  readonly fromto?: readonly [number, number, number, number, number, number];
  readonly pos?: Vector3;
  /** Axis and angle by which the z axis of a capsule is turned. */
  readonly axisangle?: readonly [number, number, number, number];
  readonly contype?: number;
  readonly conaffinity?: number;
  readonly condim?: number;
  /** Sliding, torsional, rolling; those left out have MJCF's values. */
  readonly friction?: readonly number[];
  readonly density?: number;
}

export interface Body {
  readonly name: string;
  /** In the frame of the body it hangs on. */
  readonly pos: Vector3;
  readonly quat?: readonly [number, number, number, number];
  readonly joints: readonly Joint[];
  readonly geoms: readonly Geom[];
  readonly bodies?: readonly Body[];
  /** A point that is followed. */
  readonly site?: Vector3;
}

export interface Motor {
  readonly joint: string;
  readonly gear: number;
}

/** A model; motors all take the controls from -strongest to strongest. */
export interface Model {
  readonly name: string;
  readonly angle: "degree" | "radian";
  /** Masses are scaled to this sum. */
  readonly settotalmass?: number;
  readonly option: Attributes;
  /** Defaults of joints and of geoms. */
  readonly joint: Attributes;
  readonly geom: Attributes;
  /** What does not move. */
  readonly world: readonly Geom[];
  readonly bodies: readonly Body[];
  readonly motors: readonly Motor[];
  readonly strongest: number;
}

export type Attributes = Readonly<Record<string, number | string | boolean | readonly number[]>>;

/**
 * Of the memory in which MuJoCo solves for contacts. Its own default is 15 MB; the most that any of our models was seen to use, the humanoid lying
 * down, is 51 kB.
 */
const ARENA = "1M";

/**
 * The model in MJCF. The simulator's own answer to a diverged state, going on from the initial one as if nothing had happened, is switched off: whoever
 * steps must look.
 */
export function mjcf(model: Model): string {
  const { name, angle, settotalmass, option, joint, geom, world, bodies, motors, strongest } = model;
  return element("mujoco", { model: name }, [
    element("compiler", settotalmass === undefined ? { angle } : { angle, settotalmass }),
    element("option", option, [element("flag", { autoreset: "disable" })]),
    element("size", { memory: ARENA }),
    element("default", {}, [element("joint", joint), element("geom", geom)]),
    element("worldbody", {}, [...world.map((part) => element("geom", part)), ...bodies.map(bodyElement)]),
    element(
      "actuator",
      {},
      motors.map((motor) => element("motor", { ...motor, ctrllimited: true, ctrlrange: [-strongest, strongest] })),
    ),
  ]);
}

function bodyElement({ joints, geoms, bodies = [], site, ...own }: Body): string {
  return element("body", own, [
    ...joints.map((joint) => element("joint", joint)),
    ...geoms.map((geom) => element("geom", geom)),
    ...(site === undefined ? [] : [element("site", { pos: site })]),
    ...bodies.map(bodyElement),
  ]);
}

function element(tag: string, attributes: object, children: readonly string[] = []): string {
  const written = Object.entries(attributes as Attributes).map(
    ([name, value]) => ` ${name}="${typeof value === "object" ? value.join(" ") : value}"`,
  );
  return `<${tag}${written.join("")}>${children.join("")}</${tag}>`;
}
