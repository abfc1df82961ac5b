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
export { type LoadOptions, loadBackbone } from "./backbones/load-backbone.js";
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
export { evaluate } from "./evaluate/evaluate.js";
export type { EvaluateOptions } from "./evaluate/evaluate-options.js";
export {
	packHits,
	type ResultRow,
	unpackHits,
} from "./evaluate/result-row.js";
export { readResults } from "./evaluate/results.js";
export { decodeImage, readImage } from "./image/decode.js";
export { encodePng, writeJpeg, writePng } from "./image/encode.js";
export { createImage, type Image } from "./image/image.js";
export { encodeJpeg } from "./image/jpeg/encode.js";
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
export type {
	BatchTargets,
	Dataset,
	Metric,
	Sample,
	Task,
} from "./tasks/task.js";
export { type FinetuneOptions, finetune } from "./train/finetune.js";
export {
	type JensenShannonOptions,
	jensenShannon,
} from "./train/jensen-shannon.js";
export {
	type AdamW,
	type Augment,
	type Length,
	type Recipe,
	recipes,
	type Sgd,
	type Undecayed,
} from "./train/recipe.js";
export {
	type Progress,
	progressText,
	type Reporter,
} from "./train/reporter.js";
export {
	type LogRow,
	listRuns,
	openRun,
	type Run,
	type RunRecord,
} from "./train/run.js";
export {
	learningRateAt,
	type Position,
	type Schedule,
	type WarmUp,
} from "./train/schedule.js";
