// The options of `sample`, checked at the door and made into a plan.

import { finiteVector, integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { isEnergy } from "../energies/is-energy.js";
import type { CheckpointOptions } from "../platform/checkpoint-option.js";
import type { EventSink } from "../platform/platform.js";
import { type Random, stream } from "../random/index.js";
import { samplers } from "../samplers/index.js";
import type { Sampler, SamplerDefinition } from "../samplers/kernel.js";
import { checkpointOptions } from "./checkpoint.js";
import type { Draws } from "./draws.js";
import { type Earlier, earlierOf } from "./earlier.js";
import { energyPrint } from "./energy-print.js";
import { type Plan, widthOf } from "./plan.js";
import { ownStanding } from "./standing.js";
import { refuseHugeRun } from "./storage.js";
import { isSameSampler, tabulated } from "./tabulate.js";

/** A position for all chains, one per chain, or a function that makes one per chain. */
export type Init =
  | ArrayLike<number>
  | ArrayLike<ArrayLike<number>>
  | ((chain: number, random: Random) => ArrayLike<number>);

export interface SampleOptions {
  readonly chains?: number;
  /** Transitions that adapt the sampler and are not kept. */
  readonly warmup?: number;
  /** Draws kept per chain; where a run is resumed, those of the earlier run among them. */
  readonly draws?: number;
  /** Transitions per kept draw. */
  readonly thin?: number;
  /** Decides every number of the result. */
  readonly seed?: number;
  /** Where chains start, in the user's coordinates; where left out a standard normal draw each, of free coordinates where there are such. */
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
  /**
   * Goes on with an earlier run, finished or aborted: the result has the earlier draws followed by new ones, byte for byte what one run
   * of so many `draws` gives. What else is left out is as it was then, and what contradicts it is refused. A stopped chain stays
   * stopped. Schedules stay those of the first run: past their end the last value holds. The earlier draws may have been through
   * `structuredClone`, or through JSON as far as that has numbers for them (it has no infinities).
   */
  readonly resume?: Draws;
  /**
   * A file, by its path, that holds the run so far: written every `everySeconds` (30), and where the run is aborted, and removed
   * at its end unless `keep` is true. Where there is such a file already, of a call with the same arguments, the run goes on from it, byte for byte as
   * if it had never been interrupted; a file of another run, or a damaged one, is refused. Of a closure only the names are compared.
   */
  readonly checkpoint?: string | CheckpointOptions;
}

/** What `sample` was asked to do. */
export interface Request {
  readonly plan: Plan;
  /** The run to go on with. */
  readonly earlier: Earlier | undefined;
  readonly definition: SamplerDefinition;
  readonly checkpoint: CheckpointOptions | undefined;
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
  "resume",
  "checkpoint",
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
  const { workers, signal, onEvent, title = sampler.kind, resume, init } = options;
  const earlier = resume === undefined ? undefined : earlierOf(resume);
  const first = resume === undefined ? FIRST : like(resume, options);
  const { chains = first.chains, warmup = first.warmup, draws = first.draws, thin = first.thin } = options;
  const { seed = first.seed, keepWarmup = first.keepWarmup } = options;

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
  const asData = tabulated(sampler, warmup + draws * thin, resume?.sampler);
  const width = widthOf(chains, dim, definition, asData);
  const plan: Plan = { dim, chains, warmup, draws, thin, seed, keepWarmup, sampler: asData, width };
  refuseHugeRun(plan);
  const checkpoint = checkpointOptions(options.checkpoint);
  const request = { definition, workers, signal, onEvent, title, earlier, checkpoint };
  if (resume === undefined || earlier === undefined) return { ...request, plan: withInit(plan, init) };
  checkResumed(energy, plan, resume);
  return { ...request, plan: goingOn({ ...plan, init: earlier.position }, earlier) };
}

/** The plan of a run that goes on with an earlier one. */
export function goingOn(plan: Plan, { standing }: Earlier): Plan {
  return { ...plan, standing: ownStanding(standing, threadsPossible()) };
}

/** What holds where nothing is said. */
const FIRST = { chains: 4, warmup: 1000, draws: 1000, thin: 1, seed: 0, keepWarmup: false };

/** The same for a run that goes on with an earlier one, whose word it is that options must not contradict. */
function like({ chains, draws, lengths, seed, warmup, final }: Draws, options: SampleOptions): typeof FIRST {
  const then = { chains, warmup: final.warmup, draws, thin: final.thin, seed, keepWarmup: warmup !== undefined };
  for (const name of ["chains", "warmup", "thin", "seed", "keepWarmup"] as const) {
    const now = options[name];
    if (now !== undefined && now !== then[name]) refuse("sample", name, `${then[name]}, as in the run to resume`, now);
  }
  if (options.init !== undefined) {
    throw new RangeError("sample: init must be left out where a run is resumed: its chains go on from where they are");
  }
  const kept = Math.max(...lengths);
  if (options.draws !== undefined && options.draws < kept) {
    refuse("sample", "draws", `at least ${kept}, which the run to resume has kept already`, options.draws);
  }
  return then;
}

function checkResumed(energy: Energy, { sampler }: Plan, { dim, names, sampler: then, final }: Draws): void {
  if (energy.dim !== dim) refuse("sample", "energy", `of ${dim} numbers, as in the run to resume`, energy.dim);
  const renamed = energy.names.findIndex((name, i) => name !== names[i]);
  if (renamed >= 0) {
    const expected = `that of the run to resume, where coordinate ${renamed} is called ${JSON.stringify(names[renamed])}`;
    refuse("sample", "energy", expected, energy.names[renamed]);
  }
  const print = energyPrint(energy);
  if (print !== undefined && final.energy !== undefined && print !== final.energy) {
    throw new RangeError("sample: energy must be that of the run to resume, got one made of other data");
  }
  if (sampler.kind !== then.kind) {
    refuse("sample", "sampler", `that of the run to resume, ${JSON.stringify(then.kind)}`, sampler.kind);
  }
  if (!isSameSampler(sampler, then)) {
    throw new RangeError(`sample: sampler must be that of the run to resume, got ${then.kind} with other options`);
  }
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
