// What networks are made of.

export type { FamilyForm } from "./backbones/architecture-form.js";
export type { OwnArchitecture } from "./backbones/architectures.js";
export { blockIndex, type Place } from "./backbones/block-index.js";
export type {
	Family,
	InitialOptions,
	LayerIndex,
	Settings,
	Weighted,
} from "./backbones/family.js";
export { pyramidChannels } from "./backbones/pyramid-channels.js";
export {
	type BatchNormModes,
	batchNorm,
	batchNormParams,
} from "./nn/batch-norm.js";
export { type Conv2dOptions, conv2d, conv2dParams } from "./nn/conv2d.js";
export { dropout2d, stochasticDepth } from "./nn/drop.js";
export { gelu } from "./nn/gelu.js";
export { globalAveragePool } from "./nn/global-average-pool.js";
export { layerNorm, layerNormParams } from "./nn/layer-norm.js";
export { linear, linearParams } from "./nn/linear.js";
export { maxPool } from "./nn/max-pool.js";
export {
	type Initial,
	type ParamSpec,
	type ParamSpecs,
	type Params,
	param,
} from "./nn/params.js";
export type { CodeSource } from "./own.js";
