export {
	type FindOptions,
	type FoundCheckpoint,
	findCheckpoint,
} from "./backbones/find-checkpoint.js";
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
export { type CompileOptions, compile } from "./engine/compile.js";
export {
	type EngineDescription,
	type EngineName,
	type EngineOptions,
	engine,
	useEngine,
} from "./engine/engine.js";
export { drawNormal, drawUniform } from "./engine/random-tensor.js";
export { Random } from "./random.js";
