// All that trainings can be watched, ended and recorded by: `callbacks` to users.

export * from "../../policy-gradients/callbacks/index.js";
export { csvLog } from "./csv-log.js";
export { jsonLinesLog } from "./json-lines-log.js";
export { tensorBoardLog } from "./tensor-board-log.js";
