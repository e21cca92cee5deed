// Training: moves parameters downhill on a loss, on the main thread in short slices.

import { finiteVector, integerAtLeast, knownOptions, nonNegativeNumber, refuse } from "../arguments/index.js";
import { platform } from "../platform/platform.js";
import { type Random, stream } from "../random/index.js";
import type { Loss } from "./loss.js";
import { adam, type Optimizer } from "./optimizers.js";
import type { Schedule } from "./schedules.js";

export interface TrainOptions {
  /** `adam()` where left out. */
  readonly optimizer?: Optimizer;
  readonly steps: number;
  /** Rows per step; all where left out. Batches go through a random order of the rows, a new one each time around. */
  readonly batchSize?: number;
  readonly schedule?: Schedule;
  readonly seed?: number;
  /** Starting parameters; the loss's own random start where left out. */
  readonly init?: ArrayLike<number>;
  readonly earlyStopping?: EarlyStopping;
  /** The full loss is written into the trace every so many steps. About 200 times a run where left out. */
  readonly evaluateEvery?: number;
  readonly signal?: AbortSignal;
  /** Called with each entry of the trace. */
  readonly onEvaluate?: (entry: { readonly step: number; readonly loss: number }) => void;
}

export interface EarlyStopping {
  /** How many evaluations in a row may pass without an improvement. */
  readonly patience: number;
  /** How much lower the watched loss must be to count as improved. */
  readonly tolerance?: number;
  /** The loss watched, for example of held-out rows; the training loss itself where left out. */
  readonly validation?: Loss;
}

export interface Trained {
  /** The last ones, or with early stopping the best ones met. */
  readonly parameters: Float64Array;
  /** The training loss over all rows at some steps, the start (0) and the end among them. */
  readonly trace: { readonly step: Float64Array; readonly loss: Float64Array };
  /** Of `parameters`, over all rows. */
  readonly loss: number;
  /** Euclidean length of the full gradient at `parameters`. */
  readonly gradientNorm: number;
  readonly steps: number;
  readonly reason: "steps done" | "early stopping" | "aborted";
}

/**
 * Minimises a loss.
 *
 * Throws where an option is wrong, or where the loss stops being finite: with the step, never silently.
 * @example const { parameters } = await train(loss, { optimizer: adam({ learningRate: 1e-2 }), steps: 2000, seed: 1 })
 */
export async function train(loss: Loss, options: TrainOptions): Promise<Trained> {
  knownOptions("train", options, knownTrainOptions);
  const { steps, seed = 0, earlyStopping, signal, onEvaluate, schedule } = options;
  integerAtLeast("train", "steps", steps, 1);
  const batchSize = integerAtLeast("train", "batchSize", options.batchSize ?? loss.dataSize, 1);
  if (batchSize > loss.dataSize) refuse("train", "batchSize", `at most the ${loss.dataSize} rows there are`, batchSize);
  const every = integerAtLeast("train", "evaluateEvery", options.evaluateEvery ?? Math.ceil(steps / 200), 1);
  if (schedule !== undefined && typeof schedule !== "function") refuse("train", "schedule", "a schedule", schedule);
  const optimizer = options.optimizer ?? adam();
  if (typeof optimizer.start !== "function") refuse("train", "optimizer", "an optimiser such as adam()", optimizer);

  const w = startOf(loss, options.init, seed);
  const gradient = new Float64Array(loss.dim);
  const nextBatch = batches(stream(seed, "train", "batches"), loss.dataSize, batchSize);
  const move = optimizer.start(loss.dim);
  const watch = watcher(loss, earlyStopping, w);
  const traceSteps: number[] = [];
  const traceLosses: number[] = [];
  const evaluate = (step: number): number => {
    const value = checkFinite(loss.value(w), step);
    traceSteps.push(step);
    traceLosses.push(value);
    onEvaluate?.({ step, loss: value });
    return value;
  };

  let reason: Trained["reason"] = "steps done";
  let step = 0;
  let sliceEnd = platform().now() + sliceMilliseconds;
  watch.see(w, evaluate(0));
  while (step < steps) {
    if (signal?.aborted) {
      reason = "aborted";
      break;
    }
    const rows = nextBatch();
    const value = rows === undefined ? loss.valueAndGradient(w, gradient) : loss.onRows(w, rows, gradient);
    checkFinite(value, step);
    move(w, gradient, schedule === undefined ? 1 : schedule(step, steps));
    step++;
    if (step % every === 0 && step < steps && watch.see(w, evaluate(step))) {
      reason = "early stopping";
      break;
    }
    if (platform().now() > sliceEnd) {
      await platform().breathe();
      sliceEnd = platform().now() + sliceMilliseconds;
    }
  }
  if (traceSteps[traceSteps.length - 1] !== step) watch.see(w, evaluate(step));
  const parameters = watch.best(w);
  const final = loss.valueAndGradient(parameters, gradient);
  return {
    parameters,
    trace: { step: Float64Array.from(traceSteps), loss: Float64Array.from(traceLosses) },
    loss: final,
    gradientNorm: norm(gradient),
    steps: step,
    reason,
  };
}

const sliceMilliseconds = 20;

const knownTrainOptions = [
  "optimizer",
  "steps",
  "batchSize",
  "schedule",
  "seed",
  "init",
  "earlyStopping",
  "evaluateEvery",
  "signal",
  "onEvaluate",
];

function startOf(loss: Loss, init: ArrayLike<number> | undefined, seed: number): Float64Array {
  if (init !== undefined) return finiteVector("train", "init", init, loss.dim);
  if (loss.initialize === undefined) {
    throw new RangeError("train: init must be given, since this loss does not say how to start");
  }
  return loss.initialize(stream(seed, "train", "init"));
}

/** Mini-batches without replacement; `undefined` stands for all rows in their own order. */
function batches(random: Random, rows: number, size: number): () => Uint32Array | undefined {
  if (size === rows) return () => undefined;
  let order = random.permutation(rows);
  let next = 0;
  return () => {
    // A batch never spans two orders, so that no row is in it twice; the rows left over sit this round out.
    if (next + size > rows) {
      order = random.permutation(rows);
      next = 0;
    }
    next += size;
    return order.subarray(next - size, next);
  };
}

/** Early stopping: `see` says whether to stop, `best` gives the parameters to return. */
function watcher(loss: Loss, stopping: EarlyStopping | undefined, start: Float64Array) {
  if (stopping === undefined) return { see: () => false, best: (w: Float64Array) => w };
  knownOptions("train: earlyStopping", stopping, ["patience", "tolerance", "validation"]);
  const patience = integerAtLeast("train", "earlyStopping.patience", stopping.patience, 1);
  const tolerance = nonNegativeNumber("train", "earlyStopping.tolerance", stopping.tolerance ?? 0);
  const { validation } = stopping;
  if (validation !== undefined && validation.dim !== loss.dim) {
    refuse("train", "earlyStopping.validation", `a loss of ${loss.dim} parameters`, validation.dim);
  }
  const best = start.slice();
  let lowest = Number.POSITIVE_INFINITY;
  let patienceLowest = Number.POSITIVE_INFINITY;
  let waited = 0;
  return {
    see(w: Float64Array, trainingLoss: number): boolean {
      const watched = validation === undefined ? trainingLoss : validation.value(w);
      if (watched < lowest) {
        lowest = watched;
        best.set(w);
      }
      if (watched < patienceLowest - tolerance) {
        patienceLowest = watched;
        waited = 0;
      } else waited++;
      return waited >= patience;
    },
    best: () => best,
  };
}

function checkFinite(value: number, step: number): number {
  if (!Number.isFinite(value)) {
    throw new RangeError(`train: the loss is ${value} at step ${step}; a smaller learning rate may help`);
  }
  return value;
}

function norm(vector: Float64Array): number {
  let sum = 0;
  for (const entry of vector) sum += entry * entry;
  return Math.sqrt(sum);
}
