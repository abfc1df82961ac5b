export {
	type ChannelOrder,
	type CorruptOptions,
	corrupt,
} from "./corruptions/corrupt.js";
export {
	type CorruptAllOptions,
	type CorruptionRequest,
	corruptAll,
} from "./corruptions/corrupt-all.js";
export {
	type CorruptionGroup,
	type CorruptionName,
	commonCorruptions,
	corruptionGroups,
	corruptionNames,
	type Severity,
	severities,
	type Variant,
	variants,
} from "./corruptions/corruption.js";
export {
	type FrostSource,
	frostSource,
	loadFrostPictures,
} from "./corruptions/frost-pictures.js";
export {
	type Plot,
	type PlotCorruptionsOptions,
	plotCorruptions,
} from "./corruptions/plot-corruptions.js";
export type { PoolOptions } from "./corruptions/pool.js";
export { type CompileOptions, compile } from "./engine/compile.js";
export {
	type EngineDescription,
	type EngineName,
	type EngineOptions,
	engine,
	useEngine,
} from "./engine/engine.js";
export { drawNormal, drawUniform } from "./engine/random-tensor.js";
export { decodeImage, readImage } from "./image/decode.js";
export { encodePng, writeJpeg, writePng } from "./image/encode.js";
export { createImage, type Image } from "./image/image.js";
export { encodeJpeg } from "./image/jpeg/encode.js";
export {
	type ResizeFilter,
	type ResizeOptions,
	resize,
} from "./image/resize.js";
export { Random } from "./random.js";
