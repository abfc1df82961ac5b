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
