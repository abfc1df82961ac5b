import type { Bundle } from "./bundle.js";
import { encodePng, type Pixels } from "./png.js";

type Numbers = Float32Array | Int32Array | Uint8Array;

/** What a TensorFlow.js tensor offers. */
export interface TensorLike {
	readonly dataId: object;
	readonly shape: readonly number[];
	readonly dtype: string;
	readonly isDisposed?: boolean;
	dataSync(): Numbers | string[];
}

const smallestSide = 8;
const largestSide = 256;
const mostValues = 4_000_000;

/** Tells a tensor by its fields. */
export function isTensor(value: unknown): value is TensorLike {
	const tensor = (value ?? {}) as Partial<TensorLike>;
	return (
		typeof tensor.dataId === "object" &&
		Array.isArray(tensor.shape) &&
		typeof tensor.dtype === "string" &&
		typeof tensor.dataSync === "function"
	);
}

interface Statistics {
	readonly min: number;
	readonly mean: number;
	readonly max: number;
	readonly strange: number;
	/** 1, or of how many values one has been looked at. */
	readonly step: number;
}

function statistics(values: Numbers): Statistics {
	let min = Infinity;
	let max = -Infinity;
	let sum = 0;
	let strange = 0;
	const step = Math.ceil(values.length / mostValues);
	let counted = 0;
	for (let i = 0; i < values.length; i += step) {
		const value = values[i] as number;
		counted++;
		if (!Number.isFinite(value)) strange++;
		else {
			if (value < min) min = value;
			if (value > max) max = value;
			sum += value;
		}
	}
	return { min, mean: sum / (counted - strange), max, strange, step };
}

/** Height, width and channels when a shape is that of an image, a batch of one included. */
function imageShape(
	shape: readonly number[],
): [number, number, 1 | 3] | undefined {
	const inner = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
	const [height = 0, width = 0, channels = 1] = inner;
	const isImage =
		(inner.length === 2 || inner.length === 3) &&
		(channels === 1 || channels === 3) &&
		Math.min(height, width) >= smallestSide;
	return isImage ? [height, width, channels] : undefined;
}

/** A picture of an image tensor: 0-1 or 0-255 as they are, other ranges stretched to fit. */
function thumbnail(
	values: Numbers,
	[height, width, channels]: [number, number, 1 | 3],
	{ min, max }: Statistics,
): Pixels {
	const step = Math.ceil(Math.max(height, width) / largestSide);
	const size = {
		height: Math.floor(height / step),
		width: Math.floor(width / step),
	};
	const isUnit = min >= 0 && max <= 1;
	const isByte = min >= 0 && max <= 255 && !isUnit;
	const low = isUnit || isByte ? 0 : min;
	const scale = 255 / (isUnit ? 1 : isByte ? 255 : max - min || 1);
	const data = new Uint8ClampedArray(size.height * size.width * channels);
	let out = 0;
	for (let y = 0; y < size.height; y++) {
		for (let x = 0; x < size.width; x++) {
			const from = (y * step * width + x * step) * channels;
			for (let c = 0; c < channels; c++) {
				data[out++] = ((values[from + c] ?? 0) - low) * scale;
			}
		}
	}
	return { data, ...size, channels };
}

const show = (value: number) => String(Number(value.toPrecision(5)));

/** A tensor as dtype, shape, minimum, mean and maximum, with a thumbnail when it looks like an image. */
export function tensorBundle(tensor: TensorLike): Bundle {
	const { shape, dtype } = tensor;
	const head = `Tensor ${dtype} [${shape.join(", ")}]`;
	const text = (rest: string): Bundle => ({
		data: { "text/plain": `${head}${rest}` },
		metadata: {},
	});
	if (tensor.isDisposed) return text(" (disposed)");
	const values = tensor.dataSync();
	if (Array.isArray(values)) {
		return text(` ${JSON.stringify(values.slice(0, 8))}`);
	}
	if (values.length === 0) return text(" (empty)");
	const numbers = statistics(values);
	const { min, mean, max, strange, step } = numbers;
	const odd = strange > 0 ? `, ${strange} not finite` : "";
	const sampled = step > 1 ? ` of one value in ${step}` : "";
	const few =
		values.length <= 8 ? ` = ${Array.from(values, show).join(", ")}` : "";
	const bundle = text(
		`${few} min ${show(min)}, mean ${show(mean)}, max ${show(max)}${sampled}${odd}`,
	);
	const image = imageShape(shape);
	if (!image || strange > 0) return bundle;
	const png = encodePng(thumbnail(values, image, numbers)).toString("base64");
	return {
		data: {
			"text/html": `<img src="data:image/png;base64,${png}"><br><code>${bundle.data["text/plain"]}</code>`,
			"image/png": png,
			...bundle.data,
		},
		metadata: {},
	};
}

/** A list of tensors, such as a pyramid of feature maps, as a line for each. */
export function tensorListBundle(value: object): Bundle | undefined {
	if (!Array.isArray(value) || value.length === 0) return undefined;
	if (!value.every(isTensor)) return undefined;
	const lines = value.map((tensor) => tensorBundle(tensor).data["text/plain"]);
	return { data: { "text/plain": lines.join("\n") }, metadata: {} };
}
