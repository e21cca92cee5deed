// Threads that take part in a loss badly, told how by the name of its parameter: one leaves at once, one cannot begin, one gives up
// when it has a group.

import { parentPort } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
const { serveRows } = await import("../../src/networks/index.ts");
const { takeGroup } = await import("../../src/networks/row-board.ts");
const { giveUp } = await import("../../src/platform/crew.ts");

const port = { post: (message) => parentPort.postMessage(message), onMessage: () => {} };

parentPort.on("message", (job) => {
  const { board, source } = job;
  const [how] = source.names;
  if (how === "leaves") process.exit(3);
  if (how === "cannot begin") serveRows({ ...job, source: { ...source, blocks: [] } }, port);
  port.post({ type: "begun" });
  while (takeGroup(board) >= board.values.length) {
    // No round is open, or the caller was faster.
  }
  giveUp(board.calls, "there is no room on the board", board.summed);
});
