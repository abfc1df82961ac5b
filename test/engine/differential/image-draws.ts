import type { Random } from "../../../src/index.js";
import type { Plain } from "../tensors.js";
import { chance, numbers } from "./draw.js";
import {
	averagedBack,
	isOnPlace,
	largest,
	linearTaps,
	nearestTaps,
	type Pooling,
	resized,
	resizedBack,
	weightsOf,
} from "./image-oracles.js";
import { channelsOf, outShape, type Sliding, sliding } from "./sliding.js";
import type { Draw } from "./trial.js";

const poolAttributes = ({ kernel, strides, pad }: Sliding) => ({
	filterSize: kernel,
	strides,
	pad,
});

function poolingOf(slid: Sliding): Pooling {
	const { image, kernel, strides, pad } = slid;
	const out = outShape(slid, image[3] as number);
	// TensorFlow puts the smaller half of the padding before the image.
	const before = (axis: 0 | 1): number => {
		if (pad !== "same") return pad === "valid" ? 0 : pad;
		const span = ((out[axis + 1] as number) - 1) * strides[axis] + kernel[axis];
		return Math.floor(Math.max(0, span - (image[axis + 1] as number)) / 2);
	};
	return { kernel, strides, top: before(0), left: before(1), out };
}

// As images have: the same pixel more than once, and no NaN or infinity.
const repeated = (plain: Plain): Plain => ({
	...plain,
	values: plain.values.map((x) => Math.round(2 * x) / 2),
});

const maxPool: Draw = (random) => {
	const slid = sliding(random, channelsOf(random));
	const attributes = poolAttributes(slid);
	if (chance(random, 0.5)) {
		const x = repeated(numbers(random, slid.image, "float32", { odd: 0 }));
		return { inputs: { x }, attributes, differentiable: ["x"] };
	}
	const odd = numbers(random, slid.image, "float32", { odd: 1 });
	// ONNX Runtime begins with the smallest number, so a window of nothing but -Infinity has that.
	const values = odd.values.map((value) => Math.max(value, -9));
	const x = { ...odd, values };
	const expected = {
		because: "JavaScript passes over NaN, which PyTorch takes for the largest",
		results: () => [largest(x, poolingOf(slid))],
	};
	return { inputs: { x }, attributes, expected };
};

const because = "JavaScript divides by the whole window";

const averagePool: Draw = (random) => {
	const slid = sliding(random, channelsOf(random));
	const x = numbers(random, slid.image);
	const results = (javascript: () => readonly Plain[]) => {
		const y = javascript()[0] as Plain;
		return [y, averagedBack(weightsOf(y), x, poolingOf(slid))];
	};
	return {
		inputs: { x },
		attributes: poolAttributes(slid),
		differentiable: ["x"],
		expected: { because, results },
	};
};

const averagePoolGradient: Draw = (random) => {
	const slid = sliding(random, channelsOf(random));
	const input = numbers(random, slid.image);
	const dy = numbers(random, outShape(slid, slid.image[3] as number));
	const results = () => [averagedBack(dy, input, poolingOf(slid))];
	return {
		inputs: { dy, input },
		attributes: poolAttributes(slid),
		expected: { because, results },
	};
};

type TapsOf = typeof linearTaps;

function resizeOf(random: Random) {
	const batch = random.integer(1, 3);
	const channels = random.integer(1, 4);
	const side = () => random.integer(1, 8);
	const alignCorners = chance(random, 0.3);
	const halfPixelCenters = !alignCorners && chance(random, 0.6);
	const shape = [batch, side(), side(), channels];
	const size = [random.integer(1, 14), random.integer(1, 14)] as const;
	return { shape, size, sampling: { alignCorners, halfPixelCenters } };
}

const notItsGradient =
	"JavaScript's gradient swaps height and width, or never ends";

const resize =
	(tapsOf: TapsOf): Draw =>
	(random) => {
		const { shape, size, sampling } = resizeOf(random);
		const isOpen = size.some((to, i) =>
			isOnPlace(shape[i + 1] as number, to, sampling),
		);
		const odd = tapsOf === linearTaps && isOpen ? 0 : 0.7;
		const images = numbers(random, shape, "float32", { odd });
		const results = () => {
			const taps = tapsOf(sampling);
			const y = resized(images, size, taps);
			return [y, resizedBack(weightsOf(y), shape, taps)];
		};
		return {
			inputs: { images },
			attributes: { size, ...sampling },
			differentiable: ["images"],
			expected: { because: notItsGradient, results },
		};
	};

const resizeGradient =
	(tapsOf: TapsOf): Draw =>
	(random) => {
		const { shape, size, sampling } = resizeOf(random);
		const images = numbers(random, shape);
		const [batch = 0, , , channels = 0] = shape;
		const dy = numbers(random, [batch, ...size, channels], "float32", {
			odd: 0.5,
		});
		const results = () => [resizedBack(dy, shape, tapsOf(sampling))];
		return {
			inputs: { images, dy },
			attributes: sampling,
			expected: { because: notItsGradient, results },
		};
	};

/** Pooling and resizing. */
export const imageDraws: Readonly<Record<string, Draw>> = {
	AvgPool: averagePool,
	AvgPoolGrad: averagePoolGradient,
	MaxPool: maxPool,
	ResizeBilinear: resize(linearTaps),
	ResizeBilinearGrad: resizeGradient(linearTaps),
	ResizeNearestNeighbor: resize(nearestTaps),
	ResizeNearestNeighborGrad: resizeGradient(nearestTaps),
};
