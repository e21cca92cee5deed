// Every key of a training's configuration in words.

import { type ConfigurationKey, keysOf } from "../keys.js";
import { trainingSchema } from "./schema.js";

export const trainingKeys: () => readonly ConfigurationKey[] = keysOf(trainingSchema);
