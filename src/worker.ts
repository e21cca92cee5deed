// What a worker thread runs: it puts the tables of energies, samplers and other jobs behind the thread's line to the run.

import { serve } from "./chains/serve.js";
import { energyFromModuleSource } from "./energies/module.js";
import { energyFromGraph } from "./energies/traced.js";
import { temperedFromSource } from "./llc/tempered.js";
import { serveRows } from "./networks/index.js";
import { parentThread } from "./platform/node.js";
import { serveEnvironments } from "./policy-gradients/environments/vector-players.js";
import { samplers } from "./samplers/index.js";

serve(parentThread(), {
  // One entry per kind of energy source: whatever rebuilds an energy from plain data belongs here.
  energies: {
    graph: energyFromGraph,
    module: energyFromModuleSource,
    tempered: temperedFromSource,
  },
  samplers,
  jobs: { rows: serveRows, environments: serveEnvironments },
  now: () => performance.now(),
});
