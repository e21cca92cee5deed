// Parallel tempering (Geyer 1991) over any kernel: replicas of the chain at rising temperatures exchange their positions, so that the
// coldest, whose law is the target, crosses barriers. Neighbours are paired alternately, even and odd, without chance, which carries
// positions up and down the ladder fastest, and the ladder is spread so that all pairs exchange alike (Syed et al. 2022).

import { finiteVector, integerAtLeast, knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import type { Adaptation, Info, Kernel, KernelState, Memory, Sampler, SamplerDefinition } from "./kernel.js";
import { geometric, ladderMoves, movedLadder } from "./ladder.js";
import { named } from "./memory.js";

/** Position and energy are the coldest replica's own arrays. */
export interface TemperingState extends KernelState {
  readonly rungs: readonly Rung[];
  /** Which replica stands on each rung, by the rung it started on. */
  readonly replica: Float64Array;
  /** 1 for replicas whose last end of the ladder was the hottest, -1 for the coldest, 0 for those that have met neither. */
  readonly direction: Float64Array;
  /** Transitions made, and how often a replica came back to the coldest rung from the hottest. */
  readonly counts: Float64Array;
}

/** A kernel on the energy at one temperature, with its state. */
interface Rung {
  readonly kernel: Kernel;
  readonly state: KernelState;
}

interface TemperingSettings {
  readonly sampler: Sampler;
  readonly temperatures: readonly number[] | undefined;
  readonly rungs: number;
  readonly hottest: number;
  readonly swapEvery: number;
}

/** Work of an energy over all data, in gradients over all data. */
const ENERGY_COST = 1 / 3;

type Definitions = (kind: string) => SamplerDefinition | undefined;

function temperingKernel(
  energy: Energy,
  inner: SamplerDefinition,
  settings: TemperingSettings,
): Kernel<TemperingState> {
  const inverse = Float64Array.from(
    settings.temperatures ?? geometric(settings.rungs, settings.hottest),
    (temperature) => 1 / temperature,
  );
  const count = inverse.length;
  const kernels = Array.from({ length: count }, (_, k) =>
    inner.build(scaled(energy, inverse, k), settings.sampler.options, 1),
  );
  const cold = kernels[0];
  // Probabilities of exchange between rung k and k + 1, and how often they were asked for, since the ladder moved or warmup ended.
  const exchanged = new Float64Array(count - 1);
  const asked = new Float64Array(count - 1);
  const infos: (Info | undefined)[] = kernels.map(() => undefined);

  const own = {
    swapped: new Float64Array(1),
    swapAcceptance: new Float64Array(1),
    replica: new Float64Array(1),
    roundTrips: new Float64Array(1),
    gradients: new Float64Array(1),
    // Where the replicas take energies alone, and say how many.
    ...(cold.statistics.includes("evaluations") && { evaluations: new Float64Array(1) }),
  };
  let info: Info = own;

  /** Offers every second pair, beginning at the coldest or the one above it, to exchange positions. */
  function exchange(state: TemperingState, first: number, random: Random): void {
    own.swapped[0] = 0;
    let sum = 0;
    let pairs = 0;
    for (let k = first; k + 1 < count; k += 2) {
      const u = random.uniform();
      const probability = exchangeProbability(state.rungs, inverse, k);
      exchanged[k] += probability;
      asked[k]++;
      sum += probability;
      pairs++;
      if (u >= probability) continue;
      swap(state, inverse, k);
      if (k === 0) own.swapped[0] = 1;
    }
    own.swapAcceptance[0] = pairs > 0 ? sum / pairs : Number.NaN;
  }

  function forget(): void {
    exchanged.fill(0);
    asked.fill(0);
  }

  return {
    width: 1,
    statistics: [...cold.statistics.filter((name) => !(name in own)), ...Object.keys(own)],

    init(start, random) {
      const rungs = kernels.map((one) => ({ kernel: one, state: one.init(start, random) }));
      const { position, energy: value, stopped } = rungs[0].state;
      return {
        position,
        energy: value,
        stopped,
        rungs,
        replica: Float64Array.from({ length: count }, (_, k) => k),
        direction: Float64Array.from({ length: count }, (_, k) => (k === 0 ? -1 : k === count - 1 ? 1 : 0)),
        counts: new Float64Array(2),
      };
    },

    step(state, random) {
      const { rungs, counts } = state;
      let work = 0;
      let energies = 0;
      for (let k = 0; k < count; k++) {
        const told = rungs[k].kernel.step(rungs[k].state, random);
        infos[k] = told;
        const { gradientsPerStep = 1 } = rungs[k].kernel;
        work += told.gradients?.[0] ?? gradientsPerStep * (told.leapfrogSteps?.[0] ?? Number.NaN);
        energies += told.evaluations?.[0] ?? 0;
        if (k === 0 && info === own) info = { ...told, ...own };
        if (rungs[k].state.stopped[0] === 1) state.stopped[0] = 1;
      }
      own.gradients[0] = work;
      if (own.evaluations !== undefined) own.evaluations[0] = energies;
      const transition = counts[0]++;
      own.swapped[0] = 0;
      own.swapAcceptance[0] = Number.NaN;
      if ((transition + 1) % settings.swapEvery === 0 && state.stopped[0] === 0) {
        for (const { kernel: one, state: at } of rungs) {
          if (one.refresh === undefined) continue;
          one.refresh(at);
          own.gradients[0] += ENERGY_COST;
        }
        // With two rungs there is one pair, and it is asked every time.
        exchange(state, count === 2 ? 0 : Math.floor(transition / settings.swapEvery) % 2, random[0]);
      }
      own.replica[0] = state.replica[0];
      own.roundTrips[0] = counts[1];
      return info;
    },

    refresh: cold.refresh === undefined ? undefined : (state) => cold.refresh?.(state.rungs[0].state),

    adaptation: (warmup) =>
      temperingWarmup(
        kernels.map((one) => one.adaptation?.(warmup)),
        infos,
        settings.temperatures === undefined ? ladderMoves(warmup) : [],
        (state) => {
          const moved = movedLadder(inverse, exchanged, asked);
          if (moved !== undefined) setLadder(state, inverse, moved);
          forget();
        },
        forget,
      ),

    parameters: () => ({
      ...cold.parameters(),
      temperatures: inverse.map((beta) => 1 / beta),
      swapRates: exchanged.map((sum, k) => sum / asked[k]),
    }),

    memory({ rungs, replica, direction, counts }) {
      let all: Memory = { inverse, exchanged, asked, replica, direction, counts };
      rungs.forEach(({ kernel: one, state: at }, k) => {
        all = { ...all, ...named(`rung${k}`, one.memory(at)) };
      });
      return { position: rungs[0].state.position, energy: rungs[0].state.energy, ...all };
    },
    restored({ rungs }) {
      for (const { kernel: one, state: at } of rungs) one.restored?.(at);
    },
  };
}

/** The energy at rung k: `inverse[k]` times U, read anew at every evaluation, for the ladder moves. */
function scaled(energy: Energy, inverse: Float64Array, k: number): Energy {
  const { dim, names, stochastic } = energy;
  const scale = (value: number, gradient: Float64Array): number => {
    const beta = inverse[k];
    // The coldest is the target itself, to the last bit.
    if (beta === 1) return value;
    for (let i = 0; i < dim; i++) gradient[i] *= beta;
    return beta * value;
  };
  return {
    dim,
    names,
    value: (q) => inverse[k] * energy.value(q),
    valueAndGradient: (q, gradient) => scale(energy.valueAndGradient(q, gradient), gradient),
    stochastic: stochastic && {
      ...stochastic,
      gradient: (q, rows, out) => scale(stochastic.gradient(q, rows, out), out),
    },
  };
}

/** min(1, exp((beta_k - beta_k+1) (U_k - U_k+1))), which keeps the joint law of all rungs; 0 where that is not a number. */
function exchangeProbability(rungs: readonly Rung[], inverse: Float64Array, k: number): number {
  const [a, b] = [rungs[k].state.energy[0] / inverse[k], rungs[k + 1].state.energy[0] / inverse[k + 1]];
  const probability = Math.min(1, Math.exp((inverse[k] - inverse[k + 1]) * (a - b)));
  return Number.isNaN(probability) ? 0 : probability;
}

/** Exchanges position, energy and gradient of rungs k and k + 1. What else a kernel remembers, such as its step size, belongs to its rung. */
function swap({ rungs, replica, direction, counts }: TemperingState, inverse: Float64Array, k: number): void {
  const ratio = inverse[k] / inverse[k + 1];
  const [lower, upper] = [memoryOf(rungs[k]), memoryOf(rungs[k + 1])];
  exchangeScaled(lower.position, upper.position, 1);
  exchangeScaled(lower.energy, upper.energy, ratio);
  if (lower.gradient !== undefined) exchangeScaled(lower.gradient, upper.gradient, ratio);
  exchangeScaled(replica.subarray(k, k + 1), replica.subarray(k + 1, k + 2), 1);
  for (const { kernel, state } of [rungs[k], rungs[k + 1]]) kernel.restored?.(state);
  const top = rungs.length - 1;
  if (k === 0) {
    const arrived = replica[0];
    if (direction[arrived] === 1) counts[1]++;
    direction[arrived] = -1;
  }
  if (k + 1 === top) direction[replica[top]] = 1;
}

function memoryOf({ kernel, state }: Rung): Memory {
  return kernel.memory(state);
}

/** `lower` becomes ratio times `upper`, and `upper` the old `lower` over ratio. */
function exchangeScaled(lower: Float64Array, upper: Float64Array, ratio: number): void {
  for (let i = 0; i < lower.length; i++) {
    const old = lower[i];
    lower[i] = ratio === 1 ? upper[i] : ratio * upper[i];
    upper[i] = ratio === 1 ? old : old / ratio;
  }
}

/** Gives the rungs new temperatures: what their states hold of the energy is multiplied accordingly. */
function setLadder({ rungs }: TemperingState, inverse: Float64Array, moved: Float64Array): void {
  rungs.forEach((rung, k) => {
    const ratio = moved[k] / inverse[k];
    const { energy, gradient } = memoryOf(rung);
    for (const values of [energy, gradient ?? []]) for (let i = 0; i < values.length; i++) values[i] *= ratio;
    rung.kernel.restored?.(rung.state);
  });
  inverse.set(moved);
}

/** The replicas' own warmups, side by side; `move` moves the ladder after the transitions of `moves`, and `end` is called last. */
function temperingWarmup(
  inners: readonly (Adaptation | undefined)[],
  infos: readonly (Info | undefined)[],
  moves: readonly number[],
  move: (state: TemperingState) => void,
  end: () => void,
): Adaptation<TemperingState> {
  const transition = new Float64Array(1);
  return {
    start({ rungs }, random) {
      inners.forEach((inner, k) => inner?.start(rungs[k].state, random));
    },
    update(state, _info, random) {
      transition[0]++;
      inners.forEach((inner, k) => inner?.update(state.rungs[k].state, infos[k] as Info, random));
      if (moves.includes(transition[0])) move(state);
    },
    finish({ rungs }) {
      inners.forEach((inner, k) => inner?.finish(rungs[k].state));
      end();
    },
    memory() {
      let all: Memory = { transition };
      inners.forEach((inner, k) => {
        all = { ...all, ...named(`rung${k}`, inner?.memory() ?? {}) };
      });
      return all;
    },
    restored({ rungs }) {
      inners.forEach((inner, k) => inner?.restored?.(rungs[k].state));
    },
  };
}

export interface TemperingOptions {
  /** The ladder, rising from 1, kept as it is. Where left out: `rungs` temperatures from 1 to `hottest`, spread in warmup. */
  readonly temperatures?: ArrayLike<number>;
  readonly rungs?: number;
  readonly hottest?: number;
  /** Transitions of the replicas between exchanges. */
  readonly swapEvery?: number;
}

/**
 * Parallel tempering: replicas of `sampler` at temperatures T from 1 to `hottest` sample exp(-U/T) and exchange positions, so that the
 * draws, those at temperature 1, cross barriers that `sampler` alone would not. One transition moves every replica once. Every
 * chain is a ladder of its own. The law is exact wherever that of `sampler` is, and biased where that is (`mclmc`, `langevin`, `sgld`).
 *
 * A ladder works where its hottest replica crosses freely and all pairs exchange with a probability of some 0.2 to 0.6: the values in
 * use are in the result, `adapted.temperatures` and `adapted.swapRates`. As many rungs as the square root of the dimension are a
 * good start. Do not use it on an energy that is not normalisable when it is flattened.
 *
 * Statistics per transition: those of `sampler` at temperature 1, and `swapped` (1 where the coldest exchanged), `swapAcceptance` (mean
 * over the pairs that were asked), `replica` (which replica is the coldest), `roundTrips` (so far, from the hottest rung back to the coldest),
 * `gradients` (of all replicas; over mini-batches an exchange needs each one's energy over all data, which counts as a third of one) and,
 * where `sampler` has it, `evaluations` (of all replicas).
 * Throws a RangeError that names the option where one does not fit.
 *
 * @example parallelTempering(hmc(), { rungs: 6, hottest: 30 }).kind // "parallelTempering"
 */
export function parallelTempering(sampler: Sampler, options: TemperingOptions = {}): Sampler {
  const { temperatures, ...rest } = options;
  checked(sampler, options);
  return {
    kind: "parallelTempering",
    options: { ...rest, ...(temperatures === undefined ? {} : { temperatures: Array.from(temperatures) }), sampler },
  };
}

function checked(sampler: Sampler, options: TemperingOptions): TemperingSettings {
  const where = "parallelTempering";
  if (typeof sampler?.kind !== "string" || typeof sampler.options !== "object") {
    refuse(where, "sampler", "a sampler, such as hmc() makes", sampler);
  }
  knownOptions(where, options, ["temperatures", "rungs", "hottest", "swapEvery"]);
  const { rungs = 8, hottest = 32, swapEvery = 1 } = options;
  const temperatures =
    options.temperatures === undefined
      ? undefined
      : Array.from(finiteVector(where, "temperatures", options.temperatures));
  if (temperatures !== undefined) {
    if (
      temperatures.length < 2 ||
      temperatures[0] !== 1 ||
      temperatures.some((t, k) => k > 0 && t <= temperatures[k - 1])
    ) {
      refuse(where, "temperatures", "at least two numbers that rise from 1", options.temperatures);
    }
  }
  if (positiveNumber(where, "hottest", hottest) <= 1) refuse(where, "hottest", "above 1", hottest);
  return {
    sampler,
    temperatures,
    rungs: integerAtLeast(where, "rungs", rungs, 2),
    hottest,
    swapEvery: integerAtLeast(where, "swapEvery", swapEvery, 1),
  };
}

/** `definitions` looks up the kernel that is tempered. */
export function temperingDefinition(definitions: Definitions): SamplerDefinition {
  return {
    columns: false,
    build(energy, { sampler, ...options }, width) {
      if (width !== 1) refuse("parallelTempering", "width", "1", width);
      const settings = checked(sampler as Sampler, options);
      const inner = definitions(settings.sampler.kind);
      if (inner === undefined || settings.sampler.kind === "parallelTempering") {
        refuse("parallelTempering", "sampler", "a sampler of this library, itself not tempered", settings.sampler.kind);
      }
      return temperingKernel(energy, inner, settings);
    },
  };
}
