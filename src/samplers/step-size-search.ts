// A first guess of the step size: double or halve until the acceptance of a single step crosses 0.8
// (Hoffman and Gelman 2014, algorithm 4, with the threshold that Stan uses).

const LOG_ACCEPTANCE = Math.log(0.8);
const LARGEST = 1e7;
const SMALLEST = 1e-300;

/**
 * Returns the last of `start`, `2 start`, `4 start`, ... (or of the halves) once the log acceptance of one step crosses
 * ln 0.8. `logAcceptance(stepSize)` is H before minus H after one step; what is not finite counts as a rejection.
 * Throws where no step size between 1e-300 and 1e7 is crossed: an energy that is flat, or broken at its start.
 * @example adaptation.searchStepSize("mine", 8, (stepSize) => -(stepSize ** 2)) // 0.25
 */
export function searchStepSize(where: string, start: number, logAcceptance: (stepSize: number) => number): number {
  let stepSize = start;
  const grow = isAccepted(logAcceptance(stepSize));
  for (;;) {
    stepSize = grow ? 2 * stepSize : stepSize / 2;
    if (grow && stepSize > LARGEST) {
      throw new RangeError(
        `${where}: no step size found: steps of ${LARGEST} are still accepted, so the energy looks flat`,
      );
    }
    if (!grow && stepSize < SMALLEST) {
      throw new RangeError(
        `${where}: no step size found: even the smallest step is rejected, so the gradient does not fit the energy`,
      );
    }
    if (isAccepted(logAcceptance(stepSize)) !== grow) return stepSize;
  }
}

function isAccepted(logAcceptance: number): boolean {
  return Number.isFinite(logAcceptance) && logAcceptance > LOG_ACCEPTANCE;
}
