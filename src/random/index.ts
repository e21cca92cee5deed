// Seeded, splittable streams of random numbers, and the laws drawn from them.

export type { Random, RandomState } from "./random.js";
export { restore, stream } from "./stream.js";
