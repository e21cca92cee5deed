// Another platform for as long as a test needs it.

import { install, type Platform, platform } from "../../src/platform/platform.js";

export async function withPlatform(other: Platform, run: () => Promise<void>): Promise<void> {
  const here = platform();
  install(other);
  try {
    await run();
  } finally {
    install(here);
  }
}
