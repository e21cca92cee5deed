// The bias of unadjusted Langevin steps taken away by Richardson's extrapolation: it is a power series in the step size (Talay and Tubaro 1990;
// for stochastic gradients Durmus et al. 2016), so twice the estimate at half the step size less that at the whole one is free of its first term.

import { knownOptions, refuse } from "../arguments/index.js";
import { roundedTo, significant } from "../chains/digits.js";
import { printedAs } from "../chains/printed.js";
import type { Loss } from "../networks/index.js";
import { type Sampler, sgld } from "../samplers/index.js";
import type { LlcEstimate, Verdict } from "./estimate.js";
import { type LlcOptions, llc, llcOptions } from "./llc.js";
import { type RunsCheckpoint, runFiles } from "./run-files.js";
import { seedFor } from "./seeds.js";

export interface ExtrapolatedOptions extends Omit<LlcOptions, "sampler" | "checkpoint"> {
  /** `sgld()` where left out; also `psgld`, `langevin`. A step size is a number or left out, which finds one. */
  readonly sampler?: Sampler;
  /** Files of the two runs by what their paths begin with, `<checkpoint>-0` and `-1`: the same call, after an abort, goes on from them. */
  readonly checkpoint?: RunsCheckpoint;
}

/** Plain data that prints as sentences. */
export interface ExtrapolatedLlc {
  /** 2 `fine.mean` - `coarse.mean`. */
  readonly mean: number;
  /** Of `mean`, both runs' together. */
  readonly standardError: number;
  /** 95 % */
  readonly interval: [number, number];
  readonly coarse: LlcEstimate;
  /** At half the step size, with twice the steps per draw. */
  readonly fine: LlcEstimate;
  readonly stepSizes: { readonly coarse: number; readonly fine: number };
  /** `coarse.mean - mean`: what the steps had added, and its error. */
  readonly bias: { readonly mean: number; readonly standardError: number };
  /**
   * What the second order may leave, as a share of `mean`: half the square of the coarse run's excess. Absent where that is not known
   * (`sgld` alone knows it).
   */
  readonly stepExcess?: number;
  /** Well where both runs are. */
  readonly verdict: Verdict;
  /** In gradients over all data, both runs together. */
  readonly work: number;
  readonly workNormalizedVariance: number;
}

const unadjusted: readonly string[] = ["sgld", "psgld", "langevin"];

/**
 * The LLC by SGLD at a step size and at half of it, extrapolated to none. It costs three times one run and has about five times its variance,
 * which pays where the bias is larger than the error. Rejects with a RangeError where an option is wrong or the sampler has
 * no such bias, and where a run is aborted.
 *
 * What `psgld` leaves out of its drift does not go away with the step size. Where a run found a step size for each chain, the extrapolation
 * is from their mean.
 *
 * Both runs begin at the centre and are equally long in units of the dynamics' time, so that a warmup too short for them leaves as much in the
 * extrapolation as in one run, and not twice as much. A fine run that began where the coarse one ended would leave the same with the other sign.
 * @example (await llcExtrapolated(loss, { center, sampler: sgld({ batchSize: 64 }) })).mean
 */
export async function llcExtrapolated(loss: Loss, options: ExtrapolatedOptions): Promise<ExtrapolatedLlc> {
  const where = "llcExtrapolated";
  knownOptions(where, options, llcOptions);
  const { sampler = sgld(), seed = 0, thin = 1, warmup = 1000, title = "LLC extrapolated" } = options;
  if (!unadjusted.includes(sampler?.kind)) refuse(where, "sampler", `one of ${unadjusted.join(", ")}`, sampler?.kind);
  const given = sampler.options.stepSize;
  if (given !== undefined && typeof given !== "number") {
    refuse(where, "sampler.stepSize", "a number, or left out", given);
  }
  const files = runFiles(options.checkpoint);
  const run = (half: 1 | 2, stepSize: number | undefined): Promise<LlcEstimate> =>
    llc(loss, {
      ...options,
      sampler: stepSize === undefined ? sampler : { ...sampler, options: { ...sampler.options, stepSize } },
      seed: seedFor(seed, where, half),
      thin: half * thin,
      warmup: half * warmup,
      title: half === 1 ? `${title}, coarse` : `${title}, fine`,
      ...files.of(half - 1),
    });
  const coarse = await run(1, given);
  if (coarse.draws.aborted) throw new Error(`${where}: aborted`);
  const whole = given ?? meanStep(where, coarse);
  const fine = await run(2, whole / 2);
  if (fine.draws.aborted) throw new Error(`${where}: aborted`);

  await files.finish(2);
  const mean = 2 * fine.mean - coarse.mean;
  const margin = Math.hypot(2 * marginOf(fine), marginOf(coarse));
  const standardError = Math.hypot(2 * fine.standardError, coarse.standardError);
  const problems = [...coarse.verdict.problems, ...fine.verdict.problems];
  const work = coarse.work + fine.work;
  return printedAs(
    {
      mean,
      standardError,
      interval: [mean - margin, mean + margin],
      coarse,
      fine,
      stepSizes: { coarse: whole, fine: whole / 2 },
      bias: {
        mean: coarse.mean - mean,
        standardError: 2 * Math.hypot(fine.standardError, coarse.standardError),
      },
      ...(coarse.stepExcess === undefined ? {} : { stepExcess: coarse.stepExcess ** 2 / 2 }),
      verdict: { ok: problems.length === 0, problems },
      work,
      workNormalizedVariance: standardError ** 2 * work,
    },
    text,
  );
}

function meanStep(where: string, { draws }: LlcEstimate): number {
  const found = [...(draws.adapted.stepSize ?? [])].filter((step) => step > 0);
  if (found.length === 0) throw new RangeError(`${where}: no chain found a step size; see the verdict of llc`);
  return found.reduce((sum, step) => sum + step, 0) / found.length;
}

function marginOf({ interval, mean }: LlcEstimate): number {
  return interval[1] - mean;
}

function text(estimate: ExtrapolatedLlc): string {
  const { mean, standardError, interval, coarse, fine, stepSizes, bias, stepExcess, verdict } = estimate;
  const within = (value: number, error: number): string => `${roundedTo(value, error)} \u00b1 ${significant(error, 2)}`;
  return [
    `LLC ${within(mean, standardError)} (95% from ${roundedTo(interval[0], standardError)} to ${roundedTo(interval[1], standardError)}), extrapolated to step size 0`,
    `${within(coarse.mean, coarse.standardError)} at ${significant(stepSizes.coarse, 3)}, ${within(fine.mean, fine.standardError)} at ${significant(stepSizes.fine, 3)}: the steps had added ${within(bias.mean, bias.standardError)}`,
    ...(stepExcess === undefined ? [] : [`the second order may leave ${significant(100 * stepExcess, 2)} %`]),
    ...(verdict.ok ? ["verdict: ok"] : verdict.problems.map(({ message }) => `verdict: ${message}`)),
  ].join("\n");
}
