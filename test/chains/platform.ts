// The composition that tests of chains run on: Node, and the worker from its source.

import { nodePlatform } from "../../src/platform/node.js";
import { install } from "../../src/platform/platform.js";

install(nodePlatform({ workerUrl: new URL("../../src/worker.ts", import.meta.url) }));
