// Training: moves parameters downhill on a loss, on the main thread in short slices.

import {
  finiteNumber,
  finiteVector,
  integerAtLeast,
  knownOptions,
  nonNegativeNumber,
  refuse,
} from "../arguments/index.js";
import { platform } from "../platform/platform.js";
import { type Random, stream } from "../random/index.js";
import { norm } from "../tensor/vectors.js";
import type { Loss } from "./loss.js";
import { adam, type Optimizer } from "./optimizers.js";
import type { Schedule } from "./schedules.js";

export interface TrainOptions {
  /** `adam()` where left out. */
  readonly optimizer?: Optimizer;
  readonly steps: number;
  /** Rows per step; all where left out. Batches go through a random order of the rows, a new one each time around. */
  readonly batchSize?: number;
  /** Factor of the learning rate, step by step; 1 where left out. */
  readonly schedule?: Schedule;
  readonly seed?: number;
  /** Starting parameters; the loss's own random start where left out. */
  readonly init?: ArrayLike<number>;
  readonly earlyStopping?: EarlyStopping;
  /** The full loss is written into the trace every so many steps: 200 times a run where left out, or once a round where that is less. */
  readonly evaluateEvery?: number;
  /**
   * Steps at which the parameters are kept, 0 (the start) to `steps`; or how many of them, evenly spaced in the logarithm of the step with the
   * start besides. None where left out.
   */
  readonly checkpoints?: number | readonly number[];
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
  /** What `checkpoints` asked for, as far as the run came. */
  readonly checkpoints?: TrainingCheckpoint[];
  readonly reason: "steps done" | "early stopping" | "aborted";
}

/** The parameters after so many steps. */
export interface TrainingCheckpoint {
  readonly step: number;
  readonly parameters: Float64Array;
}

/**
 * Minimises a loss. Equal seeds give equal bytes, however long it takes.
 *
 * Rejects where an option is wrong, or where the loss stops being finite: with the step, never silently.
 * @example const { parameters } = await train(loss, { optimizer: adam({ learningRate: 1e-2 }), steps: 2000, seed: 1 })
 */
export async function train(loss: Loss, options: TrainOptions): Promise<Trained> {
  if (typeof loss?.valueAndGradient !== "function" || typeof loss.onRows !== "function") {
    refuse("train", "loss", "a loss, such as networkLoss(...) or loss(...) makes", loss);
  }
  knownOptions("train", options, knownTrainOptions);
  const { steps, seed = 0, earlyStopping, signal, onEvaluate, schedule } = options;
  integerAtLeast("train", "steps", steps, 1);
  const batchSize = integerAtLeast("train", "batchSize", options.batchSize ?? loss.dataSize, 1);
  if (batchSize > loss.dataSize) refuse("train", "batchSize", `at most the ${loss.dataSize} rows there are`, batchSize);
  const round = Math.floor(loss.dataSize / batchSize);
  const every = integerAtLeast(
    "train",
    "evaluateEvery",
    options.evaluateEvery ?? Math.max(Math.ceil(steps / 200), round),
    1,
  );
  if (schedule !== undefined && typeof schedule !== "function") refuse("train", "schedule", "a schedule", schedule);
  const optimizer = options.optimizer ?? adam();
  if (typeof optimizer?.start !== "function") refuse("train", "optimizer", "an optimiser such as adam()", optimizer);
  if (signal !== undefined && typeof signal?.aborted !== "boolean") refuse("train", "signal", "an AbortSignal", signal);
  if (onEvaluate !== undefined && typeof onEvaluate !== "function")
    refuse("train", "onEvaluate", "a function", onEvaluate);

  const keepAt = options.checkpoints === undefined ? undefined : checkpointSteps(options.checkpoints, steps);
  const kept: TrainingCheckpoint[] = [];

  const w = startOf(loss, options.init, seed);
  const gradient = new Float64Array(loss.dim);
  const nextBatch = batches(stream(seed, "train", "batches"), loss.dataSize, batchSize);
  const move = optimizer.start(loss.dim);
  const watch = watcher(loss, earlyStopping, w);
  const traceSteps: number[] = [];
  const traceLosses: number[] = [];
  const evaluate = (step: number): number => {
    const value = checkFinite("loss", loss.value(w), step);
    traceSteps.push(step);
    traceLosses.push(value);
    onEvaluate?.({ step, loss: value });
    return value;
  };

  const factorAt = (step: number): number =>
    schedule === undefined ? 1 : finiteNumber("train", `schedule(${step}, ${steps})`, schedule(step, steps));

  let reason: Trained["reason"] = "steps done";
  let step = 0;
  const keep = (): void => {
    if (keepAt?.has(step)) kept.push({ step, parameters: w.slice() });
  };
  keep();
  let sliceEnd = platform().now() + sliceMilliseconds;
  watch.see(w, evaluate(0), 0);
  while (step < steps) {
    if (signal?.aborted) {
      reason = "aborted";
      break;
    }
    const rows = nextBatch();
    const value = rows === undefined ? loss.valueAndGradient(w, gradient) : loss.onRows(w, rows, gradient);
    checkFinite("loss", value, step);
    move(w, gradient, factorAt(step));
    step++;
    keep();
    if (step % every === 0 && step < steps && watch.see(w, evaluate(step), step)) {
      reason = "early stopping";
      break;
    }
    if (platform().now() > sliceEnd) {
      await platform().breathe();
      sliceEnd = platform().now() + sliceMilliseconds;
    }
  }
  if (traceSteps[traceSteps.length - 1] !== step) watch.see(w, evaluate(step), step);
  const parameters = watch.best(w);
  const final = loss.valueAndGradient(parameters, gradient);
  return {
    parameters,
    trace: { step: Float64Array.from(traceSteps), loss: Float64Array.from(traceLosses) },
    loss: final,
    gradientNorm: norm(gradient),
    steps: step,
    ...(keepAt === undefined ? {} : { checkpoints: kept }),
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
  "checkpoints",
  "signal",
  "onEvaluate",
];

function checkpointSteps(asked: number | readonly number[], steps: number): ReadonlySet<number> {
  if (typeof asked === "number") {
    const count = integerAtLeast("train", "checkpoints", asked, 1);
    // Early steps lie closer together than one, and fall on each other.
    const share = (k: number): number => (count === 1 ? 1 : k / (count - 1));
    return new Set([0, ...Array.from({ length: count }, (_, k) => Math.round(steps ** share(k)))]);
  }
  if (!Array.isArray(asked)) refuse("train", "checkpoints", "a number of them, or a list of steps", asked);
  asked.forEach((step, k) => {
    if (integerAtLeast("train", `checkpoints[${k}]`, step, 0) > steps) {
      refuse("train", `checkpoints[${k}]`, `at most the ${steps} steps there are`, step);
    }
  });
  return new Set(asked);
}

function startOf(loss: Loss, init: ArrayLike<number> | undefined, seed: number): Float64Array {
  if (init !== undefined) return finiteVector("train", "init", init, loss.dim);
  if (loss.initialize === undefined) {
    throw new RangeError("train: init must be given, since this loss does not say how to start");
  }
  return finiteVector(
    "train",
    "what loss.initialize returns",
    loss.initialize(stream(seed, "train", "init")),
    loss.dim,
  );
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
  if (validation !== undefined && (typeof validation?.value !== "function" || validation.dim !== loss.dim)) {
    refuse("train", "earlyStopping.validation", `a loss of ${loss.dim} parameters`, validation?.dim ?? validation);
  }
  const best = start.slice();
  let lowest = Number.POSITIVE_INFINITY;
  // What an improvement is measured from: it moves only by more than the tolerance, so that many tiny ones add up.
  let improved = Number.POSITIVE_INFINITY;
  let waited = 0;
  return {
    see(w: Float64Array, trainingLoss: number, step: number): boolean {
      const watched =
        validation === undefined ? trainingLoss : checkFinite("validation loss", validation.value(w), step);
      if (watched < lowest) {
        lowest = watched;
        best.set(w);
      }
      if (watched < improved - tolerance) {
        improved = watched;
        waited = 0;
      } else waited++;
      return waited >= patience;
    },
    best: () => best,
  };
}

function checkFinite(what: string, value: number, step: number): number {
  if (!Number.isFinite(value)) {
    const place = step === 0 ? "at the start" : `at step ${step}; a smaller learning rate may help`;
    throw new RangeError(`train: the ${what} is ${value} ${place}`);
  }
  return value;
}
