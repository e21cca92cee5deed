// The local learning coefficient of a loss at a minimum, estimated from chains on the tempered energy
// (Lau et al. 2023, arXiv:2308.12108): lambda-hat = n beta (E[L_n(w)] - L_n(w*)).

import { finiteNumber, knownOptions, nonNegativeNumber, refuse } from "../arguments/index.js";
import { chainsOf, type Draws } from "../chains/draws.js";
import { remember } from "../chains/latest.js";
import type { SampleOptions } from "../chains/options.js";
import { sample } from "../chains/sample.js";
import { essBulk, rhat } from "../diagnostics/index.js";
import type { Energy } from "../energies/energy.js";
import type { Loss } from "../networks/index.js";
import { stream } from "../random/index.js";
import { hmc, type LangevinExcess, langevinExcess, type Sampler } from "../samplers/index.js";
import { agreementOfHalves } from "./agreement.js";
import { descentBelow } from "./descent.js";
import type { DataTerm, LlcEstimate, ObservedLlc } from "./estimate.js";
import { readable } from "./llc-table.js";
import {
  checkLoss,
  observedAs,
  resolveTemperature,
  type Temperature,
  type TemperedOptions,
  temperedAt,
} from "./tempered.js";
import { chainMean, withCenterError } from "./uncertainty.js";
import { judge } from "./verdict.js";
import { VALUE_COST, workOf } from "./work.js";

declare module "../chains/latest.js" {
  interface RunResults {
    readonly llc: LlcEstimate;
  }
}

export interface LlcOptions extends TemperedOptions, Omit<SampleOptions, "init" | "resume"> {
  /**
   * `hmc({ targetAcceptance: 0.95 })` where left out: degenerate minima have walls that get steeper outwards, where steps made for the middle
   * diverge. `sgld()` for large data sets.
   */
  readonly sampler?: Sampler;
  /** L_n(w*) where it is known from elsewhere, with its standard error where some rows stood for all (`lossOnRows`); computed where left out. */
  readonly lossAtCenter?: number | { readonly value: number; readonly standardError: number };
  /** True where the centre is the true parameter and not a minimiser of this loss: the estimate then has a `dataTerm`. */
  readonly atTruth?: boolean;
}

/**
 * Estimates the LLC of `loss` at `center`. Every chain starts there; the loss of every kept draw is that of all data.
 *
 * The estimate says itself what is wrong with it (`verdict`); it may be negative, and is never clipped. Its error and interval are those
 * of the averages over chains (and of `lossAtCenter`, where that has one): what SGLD's steps add is not in them (`stepExcess` bounds it where
 * gradient noise falls with the curvature), HMC has none. Rejects where an option is
 * wrong or the loss at the centre is not finite.
 *
 * `mask` restricts it to some parameters. Another distribution of data is refined for by its own loss, `llc(other, ...)` at the same
 * centre, or by `observe`, which evaluates other losses on the draws of this one.
 * @example
 * const { parameters } = await train(loss, { steps: 5000 });
 * const estimate = await llc(loss, { center: parameters, sampler: sgld(), chains: 4, draws: 2000 });
 * // estimate.mean, estimate.standardError, estimate.verdict.ok
 */
export async function llc(loss: Loss, options: LlcOptions): Promise<LlcEstimate> {
  checkLoss("llc", loss);
  if (typeof options !== "object" || options === null) refuse("llc", "options", "an object with a center", options);
  knownOptions("llc", options, llcOptions);
  const { sampler = defaultSampler(), atTruth = false } = options;
  const { title = `LLC by ${sampler?.kind}`, ...sampling } = pick(options, samplingOptions);
  if (typeof atTruth !== "boolean") refuse("llc", "atTruth", "true or false", atTruth);
  const temperature = resolveTemperature("llc", loss, options);
  const { center, beta, nbeta, gamma, moving } = temperature;
  const atCenter = lossAt(center, loss, options.lossAtCenter);
  const lossAtCenter = atCenter.value;
  const energy = temperedAt(loss, temperature);
  const start = energy.stochastic!.center!;

  const draws = await sample(energy, sampler, { ...sampling, title, init: start });
  const trace = chainsOf(draws, "loss");
  const usable = comparable(draws, trace);
  const coefficients = usable.map((losses) => losses.map((value) => nbeta * (value - lossAtCenter)));
  const centerError = nbeta * atCenter.standardError;
  const { mean, standardError, interval, perChain, agreement } = withCenterError(chainMean(coefficients), centerError);
  const essOfTrace = usable.length > 0 ? essBulk(usable) : 0;
  const rhatOfTrace = usable.length > 0 ? rhat(usable) : Number.NaN;
  const below = descentBelow(energy, start, gamma);
  const { worst: langevin, work: looking } = worstLangevin(energy, start, draws);
  const verdictWork = (options.lossAtCenter === undefined ? VALUE_COST : 0) + below.evaluations + looking;
  const work = workOf(draws) + verdictWork;
  const verdict = judge({
    draws,
    depth: Math.max(-lowestOf(coefficients), below.depth),
    rounding: ROUNDING * Math.max(1, nbeta * Math.abs(lossAtCenter)),
    standardError,
    agreement,
    agreementOfHalves: usable.length > 0 ? agreementOfHalves(usable) : Number.NaN,
    rhat: rhatOfTrace,
    essBulk: essOfTrace,
    langevin,
  });
  const estimate: LlcEstimate = readable({
    mean,
    standardError,
    interval,
    perChain,
    rhat: rhatOfTrace,
    essBulk: essOfTrace,
    lossAtCenter,
    trace,
    verdict,
    work,
    verdictWork,
    workNormalizedVariance: standardError ** 2 * work,
    ...(langevin === undefined ? {} : { stepExcess: langevin.excess }),
    ...(centerError === 0 ? {} : { centerError }),
    ...(atTruth ? { dataTerm: dataTermOf(mean, beta) } : {}),
    ...(temperature.observed.length === 0 ? {} : { observed: observedOf(draws, temperature) }),
    ...(moving === undefined ? {} : { moving: Array.from(moving) }),
    beta,
    gamma,
    center,
    dataSize: loss.dataSize,
    dim: energy.dim,
    draws,
  });
  remember(() => estimate);
  return estimate;
}

/** Those of `sample` that `llc` passes on. */
export const samplingOptions = [
  "chains",
  "warmup",
  "draws",
  "thin",
  "seed",
  "workers",
  "signal",
  "onEvent",
  "keepWarmup",
  "title",
  "checkpoint",
] as const;

export const llcOptions: readonly (keyof LlcOptions)[] = [
  "center",
  "beta",
  "gamma",
  "mask",
  "observe",
  "sampler",
  "lossAtCenter",
  "atTruth",
  ...samplingOptions,
];

/** The options of these names that are given. */
export function pick<T extends object, K extends keyof T>(options: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name as K))) as Pick<T, K>;
}

/** That of an estimate, and of its control, whose options name none. */
export function defaultSampler(): Sampler {
  return hmc({ targetAcceptance: 0.95 });
}

/** Share of `n beta L_n` that rounding may take or give: a little above that of float32, in which networks compute. */
const ROUNDING = 1e-6;
const PLACES = 4;

function lossAt(
  center: Float64Array,
  loss: Loss,
  given: LlcOptions["lossAtCenter"],
): { value: number; standardError: number } {
  if (given === undefined) {
    return { value: finiteNumber("llc", "the loss at the center", loss.value(center)), standardError: 0 };
  }
  const { value, standardError } =
    typeof given === "object" && given !== null ? given : { value: given, standardError: 0 };
  return {
    value: finiteNumber("llc", "lossAtCenter", value),
    standardError: nonNegativeNumber("llc", "lossAtCenter.standardError", standardError),
  };
}

/** The coefficient being `x (1 - beta)` on average where x is the one at the minimiser (a regular model's; see `DataTerm`). */
function dataTermOf(mean: number, beta: number): DataTerm {
  const atMinimum = beta < 1 ? mean / (1 - beta) : Number.NaN;
  return { shift: -beta * atMinimum, standardError: beta * Math.sqrt(Math.max(0, atMinimum)) };
}

function observedOf(draws: Draws, { center, nbeta, observed }: Temperature): Record<string, ObservedLlc> {
  const each = observed.map(({ name, loss }): [string, ObservedLlc] => {
    const lossAtCenter = loss.value(center);
    const chains = comparable(draws, chainsOf(draws, observedAs(name)));
    const { agreement: _, ...estimate } = chainMean(
      chains.map((chain) => chain.map((x) => nbeta * (x - lossAtCenter))),
    );
    return [name, { ...estimate, lossAtCenter }];
  });
  return Object.fromEntries(each);
}

/** The chains that went through, cut to one length; where none did, those that kept anything. */
export function comparable(draws: Draws, trace: readonly Float64Array[]): Float64Array[] {
  const stopped = new Set(draws.stopped.map(({ chain }) => chain));
  const whole = trace.filter((losses, chain) => !stopped.has(chain) && losses.length > 0);
  const kept = whole.length > 0 ? whole : trace.filter((losses) => losses.length > 0);
  const length = kept.length === 0 ? 0 : Math.min(...kept.map((losses) => losses.length));
  return kept.map((losses) => losses.slice(0, length));
}

/**
 * SGLD's largest excess variance: at the centre, and where up to four chains ended, for a degenerate minimum is flat at its centre
 * and steep around it. Undefined for other samplers, and where no chain came as far as to have a step size. With what looking cost.
 */
function worstLangevin(
  energy: Energy,
  center: Float64Array,
  draws: Draws,
): { readonly worst: LangevinExcess | undefined; readonly work: number } {
  const { adapted, sampler, chains, dim, final } = draws;
  if (sampler.kind !== "sgld" || adapted.stepSize === undefined) return { worst: undefined, work: 0 };
  const random = stream(draws.seed, "excess of llc");
  const stopped = new Set(draws.stopped.map(({ chain }) => chain));
  const measured: LangevinExcess[] = [];
  const measure = (chain: number, q: Float64Array): void => {
    const settings = {
      stepSize: adapted.stepSize[chain],
      batchSize: adapted.batchSize[chain],
      controlVariate: sampler.options.controlVariate === true,
      preconditioner: adapted.preconditioner.subarray(chain * dim, (chain + 1) * dim),
    };
    if (settings.stepSize > 0) measured.push(langevinExcess(energy, q, settings, random));
  };
  for (let chain = 0; chain < Math.min(chains, PLACES); chain++) {
    measure(chain, center);
    if (!stopped.has(chain)) measure(chain, final.position.slice(chain * dim, (chain + 1) * dim));
  }
  const worst = measured
    .filter(({ excess }) => !Number.isNaN(excess))
    .reduce<LangevinExcess | undefined>((most, one) => (most && most.excess >= one.excess ? most : one), undefined);
  return { worst, work: measured.reduce((sum, { work }) => sum + work, 0) };
}

function lowestOf(chains: readonly Float64Array[]): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const chain of chains) for (const value of chain) if (value < lowest) lowest = value;
  return lowest;
}
