// A thread whose environments fail, told how by an option of the task: it leaves at once, or plays a task that breaks at its third step, that
// cannot be loaded, or whose state grows.

import { parentPort } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
const { serveEnvironments } = await import("../../../src/policy-gradients/environments/vector-players.ts");
const { environmentKinds } = await import("../../../src/policy-gradients/environments/make.ts");
const { fragile } = await import("./fragile.ts");

const port = { post: (message) => parentPort.postMessage(message), onMessage: () => {} };

parentPort.on("message", (job) => {
  const { how } = job.source.options;
  if (how === "leaves") process.exit(3);
  environmentKinds.fragile = {
    ...fragile(true),
    load: async () => {
      if (how === "cannot be loaded") throw new Error("the task's files are missing");
    },
  };
  serveEnvironments(job, port).catch((error) => port.post({ type: "failed", error: { message: error.message } }));
});
