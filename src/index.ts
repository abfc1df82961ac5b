export {
	type Architecture,
	type ArchitectureName,
	architectures,
} from "./backbones/architectures.js";
export {
	type Backbone,
	backbone,
	parameterCountOf,
	stateDictOf,
	untrainedBackbone,
} from "./backbones/backbone.js";
export type { ForwardOptions, Pyramid } from "./backbones/forward.js";
export {
	isHead,
	isInFirstStages,
	isNorm,
	isRelativePositionBias,
	type NameFilter,
	trainableParams,
} from "./backbones/groups.js";
export type { ResNetArchitecture } from "./backbones/resnet.js";
export type { SwinArchitecture } from "./backbones/swin.js";
export { officialSwinNames } from "./backbones/swin-names.js";
export { type CompileOptions, compile } from "./engine/compile.js";
export {
	type EngineDescription,
	type EngineName,
	type EngineOptions,
	engine,
	useEngine,
} from "./engine/engine.js";
export { drawNormal, drawUniform } from "./engine/random-tensor.js";
export type { BatchNormMode } from "./nn/batch-norm.js";
export {
	imagenetNormalization,
	type Normalization,
	normalize,
} from "./nn/normalize.js";
export type { Params } from "./nn/params.js";
export { Random } from "./random.js";
