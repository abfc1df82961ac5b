import type { Random } from "../../../src/index.js";
import { chance, numbers, pick } from "./draw.js";
import { channelsOf, outShape, type Sliding, sliding } from "./sliding.js";
import type { Draw } from "./trial.js";

const convolutionAttributes = ({ strides, dilations, pad }: Sliding) => ({
	strides,
	dilations,
	pad,
	dataFormat: "NHWC",
});

const rare = { odd: 0.3, low: -1, high: 1 };
// Times the zeros around an image, an infinity is a NaN here and in PyTorch, and nothing in JavaScript.
const plain = { odd: 0, low: -1, high: 1 };

const conv2d: Draw = (random) => {
	const inner = channelsOf(random);
	const slid = sliding(random, inner, { dilates: true });
	const filter = [...slid.kernel, inner, channelsOf(random)];
	const isDilated = slid.dilations[0] > 1;
	return {
		inputs: {
			x: numbers(random, slid.image, "float32", rare),
			filter: numbers(random, filter, "float32", plain),
		},
		attributes: convolutionAttributes(slid),
		...(!isDilated && { differentiable: ["x", "filter"] }),
	};
};

const filterGradient: Draw = (random) => {
	const inner = channelsOf(random);
	const slid = sliding(random, inner);
	const outer = channelsOf(random);
	return {
		inputs: {
			x: numbers(random, slid.image, "float32", rare),
			dy: numbers(random, outShape(slid, outer), "float32", plain),
		},
		attributes: {
			...convolutionAttributes(slid),
			filterShape: [...slid.kernel, inner, outer],
		},
	};
};

const inputGradient: Draw = (random) => {
	const inner = channelsOf(random);
	const slid = sliding(random, inner);
	const outer = channelsOf(random);
	return {
		inputs: {
			dy: numbers(random, outShape(slid, outer), "float32", rare),
			filter: numbers(random, [...slid.kernel, inner, outer], "float32", plain),
		},
		attributes: {
			...convolutionAttributes(slid),
			inputShape: slid.image,
		},
	};
};

const fusedConv2d: Draw = (random) => {
	const drawn = conv2d(random);
	const outer = (drawn.inputs.filter?.shape ?? []).at(-1) as number;
	return {
		inputs: {
			...drawn.inputs,
			...(chance(random, 0.7) && {
				bias: numbers(random, [outer], "float32", rare),
			}),
		},
		attributes: {
			...drawn.attributes,
			activation: pick(random, ["linear", "relu", "relu6", "elu", "sigmoid"]),
		},
	};
};

const multiplierOf = (random: Random): number => pick(random, [1, 1, 2]);

const depthwise: Draw = (random) => {
	const inner = random.integer(1, 6);
	const slid = sliding(random, inner, { dilates: true });
	const filter = [...slid.kernel, inner, multiplierOf(random)];
	const isDilated = slid.dilations[0] > 1;
	return {
		inputs: {
			x: numbers(random, slid.image, "float32", rare),
			filter: numbers(random, filter, "float32", plain),
		},
		attributes: convolutionAttributes(slid),
		...(!isDilated && { differentiable: ["x", "filter"] }),
	};
};

const fusedDepthwise: Draw = (random) => {
	const drawn = depthwise(random);
	const [, , inner = 0, multiplier = 0] = drawn.inputs.filter?.shape ?? [];
	return {
		inputs: {
			...drawn.inputs,
			bias: numbers(random, [inner * multiplier], "float32", rare),
		},
		attributes: {
			...drawn.attributes,
			activation: pick(random, ["linear", "relu", "relu6", "elu"]),
		},
	};
};

const depthwiseFilterGradient: Draw = (random) => {
	const inner = random.integer(1, 6);
	const slid = sliding(random, inner);
	const multiplier = multiplierOf(random);
	return {
		inputs: {
			x: numbers(random, slid.image, "float32", rare),
			dy: numbers(random, outShape(slid, inner * multiplier), "float32", plain),
		},
		attributes: {
			...convolutionAttributes(slid),
			filterShape: [...slid.kernel, inner, multiplier],
		},
	};
};

const depthwiseInputGradient: Draw = (random) => {
	const inner = random.integer(1, 6);
	const slid = sliding(random, inner);
	const multiplier = multiplierOf(random);
	const filter = [...slid.kernel, inner, multiplier];
	return {
		inputs: {
			dy: numbers(random, outShape(slid, inner * multiplier), "float32", rare),
			filter: numbers(random, filter, "float32", plain),
		},
		attributes: { ...convolutionAttributes(slid), inputShape: slid.image },
	};
};

/** Convolutions and their gradients. */
export const convolutionDraws: Readonly<Record<string, Draw>> = {
	Conv2D: conv2d,
	Conv2DBackpropFilter: filterGradient,
	Conv2DBackpropInput: inputGradient,
	FusedConv2D: fusedConv2d,
	DepthwiseConv2dNative: depthwise,
	DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
	DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
	FusedDepthwiseConv2D: fusedDepthwise,
};
