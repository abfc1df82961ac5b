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
export {
	type FindOptions,
	type FoundCheckpoint,
	findCheckpoint,
} from "./backbones/find-checkpoint.js";
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
export { type ZooName, zoo, zooEntry } from "./backbones/zoo.js";
export type { ZooEntry, ZooSource } from "./backbones/zoo-entry.js";
export { describe } from "./checkpoint/describe.js";
export { CheckpointError } from "./checkpoint/error.js";
export { PythonObject } from "./checkpoint/pickled.js";
export {
	type Checkpoint,
	type ContainerName,
	type ReadOptions,
	readCheckpoint,
} from "./checkpoint/read.js";
export type { Other } from "./checkpoint/split.js";
export { type StateDictOptions, stateDict } from "./checkpoint/state-dict.js";
export {
	type NamedTensor,
	type NamedTensors,
	type TensorData,
	type TensorDType,
	toFloat32,
} from "./checkpoint/tensor.js";
export { writeSafetensors } from "./checkpoint/write-safetensors.js";
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
export { encodePng, writePng } from "./image/encode.js";
export { createImage, type Image } from "./image/image.js";
export {
	type ResizeFilter,
	type ResizeOptions,
	resize,
} from "./image/resize.js";
export type { BatchNormMode } from "./nn/batch-norm.js";
export {
	imagenetNormalization,
	type Normalization,
	normalize,
} from "./nn/normalize.js";
export type { Params } from "./nn/params.js";
export { Random } from "./random.js";
export {
	type JensenShannonOptions,
	jensenShannon,
} from "./train/jensen-shannon.js";
