// Networks, likelihoods, losses and their training.

export type { Activation } from "./activations.js";
export { type CnnOptions, type ConvolutionLayer, cnn, type PoolingLayer } from "./cnn.js";
export type { Column } from "./data.js";
export type { Initializer } from "./initializers.js";
export type { Likelihood } from "./likelihoods.js";
export * as likelihoods from "./likelihoods.js";
export {
  type Loss,
  type LossEngine,
  type LossOptions,
  type LossSource,
  loss,
  lossFromSource,
  type Rows,
} from "./loss.js";
export { type MlpOptions, mlp } from "./mlp.js";
export type { Network, ParameterBlock } from "./network.js";
export { networkLoss } from "./network-loss.js";
export { onThreads, type RowsJob, serveRows, type ThreadedLoss, type ThreadOptions } from "./on-threads.js";
export { type AdamOptions, adam, type Optimizer, type SgdOptions, sgd } from "./optimizers.js";
export { type LossOnRowsOptions, lossOnRows } from "./row-losses.js";
export type { Schedule } from "./schedules.js";
export * as schedules from "./schedules.js";
export { type EarlyStopping, type Trained, type TrainingCheckpoint, type TrainOptions, train } from "./train.js";
export { parametersFrom, type WeightArray, type WeightOptions } from "./weights.js";
