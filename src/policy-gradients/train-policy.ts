// Training: rollouts and updates in turn until the steps are done, with what happens on the way told to callbacks and the log.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { type CheckpointOptions, checkpointOptions } from "../platform/checkpoint-option.js";
import { fingerprintOf } from "../platform/fingerprint.js";
import { platform } from "../platform/platform.js";
import type { Algorithm } from "./algorithms/index.js";
import { breathing } from "./breathing.js";
import type { EnvironmentSource } from "./environments/environment.js";
import { checkEvaluation, type Evaluation, type EvaluationOptions, evaluatePolicy, type Policy } from "./policy.js";
import {
  type LogRecord,
  type TrainingCallback,
  type TrainingEnd,
  type TrainingProgress,
  tell,
  tellEnd,
} from "./training-callback.js";
import { openTrainingCheckpoint } from "./training-checkpoint.js";
import { openSession, type TrainingSession } from "./training-session.js";
import { checkState, type TrainingState } from "./training-state.js";

export interface TrainPolicyOptions {
  /** Steps of the environment in all, those of a training that is gone on with included; training ends with the rollout that reaches them. */
  readonly totalSteps: number;
  /** Equal seeds give equal parameters. 0, or that of the training to resume, where left out. */
  readonly seed?: number;
  /** Threads that play copies of the environment beside this one; 0 where left out. Nothing but the time depends on it: see `vectorEnvironment`. */
  readonly workers?: number;
  /** An evaluation after the first rollout beyond each multiple of so many steps; only at the end where left out. */
  readonly evaluateEvery?: number;
  readonly evaluation?: EvaluationOptions;
  /** What the policy is evaluated in; where left out the training's, without what only changes rewards. */
  readonly evaluationEnvironment?: EnvironmentSource;
  /** The `final` of an earlier training with the same algorithm and environment, which is gone on with. */
  readonly resume?: TrainingState;
  /**
   * A file that is written every 30 seconds, or `everySeconds`, and on an abort; where it is there, this training goes on from it, to the same
   * bytes as if it had never ended. It is removed once training is done, unless it is to be kept.
   */
  readonly checkpoint?: string | CheckpointOptions;
  /** Ends training after the step that is being made; what was learnt until then is returned. So does an interrupt in a notebook. */
  readonly signal?: AbortSignal;
  readonly callbacks?: readonly TrainingCallback[];
  /** Called with each record as it is made. */
  readonly onLog?: (record: LogRecord) => void;
}

/** What a training leaves. */
export interface TrainedPolicy {
  readonly policy: Policy;
  /** As the option `evaluation` says: of the likeliest actions where it does not say. */
  readonly evaluation: Evaluation;
  /** The same with drawn actions. */
  readonly stochasticEvaluation: Evaluation;
  /** One record per update. */
  readonly log: readonly LogRecord[];
  /** Steps that were made, those of a rollout that was broken off included. */
  readonly steps: number;
  readonly reason: Exclude<TrainingEnd, "failed">;
  /** The state after the last update: what `resume` goes on from. */
  readonly final: TrainingState;
}

/**
 * Learns a policy by a policy-gradient algorithm. Normalisers around the environment learn with it and are held still in evaluations. Rejects where
 * an option is wrong, the environment's spaces do not fit, a reward is not finite, or learning diverges, and where a checkpoint is damaged or of
 * another training.
 * @example
 * const { policy, evaluation } = await trainPolicy(ppo(), environments.cartPole(), { totalSteps: 100_000, seed: 1 });
 * evaluation.meanReturn // near 500, the most there is
 */
export async function trainPolicy(
  algorithm: Algorithm,
  environment: EnvironmentSource,
  options: TrainPolicyOptions,
): Promise<TrainedPolicy> {
  const { totalSteps, seed, workers, evaluateEvery, evaluation, signal, callbacks, onLog, ...request } =
    checked(options);
  const place = request.evaluationEnvironment ?? environment;
  const session = await openSession(algorithm, environment, seed, workers);
  const progress = progressOf(session, algorithm, totalSteps, evaluateEvery);
  const breathe = breathing();
  let interrupted = false;
  const forgetInterrupt = platform().onInterrupt(() => {
    interrupted = true;
  });
  let end: TrainedPolicy["reason"] | undefined;
  let isTold = false;

  try {
    if (request.resume !== undefined) checkState(request.resume, session.run, totalSteps);
    const decidedBy = {
      ...session.run,
      totalSteps,
      evaluation: fingerprintOf([evaluateEvery, evaluation, typeof place === "function" ? "function" : place]),
      resume: fingerprintOf(request.resume?.parameters ?? "none"),
    };
    const file = request.checkpoint && (await openTrainingCheckpoint(request.checkpoint, decidedBy));
    session.begin(file?.earlier ?? request.resume);
    end = file?.ended;
    // Now, not when hours of learning are to be evaluated.
    await checkEvaluation(session.policy(), place, evaluation);

    isTold = true;
    if (await tell(callbacks, "onTrainingStart", progress)) end = "callback";
    let evaluated: { readonly steps: number; readonly found: Evaluation } | undefined;
    while (end === undefined && session.steps < totalSteps) {
      const remaining = 1 - session.steps / totalSteps;
      const nextEvaluation = (Math.floor(session.steps / evaluateEvery) + 1) * evaluateEvery;
      if (await tell(callbacks, "onRolloutStart", progress)) end = "callback";
      for (let t = 0; t < session.rolloutSteps && end === undefined; t++) {
        session.step(t);
        for (const callback of callbacks) if (callback.onStep?.(progress) === false) end = "callback";
        const pause = breathe();
        if (pause !== undefined) await pause;
        if (signal?.aborted || interrupted) end = "aborted";
      }
      // A rollout that was broken off teaches nothing.
      if (end !== undefined) break;

      const record = session.update(remaining);
      if (session.steps >= nextEvaluation || session.steps >= totalSteps) {
        evaluated = { steps: session.steps, found: await evaluatePolicy(session.policy(), place, evaluation) };
        Object.assign(record, evaluationKeys(evaluated.found));
      }
      session.note(record);
      onLog?.(record);
      if (await tell(callbacks, "onRolloutEnd", progress, record)) end = "callback";
      if (session.steps < totalSteps) await file?.offer(session.state);
    }
    end ??= "steps done";
    const state = session.state();
    const final = session.steps < totalSteps ? state : { ...state, log: withoutLast(state.log, evaluateEvery) };
    if (end === "aborted") await file?.write(final);

    const policy = session.policy();
    const found = evaluated?.steps === final.steps ? evaluated.found : await evaluatePolicy(policy, place, evaluation);
    const drawn = { ...evaluation, deterministic: false };
    const stochasticEvaluation =
      evaluation?.deterministic === false ? found : await evaluatePolicy(policy, place, drawn);
    isTold = false;
    await tellEnd(callbacks, progress, end);
    if (end !== "aborted") await file?.finish(state, end);
    return {
      policy,
      evaluation: found,
      stochasticEvaluation,
      log: session.log,
      steps: session.steps,
      reason: end,
      final,
    };
  } catch (error) {
    // What went wrong first is what the caller is to know.
    if (isTold) await tellEnd(callbacks, progress, "failed").catch(() => {});
    throw error;
  } finally {
    forgetInterrupt();
    await session.close();
  }
}

function progressOf(
  session: TrainingSession,
  algorithm: Algorithm,
  totalSteps: number,
  evaluateEvery: number,
): TrainingProgress {
  return {
    algorithm,
    totalSteps,
    evaluateEvery,
    environment: session.copies,
    parameters: session.parameters,
    log: session.log,
    get steps() {
      return session.steps;
    },
    get seconds() {
      return session.seconds();
    },
    policy: session.policy,
  };
}

function evaluationKeys({ meanReturn, meanLength }: Evaluation): LogRecord {
  return { "eval/mean_reward": meanReturn, "eval/mean_ep_length": meanLength };
}

/** A finished training's log as a longer one has it: evaluated at its end only where that was due. */
function withoutLast(log: readonly LogRecord[], evaluateEvery: number): LogRecord[] {
  const stepsOf = (record: LogRecord | undefined): number => record?.["time/total_timesteps"] ?? 0;
  const last = log.at(-1);
  const isDue = Math.floor(stepsOf(last) / evaluateEvery) > Math.floor(stepsOf(log.at(-2)) / evaluateEvery);
  if (last === undefined || isDue) return [...log];
  const kept = Object.entries(last).filter(([key]) => !key.startsWith("eval/"));
  return [...log.slice(0, -1), Object.fromEntries(kept)];
}

function checked(options: TrainPolicyOptions) {
  const where = "trainPolicy";
  knownOptions(where, options, [
    ...["totalSteps", "seed", "workers", "evaluateEvery", "evaluation", "evaluationEnvironment"],
    ...["resume", "checkpoint", "signal", "callbacks", "onLog"],
  ]);
  const { evaluation, evaluationEnvironment, resume, signal, callbacks = [], onLog, evaluateEvery: every } = options;
  if (signal !== undefined && typeof signal?.aborted !== "boolean") refuse(where, "signal", "an AbortSignal", signal);
  if (!Array.isArray(callbacks)) refuse(where, "callbacks", "a list", callbacks);
  callbacks.forEach((callback, i) => {
    if (typeof callback !== "object" || callback === null) refuse(where, `callbacks[${i}]`, "an object", callback);
  });
  if (onLog !== undefined && typeof onLog !== "function") refuse(where, "onLog", "a function", onLog);
  return {
    totalSteps: integerAtLeast(where, "totalSteps", options.totalSteps, 1),
    seed: integerAtLeast(where, "seed", options.seed ?? resume?.run?.seed ?? 0, 0),
    workers: integerAtLeast(where, "workers", options.workers ?? 0, 0),
    evaluateEvery: every === undefined ? Number.POSITIVE_INFINITY : integerAtLeast(where, "evaluateEvery", every, 1),
    checkpoint: checkpointOptions(where, options.checkpoint),
    ...{ evaluation, evaluationEnvironment, resume, signal, callbacks, onLog },
  };
}
