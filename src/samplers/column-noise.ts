// The random numbers of a transition for all columns at once, each column's from its own stream: in the energy's own program where it
// has one (draw-program.ts), with the stream's own functions elsewhere; the same numbers, bit for bit.

import type { Random } from "../random/random.js";
import type { LaneProgram } from "../tensor/index.js";
import { drawing, drawingBytes } from "./draw-program.js";

export interface ColumnNoise {
  /** `[dim, width]`: standard normal. */
  readonly normals: Float64Array;
  /** `[width]`: uniform on [0, 1). */
  readonly uniform: Float64Array;
  /** Draws, column by column, `dim` normals and then the uniform number. */
  draw(random: readonly Random[]): void;
}

/** What the noise takes of a program's memory. */
export function noiseBytes(dim: number, width: number): number {
  return 8 * (dim + 1) * width + drawingBytes(width);
}

/** Noise in the memory of `program`, which has room of `noiseBytes(dim, width)`; of JavaScript where there is none. */
export function columnNoise(dim: number, width: number, program?: LaneProgram): ColumnNoise {
  if (program !== undefined) {
    const { memory, room } = program;
    const normals = new Float64Array(memory.buffer, room, dim * width);
    const uniform = new Float64Array(memory.buffer, room + normals.byteLength, width);
    const { draw } = drawing({ memory, room: room + normals.byteLength + uniform.byteLength, width, normals, uniform });
    return { normals, uniform, draw: (random) => draw(random, 0) };
  }
  const normals = new Float64Array(dim * width);
  const uniform = new Float64Array(width);
  const ofColumn = new Float64Array(dim);
  return {
    normals,
    uniform,
    draw(random) {
      for (let c = 0; c < width; c++) {
        random[c].fillNormal(ofColumn);
        for (let i = 0, k = c; i < dim; i++, k += width) normals[k] = ofColumn[i];
        uniform[c] = random[c].uniform();
      }
    },
  };
}
