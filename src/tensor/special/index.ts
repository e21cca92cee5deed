// Special functions of one real number in double precision, with their derivatives among themselves. All import nothing but each other and
// use of Math only log, log1p, sin, tan and exact operations.
export { digamma } from "./digamma.js";
export { erf, erfc } from "./erf.js";
export { exp } from "./exp.js";
export { lgamma } from "./lgamma.js";
export { polygamma } from "./polygamma.js";
export { sigmoid } from "./sigmoid.js";
export { softplus } from "./softplus.js";
export { trigamma } from "./trigamma.js";
