// A training in a process of its own, so that several go on at a time: it is this command again, with every key said, and tells its parent how far it
// is. It stores the policy itself, where the parent then finds it.

import { fork } from "node:child_process";
import { RunAborted, type TrainElsewhere, type TrainingCallback } from "../runs/index.js";

/** What a child is told by its environment: that its parent listens. */
const MARK = "ERGODIC_TRAINING_CHILD";

interface Progress {
  readonly fraction: number;
}

/** Trains by the command that this process runs. */
export function trainInChild(root: string): TrainElsewhere {
  return ({ seed, algorithm, environment, training, output }, { signal, onFraction }) =>
    new Promise((resolve, reject) => {
      const groups = { seed, recipe: false, algorithm, environment, training, output };
      const words = Object.entries(groups).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      const child = fork(process.argv[1], ["train", ...words, "--runs-root", root], {
        env: { ...process.env, [MARK]: "1" },
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      });
      // A terminal's Ctrl-C has reached the child too; another signal does no harm, where the same twice would end it at once.
      const stop = (): void => void child.kill("SIGTERM");
      signal?.addEventListener("abort", stop, { once: true });
      let said = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      child.on("message", (message: Progress) => onFraction(message.fraction));
      child.on("error", reject);
      child.on("close", (code) => {
        signal?.removeEventListener("abort", stop);
        if (code === 0) resolve();
        else if (code === 130 || signal?.aborted) reject(new RunAborted("interrupted"));
        else reject(new Error(reasonIn(said) ?? `the process that trained ended with ${code ?? "a signal"}`));
      });
    });
}

/** Tell the parent of this process how far training is; undefined where it has none that trains by it. */
export function callbacksForParent(): TrainingCallback[] | undefined {
  if (process.env[MARK] !== "1" || process.send === undefined) return undefined;
  // Where the parent is no more nobody waits for this: it ends as if it were told to.
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  // Listening must not keep this process from ending.
  process.channel?.unref();
  return [
    {
      onRolloutEnd({ steps, totalSteps }) {
        const message: Progress = { fraction: Math.min(1, steps / totalSteps) };
        if (process.connected) process.send?.(message);
      },
    },
  ];
}

function reasonIn(said: string): string | undefined {
  return /^error: (.*)$/m.exec(said)?.[1];
}
