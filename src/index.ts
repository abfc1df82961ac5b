export {
	type ChannelOrder,
	type CorruptOptions,
	corrupt,
} from "./corruptions/corrupt.js";
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
