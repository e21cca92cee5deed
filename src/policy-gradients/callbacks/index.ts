// What trainings can be watched and ended by.

export { type ConsoleTableOptions, consoleTable } from "./console-table.js";
export { everySteps } from "./every-steps.js";
export { saveBest } from "./save-best.js";
export { stopAtReward } from "./stop-at-reward.js";
export { type StopWithoutImprovementOptions, stopWithoutImprovement } from "./stop-without-improvement.js";
export type { WatchOptions } from "./watched.js";
