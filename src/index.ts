export { auditPrime, type PrimeAudit } from "./augment/audit-prime.js";
export type { Augmentation } from "./augment/augmentation.js";
export {
	type AugmixOptions,
	augmix,
	augmixOperations,
} from "./augment/augmix.js";
export type { AugmixOperation } from "./augment/augmix-operations.js";
export {
	type DiffeomorphismOptions,
	diffeomorphism,
} from "./augment/diffeomorphism.js";
export { imageGrid, toTensor } from "./augment/image-tensor.js";
export { prime } from "./augment/prime.js";
export { drawPrime, type PrimeDraw } from "./augment/prime-draw.js";
export {
	type PrimeOptions,
	type PrimeReading,
	primePresets,
	primeReadings,
} from "./augment/prime-options.js";
export {
	type RandomFilterOptions,
	randomFilter,
} from "./augment/random-filter.js";
export {
	type RandomSmoothColorOptions,
	randomSmoothColor,
} from "./augment/random-smooth-color.js";
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
export { encodePng, writePng } from "./image/encode.js";
export { createImage, type Image } from "./image/image.js";
export { Random } from "./random.js";
export {
	type JensenShannonOptions,
	jensenShannon,
} from "./train/jensen-shannon.js";
