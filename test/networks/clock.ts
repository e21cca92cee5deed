// The part of the platform that training asks for, with a clock that only its being read moves: tests neither wait nor depend on speed.

import { install, type Platform } from "../../src/platform/platform.js";

/** Every reading is so many milliseconds after the one before; `onBreath` is called whenever training lets others in between. */
export function installClock(millisecondsPerReading: number, onBreath: () => void = () => {}): void {
  let time = 0;
  const clock: Pick<Platform, "now" | "breathe"> = {
    now: () => (time += millisecondsPerReading),
    breathe: async () => onBreath(),
  };
  install(clock as Platform);
}
