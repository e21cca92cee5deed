// What a worker thread runs: it puts the tables of energies and samplers behind the thread's line to the run.

import { serve } from "./chains/serve.js";
import { energyFromModuleSource } from "./energies/module.js";
import { energyFromGraph } from "./energies/traced.js";
import { temperedFromSource } from "./llc/tempered.js";
import { parentThread } from "./platform/node.js";
import { samplers } from "./samplers/index.js";

serve(parentThread(), {
  // One entry per kind of energy source: whatever rebuilds an energy from plain data belongs here.
  energies: {
    graph: energyFromGraph,
    module: energyFromModuleSource,
    tempered: temperedFromSource,
  },
  samplers,
  now: () => performance.now(),
});
