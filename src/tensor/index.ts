// The tensor engine: trace a function, differentiate it, compile it.

export { type ArithmeticOptions, arithmeticOf } from "./arithmetic.js";
export { compileLanes, type LaneOptions, type LaneProgram } from "./backends/wasm/lanes.js";
export { mapColumns } from "./columns.js";
export { type CompileOptions, compile, evaluate } from "./compile.js";
export {
  averagePool2d,
  type ConvolutionOptions,
  conv2d,
  maxPool2d,
  type Padding,
  type PoolingOptions,
  type RowsAndColumns,
} from "./convolution.js";
export { gradient, hessianVectorProduct, jvp, vjp, withGradient } from "./derivatives.js";
export { concat, constant, type NestedNumbers, range, stack, where } from "./functions.js";
export {
  type Arithmetic,
  type Attributes,
  type DType,
  type Graph,
  type Instruction,
  type Loop,
  type Shape,
  type Slot,
  sizeOf,
} from "./graph.js";
export { type BackendName, emptyArray, type NumberArray, type Program } from "./program.js";
export { type RepeatOptions, type RepeatResult, repeat, type Turn } from "./repeat.js";
export { type Operand, Tensor } from "./tensor.js";
export { graphKey, type InputSpec, inline, trace } from "./trace.js";
export { arrayOf, type Place, type PlacedProgram, partOf, type Workspace, workspaceFor } from "./workspace.js";
