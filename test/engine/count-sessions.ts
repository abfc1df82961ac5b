import { createRequire } from "node:module";

interface NativeSession {
	loadModel(...args: unknown[]): unknown;
	dispose(): unknown;
}

/** Counts the sessions of ONNX Runtime that are built from now on, and those of them that are freed. */
export function countSessions(): { built: number; freed: number } {
	const require = createRequire(import.meta.url);
	const { binding } = require("onnxruntime-node/dist/binding.js") as {
		binding: { InferenceSession: new () => NativeSession };
	};
	const counted = { built: 0, freed: 0 };
	binding.InferenceSession = class extends binding.InferenceSession {
		override loadModel(...args: unknown[]): unknown {
			counted.built++;
			return super.loadModel(...args);
		}

		override dispose(): unknown {
			counted.freed++;
			return super.dispose();
		}
	};
	return counted;
}
