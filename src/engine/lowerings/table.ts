import { convolutions } from "./convolution.js";
import { depthwiseConvolutions } from "./depthwise.js";
import { elementwise } from "./elementwise.js";
import { indexings } from "./indexing.js";
import type { LoweringTable } from "./lowering.js";
import { matrices } from "./matrix.js";
import { poolings } from "./pooling.js";
import { reductions } from "./reduction.js";
import { resizes } from "./resize.js";
import { shapes } from "./shape.js";

/** Every TensorFlow.js kernel that ONNX Runtime runs; all others stay JavaScript. */
export const lowerings: LoweringTable = {
	...convolutions,
	...depthwiseConvolutions,
	...elementwise,
	...indexings,
	...matrices,
	...poolings,
	...reductions,
	...resizes,
	...shapes,
};
