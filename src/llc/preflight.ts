// Before an estimate: whether the centre is a minimum, how the loss bends there, and a better centre where one is near. An estimate at a point
// that is none is too low by what lies below it.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { significant } from "../chains/digits.js";
import { printedAs } from "../chains/printed.js";
import type { Loss } from "../networks/index.js";
import { descend } from "./descent.js";
import { spectrumEnds } from "./spectrum.js";
import { checkLoss, resolveTemperature, type Temperature, type TemperedOptions, temperedAt } from "./tempered.js";

export interface PreflightOptions extends Pick<TemperedOptions, "beta" | "gamma" | "mask"> {
  /** Hessian-vector products, two gradients each, for the curvatures; 30 where left out. */
  readonly products?: number;
  /** Goes down to a better centre first: true for at most 500 gradients, or how many. */
  readonly polish?: boolean | number;
}

/** What is found at one point; of the parameters that move, where a mask chose them. */
export interface PointReport {
  readonly loss: number;
  /** Euclidean length of the gradient of L_n. */
  readonly gradientNorm: number;
  /** Of the Hessian of L_n, by Lanczos: at least the largest, and at most the smallest found. */
  readonly largestCurvature: number;
  readonly smallestCurvature: number;
  /** n beta (L_n(w*) - lowest loss that a short descent found): by so much an estimate here is too low. */
  readonly depth: number;
}

/** Plain data that prints as sentences. */
export interface Preflight extends PointReport {
  /** The centre to use: the polished one, where that was asked for. */
  readonly center: Float64Array;
  /** At the centre that was given, where another one was found. */
  readonly before?: PointReport;
  /** 4 / (n beta largestCurvature + gamma): SGLD's steps must stay below it, and its automatic ones are a twentieth. */
  readonly stableStepSize: number;
  readonly beta: number;
  readonly gamma: number;
  readonly ok: boolean;
  /** Empty where `ok`. */
  readonly problems: string[];
  /** Gradients over all data that this took. */
  readonly work: number;
}

/** More than this below the centre, in units of the LLC, is worth a word. */
const WORTH_A_WORD = 0.1;
const DESCENT = { evaluations: 60, leastGain: 1e-6 };
/** Share of the largest curvature that differences of float32 gradients leave uncertain. */
const ROUNDING = 1e-3;

/**
 * Looks at a centre before `llc` does: gradient, curvatures, what lies below it, and the largest stable step. With `polish` it first goes down by
 * limited-memory BFGS and reports both points. Throws a RangeError where an option is wrong or the loss at the centre is not finite.
 * @example
 * const { center } = preflight(loss, parameters, { polish: true });
 * const estimate = await llc(loss, { center });
 */
export function preflight(loss: Loss, center: ArrayLike<number>, options: PreflightOptions = {}): Preflight {
  const where = "preflight";
  checkLoss(where, loss);
  knownOptions(where, options, ["beta", "gamma", "mask", "products", "polish"]);
  const { beta: _, products = 30, polish = false, ...rest } = options;
  integerAtLeast(where, "products", products, 1);
  const most = typeof polish === "number" ? integerAtLeast(where, "polish", polish, 1) : polish === true ? 500 : 0;
  if (typeof polish !== "boolean" && typeof polish !== "number") refuse(where, "polish", "true or a number", polish);
  const temperature = resolveTemperature(where, loss, {
    center,
    beta: options.beta,
    gamma: rest.gamma,
    mask: rest.mask,
  });
  const { nbeta, beta, gamma } = temperature;
  if (nbeta === 0) refuse(where, "beta", "positive", beta);

  const first = look(where, loss, temperature, products);
  let work = first.work;
  let found = first;
  let best = temperature.center;
  if (most > 0) {
    const below = polished(loss, temperature, most);
    best = below.center;
    found = look(where, loss, { ...temperature, center: best }, products);
    work += below.evaluations + found.work;
  }
  const problems = problemsOf(found.report, nbeta, gamma, most > 0);
  return printedAs(
    {
      ...found.report,
      center: best,
      ...(most > 0 ? { before: first.report } : {}),
      stableStepSize: 4 / (nbeta * Math.max(0, found.report.largestCurvature) + gamma),
      beta,
      gamma,
      ok: problems.length === 0,
      problems,
      work,
    },
    text,
  );
}

/** Where a descent of L_n from the centre ends that takes at most so many gradients. */
export function polished(
  loss: Loss,
  temperature: Temperature,
  most: number,
): { readonly center: Float64Array; readonly evaluations: number } {
  const { moving } = temperature;
  const free = temperedAt(loss, { ...temperature, gamma: 0, observed: [] });
  const { position, evaluations } = descend(free, free.stochastic!.center!, {
    ...DESCENT,
    gamma: 0,
    evaluations: most,
  });
  const center = temperature.center.slice();
  position.forEach((value, k) => {
    center[moving === undefined ? k : moving[k]] = value;
  });
  return { center, evaluations };
}

function look(
  where: string,
  loss: Loss,
  temperature: Temperature,
  products: number,
): { report: PointReport; work: number } {
  const { gamma } = temperature;
  // The loss itself, as an energy of the parameters that move.
  const bare = temperedAt(loss, { ...temperature, nbeta: 1, gamma: 0, observed: [] });
  const at = bare.stochastic!.center!;
  const gradient = new Float64Array(bare.dim);
  const value = bare.valueAndGradient(at, gradient);
  if (!Number.isFinite(value)) refuse(where, "the loss at the center", "finite", value);
  const ends = spectrumEnds((q, out) => void bare.valueAndGradient(q, out), at, products);
  const energy = temperedAt(loss, { ...temperature, observed: [] });
  const { depth, evaluations } = descend(energy, at, { ...DESCENT, gamma });
  const report = {
    loss: value,
    gradientNorm: Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0)),
    largestCurvature: ends.largest,
    smallestCurvature: ends.smallest,
    depth,
  };
  return { report, work: 1 + ends.evaluations + evaluations };
}

function problemsOf(report: PointReport, nbeta: number, gamma: number, polished: boolean): string[] {
  const { depth, smallestCurvature, largestCurvature } = report;
  const problems: string[] = [];
  if (!Number.isFinite(largestCurvature)) problems.push("gradients around the centre are not finite");
  if (depth > WORTH_A_WORD) {
    const advice = polished
      ? "Polish for longer, or raise gamma."
      : "Train longer, or polish: preflight(..., { polish: true }).";
    problems.push(
      `not a minimum: a short descent finds losses below, by ${significant(depth, 3)} in units of 1 / (n beta); an estimate here is that much too low. ${advice}`,
    );
  }
  if (nbeta * smallestCurvature < -Math.max(gamma, ROUNDING * nbeta * Math.abs(largestCurvature))) {
    problems.push(
      `a saddle: a direction of curvature ${significant(smallestCurvature, 3)} leads down, and gamma below ${significant(-nbeta * smallestCurvature, 3)} does not hold chains back.`,
    );
  }
  return problems;
}

function text({ before, beta, gamma, stableStepSize, problems, ...report }: Preflight): string {
  const point = ({ loss, gradientNorm, largestCurvature, smallestCurvature, depth }: PointReport): string =>
    `L_n ${significant(loss, 6)} nats, gradient ${significant(gradientNorm, 3)}, curvatures from ${significant(smallestCurvature, 3)} to ${significant(largestCurvature, 3)}, ${significant(depth, 2)} / (n beta) above what lies below`;
  return [
    ...(before === undefined ? [] : [`before: ${point(before)}`]),
    `${before === undefined ? "centre" : "polished"}: ${point(report)}`,
    `at beta = ${significant(beta, 4)} and gamma = ${significant(gamma, 4)} Langevin steps must stay below ${significant(stableStepSize, 3)}`,
    ...(problems.length === 0 ? ["ready"] : problems),
  ].join("\n");
}
