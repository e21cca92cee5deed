// In development the worker is a TypeScript file run by tsx, whose loader Node 20 does not hand on to threads: a thread starts
// here, with the worker's URL as its data, and registers the loader itself.

import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
await import(workerData);
