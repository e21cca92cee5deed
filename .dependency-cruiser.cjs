// The import rule of the house: data takes one way, so imports only point downwards.
// Each folder of src/ names the folders it may import; everything else is an error.
const tests = "^src/[^/]+/.*\\.test\\.ts$";
// `arguments` (checks at the door, importing nothing) is open to all.
const mayImport = {
  arguments: [],
  platform: [],
  random: [],
  diagnostics: ["random"],
  tensor: ["platform"],
  energies: ["tensor", "random"],
  networks: ["tensor", "random", "platform"],
  samplers: ["tensor", "random", "energies", "networks", "diagnostics"],
  chains: ["platform", "random", "diagnostics", "tensor", "energies", "networks", "samplers"],
  llc: ["platform", "random", "diagnostics", "tensor", "energies", "networks", "samplers", "chains"],
  "policy-gradients": ["platform", "random", "tensor", "energies", "networks"],
  plots: ["diagnostics", "energies", "chains", "llc", "policy-gradients"],
  formats: ["platform", "chains", "policy-gradients"],
  render: ["plots", "platform"],
  notebook: ["plots", "render", "platform", "policy-gradients"],
  runs: [
    "platform",
    "random",
    "diagnostics",
    "tensor",
    "energies",
    "networks",
    "samplers",
    "chains",
    "llc",
    "policy-gradients",
    "plots",
    "formats",
    "render",
    "notebook",
  ],
  cli: ["runs", "notebook"],
};

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      comment: "A cycle between files means that one of them has two jobs. Types alone may refer to each other.",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    ...Object.entries(mayImport).map(([folder, allowed]) => ({
      name: `${folder}-imports-downwards`,
      severity: "error",
      comment: `src/${folder} may import ${allowed.length > 0 ? allowed.join(", ") : "nothing else of src"}.`,
      from: { path: `^src/${folder}/`, pathNot: tests },
      to: { path: "^src/", pathNot: [folder, "arguments", ...allowed].map((name) => `^src/${name}/`) },
    })),
    {
      name: "node-stays-in-its-places",
      severity: "error",
      comment:
        "Everything up to plots runs in a browser unchanged: Node's modules belong to the platform and to what stands above plots.",
      from: { path: "^src/(random|diagnostics|tensor|energies|networks|samplers|chains|llc|policy-gradients|plots)/" },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js", ".cjs", ".mjs", ".json"] },
  },
};
