// A robot as drawings show it: the axes of its capsules, and its balls, in the plane it is best seen in.

import type { Outline } from "../environment.js";
import type { SimulatedGeom, Simulation } from "./engine.js";

/** A function that gives the outline of the simulation as it stands, in the same arrays each time. */
export function sketchOf(simulation: Simulation, plane: "xz" | "xy"): () => Outline {
  const { geoms } = simulation;
  const up = plane === "xz" ? 2 : 1;
  simulation.reset();
  simulation.kinematics();
  const moving = rods(geoms, (geom) => !geom.fixed);
  const fixed = rods(geoms, (geom) => geom.fixed);
  const floor = geoms.findIndex((geom) => geom.type === "plane");
  const segments = new Float64Array(4 * moving.length);
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

  const outline: Outline = {
    segments,
    radii: Float64Array.from(moving, (g) => geoms[g].radius),
    scenery,
    // From above there is no ground line to be seen.
    floor: plane === "xz" && floor >= 0 ? simulation.geom_xpos[3 * floor + 2] : null,
  };
  return () => {
    write(moving, segments);
    return outline;
  };
}

function rods(geoms: readonly SimulatedGeom[], which: (geom: SimulatedGeom) => boolean): readonly number[] {
  return geoms.flatMap((geom, g) => (geom.type !== "plane" && which(geom) ? [g] : []));
}
