// Configurations of trainings: their keys, their presets, and the records they stand for.

export { composeTraining } from "./compose.js";
export { trainingKeys } from "./keys.js";
export { algorithmFrom, algorithmKeys, environmentFrom, environmentKeys, inKeys } from "./options.js";
export { trainingPage } from "./page.js";
export { trainingPresets } from "./presets.js";
export { algorithmNames, type TrainingConfiguration, type TrainingGroup, trainingGroups } from "./schema.js";
