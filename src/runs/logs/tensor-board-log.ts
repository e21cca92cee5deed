// The log of a training for TensorBoard.

import { join } from "node:path";
import { tensorBoardRecord, tensorBoardStart } from "../../formats/tensorboard.js";
import type { TrainingCallback } from "../../policy-gradients/index.js";
import { checkPath, logFile } from "./log-file.js";

/** TensorBoard takes any name with `tfevents` in it. Ours is always the same, so that a training that begins anew does not lie over an earlier one. */
const NAME = "events.out.tfevents.0.ergodic";

/**
 * Writes a TensorBoard event file into `folder`: the log's numbers over environment steps, at the times when they were made. The file is whole after each
 * update; a training that goes on goes on with it. `readTensorBoard` reads it back. Throws where the folder is none; training fails where the file
 * cannot be written.
 * @example callbacks.tensorBoardLog("logs/seed-1") // tensorboard --logdir logs
 */
export function tensorBoardLog(folder: string): TrainingCallback {
  checkPath("tensorBoardLog", "folder", folder);
  let start = 0;
  return logFile(join(folder, NAME), {
    begin(_, began) {
      start = began;
      return tensorBoardStart(start);
    },
    row: (record) =>
      tensorBoardRecord({
        wallTime: start + record["time/time_elapsed"],
        step: record["time/total_timesteps"],
        scalars: record,
      }),
  });
}
