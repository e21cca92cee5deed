// Laws of counts as tables of probabilities, from the ratios of neighbours: no factorial to overflow, and exact far into the tails.

/** Probabilities of first, first + 1, ...; what is less probable than the likeliest count by 1e-20 is left out. */
export interface CountLaw {
  readonly first: number;
  readonly probability: Float64Array;
}

/** Successes among n trials. */
export function binomialLaw(n: number, p: number): CountLaw {
  const odds = p / (1 - p);
  return unimodal(Math.floor((n + 1) * p), (c) => ((n - c) / (c + 1)) * odds);
}

export function poissonLaw(rate: number): CountLaw {
  return unimodal(Math.floor(rate), (c) => rate / (c + 1));
}

/** Marked ones among `n` taken from `total`, of which `marked` are. */
export function hypergeometricLaw(total: number, marked: number, n: number): CountLaw {
  const mode = Math.floor(((marked + 1) * (n + 1)) / (total + 2));
  return unimodal(mode, (c) => ((marked - c) / (c + 1)) * ((n - c) / (total - marked - n + c + 1)));
}

/** The probability of `count`. */
export function probabilityOf({ first, probability }: CountLaw, count: number): number {
  return probability[count - first] ?? 0;
}

const NEGLIGIBLE = 1e-20;

/** `ratio(c)` is P(c + 1) / P(c): not positive beyond the last count that can be. */
function unimodal(mode: number, ratio: (count: number) => number): CountLaw {
  const below: number[] = [];
  for (let c = mode - 1, weight = 1; c >= 0; c--) {
    weight /= ratio(c);
    if (!(weight > NEGLIGIBLE)) break;
    below.push(weight);
  }
  const above: number[] = [];
  for (let c = mode, weight = 1; ; c++) {
    weight *= ratio(c);
    if (!(weight > NEGLIGIBLE)) break;
    above.push(weight);
  }
  const weights = Float64Array.from([...below.reverse(), 1, ...above]);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { first: mode - below.length, probability: weights.map((weight) => weight / sum) };
}
