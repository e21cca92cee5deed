// The options of `sample`, checked at the door and made into a plan.

import { finiteVector, integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { isEnergy } from "../energies/is-energy.js";
import type { EventSink } from "../platform/platform.js";
import { type Random, stream } from "../random/index.js";
import { samplers } from "../samplers/index.js";
import type { Sampler, SamplerDefinition } from "../samplers/kernel.js";
import { type Plan, widthOf } from "./plan.js";
import { refuseHugeRun } from "./storage.js";

/** A position for all chains, one per chain, or a function that makes one per chain. */
export type Init =
  | ArrayLike<number>
  | ArrayLike<ArrayLike<number>>
  | ((chain: number, random: Random) => ArrayLike<number>);

export interface SampleOptions {
  readonly chains?: number;
  /** Transitions that adapt the sampler and are not kept. */
  readonly warmup?: number;
  /** Draws kept per chain. */
  readonly draws?: number;
  /** Transitions per kept draw. */
  readonly thin?: number;
  /** Decides every number of the result. */
  readonly seed?: number;
  /** Where chains start; a standard normal draw each where left out. */
  readonly init?: Init;
  /** Threads; 0 for the caller's own. Where left out: as many as the machine runs at once, if that is worth starting them. */
  readonly workers?: number;
  /** Ends the run; what was drawn until then is returned. */
  readonly signal?: AbortSignal;
  /** Hears what happens, in place of the usual display of progress. */
  readonly onEvent?: EventSink;
  /** Keeps the warmup transitions as `draws.warmup`. */
  readonly keepWarmup?: boolean;
  /** Names the run where its progress is shown. */
  readonly title?: string;
}

/** What `sample` was asked to do. */
export interface Request {
  readonly plan: Plan;
  readonly definition: SamplerDefinition;
  /** Undefined where the run is to find out. */
  readonly workers: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: EventSink | undefined;
  readonly title: string;
}

const OPTIONS = [
  "chains",
  "warmup",
  "draws",
  "thin",
  "seed",
  "init",
  "workers",
  "signal",
  "onEvent",
  "keepWarmup",
  "title",
];

export function readRequest(energy: Energy, sampler: Sampler, options: SampleOptions): Request {
  if (!isEnergy(energy))
    refuse(
      "sample",
      "energy",
      "an energy, such as energy(dim, f) makes, or tempered(loss, { center }) of a loss",
      energy,
    );
  const definition = definitionOf(sampler);
  if (typeof options !== "object" || options === null) refuse("sample", "options", "an object", options);
  knownOptions("sample", options, OPTIONS);
  const { chains = 4, warmup = 1000, draws = 1000, thin = 1, seed = 0, keepWarmup = false } = options;
  const { init, workers, signal, onEvent, title = sampler.kind } = options;

  integerAtLeast("sample", "chains", chains, 1);
  integerAtLeast("sample", "warmup", warmup, 0);
  integerAtLeast("sample", "draws", draws, 1);
  integerAtLeast("sample", "thin", thin, 1);
  integerAtLeast("sample", "seed", seed, 0);
  if (typeof keepWarmup !== "boolean") refuse("sample", "keepWarmup", "true or false", keepWarmup);
  if (typeof title !== "string") refuse("sample", "title", "a string", title);
  if (onEvent !== undefined && typeof onEvent !== "function") refuse("sample", "onEvent", "a function", onEvent);
  if (signal !== undefined && !isSignal(signal)) refuse("sample", "signal", "an AbortSignal", signal);
  if (workers !== undefined) checkWorkers(energy, integerAtLeast("sample", "workers", workers, 0));

  const { dim } = energy;
  const width = widthOf(chains, dim, definition.columns);
  const plan: Plan = { dim, chains, warmup, draws, thin, seed, keepWarmup, sampler, width };
  refuseHugeRun(plan);
  return { plan: withInit(plan, init), definition, workers, signal, onEvent, title };
}

function definitionOf(sampler: Sampler): SamplerDefinition {
  const kind = typeof sampler === "object" && sampler !== null ? sampler.kind : undefined;
  if (typeof kind !== "string" || !Object.hasOwn(samplers, kind) || typeof sampler.options !== "object") {
    refuse("sample", "sampler", `what a sampler's factory returns (${Object.keys(samplers).join(", ")})`, sampler);
  }
  return samplers[kind];
}

function checkWorkers(energy: Energy, workers: number): void {
  if (workers === 0) return;
  if (energy.source === undefined) {
    throw new RangeError(
      `sample: workers must be 0 for an energy that is a function of this thread, got ${workers}; ` +
        "energyFromModule(url, exportName) makes one that threads can import",
    );
  }
  if (!threadsPossible())
    throw new RangeError(`sample: workers must be 0 where memory cannot be shared, got ${workers}`);
}

/** Threads write their draws into shared memory, which a browser has only on isolated pages. */
export function threadsPossible(): boolean {
  return typeof SharedArrayBuffer !== "undefined";
}

function isSignal(value: unknown): boolean {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}

function withInit(plan: Plan, init: Init | undefined): Plan {
  if (init === undefined) return plan;
  const { chains, dim } = plan;
  const positions = new Float64Array(chains * dim);
  for (let chain = 0; chain < chains; chain++) positions.set(startOf(plan, init, chain), chain * dim);
  return { ...plan, init: positions };
}

function startOf({ chains, dim, seed }: Plan, init: Init, chain: number): Float64Array {
  if (typeof init === "function") {
    return finiteVector("sample", `init(${chain})`, init(chain, stream(seed, "init", chain)), dim);
  }
  if (!isListOfLists(init)) return finiteVector("sample", "init", init, dim);
  if (init.length !== chains) refuse("sample", "init", `one position or one for each of ${chains} chains`, init);
  return finiteVector("sample", `init[${chain}]`, init[chain], dim);
}

function isListOfLists(init: ArrayLike<number> | ArrayLike<ArrayLike<number>>): init is ArrayLike<ArrayLike<number>> {
  return Array.isArray(init) && init.length > 0 && typeof init[0] === "object";
}
