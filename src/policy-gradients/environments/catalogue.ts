// The environments and wrappers of the library, as users name them: `environments.cartPole()`.

export { type AcrobotOptions, acrobot } from "./acrobot.js";
export { type CartPoleOptions, cartPole } from "./cart-pole.js";
export { type CatchBallOptions, catchBall } from "./catch-ball.js";
export { type GridWorldOptions, type GridWorldProcess, gridWorld, gridWorldProcess } from "./grid-world.js";
export { environmentNamed as named } from "./make.js";
export {
  type MountainCarContinuousOptions,
  type MountainCarOptions,
  mountainCar,
  mountainCarContinuous,
} from "./mountain-car.js";
export {
  ant,
  halfCheetah,
  hopper,
  humanoid,
  invertedDoublePendulum,
  invertedPendulum,
  type RobotOptions,
  reacher,
  swimmer,
  walker2d,
} from "./mujoco/index.js";
export { type PendulumOptions, pendulum } from "./pendulum.js";
export { clipAction, type RescaleActionOptions, rescaleAction } from "./wrappers/actions.js";
export { type ClipOptions, clipObservation, clipReward } from "./wrappers/clip.js";
export { flattenObservation } from "./wrappers/flatten-observation.js";
export { type FrameStackOptions, frameStackObservation } from "./wrappers/frame-stack-observation.js";
export { type NormalizeObservationOptions, normalizeObservation } from "./wrappers/normalize-observation.js";
export { type NormalizeRewardOptions, normalizeReward } from "./wrappers/normalize-reward.js";
export { recordEpisodeStatistics } from "./wrappers/record-episode-statistics.js";
export { type TimeLimitOptions, timeLimit } from "./wrappers/time-limit.js";
