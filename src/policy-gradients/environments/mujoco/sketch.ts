// A robot as drawings show it: the axes of its capsules, and its balls, in the plane it is best seen in.

import type { Drawing } from "../task.js";
import type { SimulatedGeom, Simulation } from "./engine.js";

export interface Sketch extends Omit<Drawing, "draw"> {
  /** Writes the ends of the moving parts as the simulation has them. */
  write(segments: Float64Array): void;
}

export function sketchOf(simulation: Simulation, plane: "xz" | "xy"): Sketch {
  const { geoms } = simulation;
  const up = plane === "xz" ? 2 : 1;
  simulation.reset();
  simulation.kinematics();
  const moving = rods(geoms, false);
  const fixed = rods(geoms, true);
  const floor = geoms.findIndex((geom) => geom.type === "plane");
  const scenery = new Float64Array(4 * fixed.length);
  write(fixed, scenery);

  function write(which: readonly number[], out: Float64Array): void {
    const { geom_xpos: pos, geom_xmat: mat } = simulation;
    which.forEach((g, i) => {
      const { halfLength } = geoms[g];
      // A capsule lies along its own z axis, the third column of its matrix.
      const across = halfLength * mat[9 * g + 2];
      const along = halfLength * mat[9 * g + 3 * up + 2];
      out[4 * i] = pos[3 * g] - across;
      out[4 * i + 1] = pos[3 * g + up] - along;
      out[4 * i + 2] = pos[3 * g] + across;
      out[4 * i + 3] = pos[3 * g + up] + along;
    });
  }

  return {
    radii: moving.map((g) => geoms[g].radius),
    scenery,
    // From above no ground line is to be seen.
    floor: plane === "xz" && floor >= 0 ? simulation.geom_xpos[3 * floor + 2] : null,
    write: (segments) => write(moving, segments),
  };
}

/** The capsules and balls that move, or those that do not. */
function rods(geoms: readonly SimulatedGeom[], fixed: boolean): readonly number[] {
  return geoms.flatMap((geom, g) => (geom.type !== "plane" && geom.fixed === fixed ? [g] : []));
}
