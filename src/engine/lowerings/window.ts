/** A window that slides over an image; all lengths in pixels, paddings above and left of the image. */
export interface Window {
	readonly batch: number;
	readonly inHeight: number;
	readonly inWidth: number;
	readonly outHeight: number;
	readonly outWidth: number;
	readonly kernelHeight: number;
	readonly kernelWidth: number;
	readonly strideHeight: number;
	readonly strideWidth: number;
	readonly dilationHeight: number;
	readonly dilationWidth: number;
	readonly top: number;
	readonly left: number;
}

/** What TensorFlow.js's `computeConv2DInfo` and `computePool2DInfo` return, as far as it is used. */
interface WindowInfo {
	batchSize: number;
	inHeight: number;
	inWidth: number;
	outHeight: number;
	outWidth: number;
	filterHeight: number;
	filterWidth: number;
	strideHeight: number;
	strideWidth: number;
	dilationHeight: number;
	dilationWidth: number;
	padInfo: { top: number; left: number };
}

export function windowOf(info: WindowInfo): Window {
	return {
		batch: info.batchSize,
		inHeight: info.inHeight,
		inWidth: info.inWidth,
		outHeight: info.outHeight,
		outWidth: info.outWidth,
		kernelHeight: info.filterHeight,
		kernelWidth: info.filterWidth,
		strideHeight: info.strideHeight,
		strideWidth: info.strideWidth,
		dilationHeight: info.dilationHeight,
		dilationWidth: info.dilationWidth,
		top: info.padInfo.top,
		left: info.padInfo.left,
	};
}

export const inPixels = (w: Window): number => w.batch * w.inHeight * w.inWidth;
export const outPixels = (w: Window): number =>
	w.batch * w.outHeight * w.outWidth;
export const taps = (w: Window): number => w.kernelHeight * w.kernelWidth;

/** Whether every window is exactly one pixel, in order. */
export function isPointwise(w: Window): boolean {
	return (
		taps(w) === 1 &&
		w.top === 0 &&
		w.left === 0 &&
		w.inHeight === w.outHeight &&
		w.inWidth === w.outWidth
	);
}

/** The pads of ONNX: above, left, below and right, as many as the last window needs. */
export function pads(w: Window): number[] {
	const rest = (
		out: number,
		stride: number,
		dilation: number,
		kernel: number,
		length: number,
	): number => (out - 1) * stride + dilation * (kernel - 1) + 1 - length;
	const below =
		rest(
			w.outHeight,
			w.strideHeight,
			w.dilationHeight,
			w.kernelHeight,
			w.inHeight,
		) - w.top;
	const right =
		rest(w.outWidth, w.strideWidth, w.dilationWidth, w.kernelWidth, w.inWidth) -
		w.left;
	return [w.top, w.left, below, right];
}

/**
 * The pads of ONNX for what looks at images: below and right as above and left, where no window more would fit, so that
 * they are the same for lengths of either parity.
 */
export function evenPads(w: Window): number[] {
	const [top = 0, left = 0, below = 0, right = 0] = pads(w);
	const seen = (kernel: number, dilation: number) =>
		dilation * (kernel - 1) + 1;
	const fit = (length: number, pad: number, extent: number, stride: number) =>
		Math.floor((length + 2 * pad - extent) / stride) + 1;
	const tall = seen(w.kernelHeight, w.dilationHeight);
	const wide = seen(w.kernelWidth, w.dilationWidth);
	const isTall = fit(w.inHeight, top, tall, w.strideHeight) === w.outHeight;
	const isWide = fit(w.inWidth, left, wide, w.strideWidth) === w.outWidth;
	return [
		top,
		left,
		isTall ? top : Math.max(below, 0),
		isWide ? left : Math.max(right, 0),
	];
}

/** The window with which the gradient of a convolution with strides of 1 sees the errors. */
export function backwards(w: Window): Window {
	return {
		...w,
		inHeight: w.outHeight,
		inWidth: w.outWidth,
		outHeight: w.inHeight,
		outWidth: w.inWidth,
		top: w.dilationHeight * (w.kernelHeight - 1) - w.top,
		left: w.dilationWidth * (w.kernelWidth - 1) - w.left,
	};
}

// Tables are asked for again at every eager call; they are kept, the newest ones, up to this size.
const keptBytes = 2 ** 28;
const kept = new Map<string, Int32Array>();
let bytes = 0;

function remember(kind: string, w: Window, make: () => Int32Array): Int32Array {
	const key = `${kind} ${Object.values(w).join(" ")}`;
	const found = kept.get(key);
	if (found) return found;
	const table = make();
	kept.set(key, table);
	bytes += table.byteLength;
	for (const [oldest, { byteLength }] of kept) {
		if (bytes <= keptBytes) break;
		kept.delete(oldest);
		bytes -= byteLength;
	}
	return table;
}

function forEachTap(
	w: Window,
	visit: (out: number, tap: number, pixel: number) => void,
): void {
	let out = 0;
	for (let n = 0; n < w.batch; n++) {
		for (let y = 0; y < w.outHeight; y++) {
			for (let x = 0; x < w.outWidth; x++, out++) {
				let tap = 0;
				for (let i = 0; i < w.kernelHeight; i++) {
					const row = y * w.strideHeight - w.top + i * w.dilationHeight;
					for (let j = 0; j < w.kernelWidth; j++, tap++) {
						const column = x * w.strideWidth - w.left + j * w.dilationWidth;
						const inside =
							row >= 0 && row < w.inHeight && column >= 0 && column < w.inWidth;
						if (inside)
							visit(out, tap, (n * w.inHeight + row) * w.inWidth + column);
					}
				}
			}
		}
	}
}

/** For each window and tap, the row of the pixel it sees; outside the image, the row after the last. */
export function pixelOfTap(w: Window): Int32Array {
	return remember("pixel", w, () => {
		const count = taps(w);
		const table = new Int32Array(outPixels(w) * count).fill(inPixels(w));
		forEachTap(w, (out, tap, pixel) => {
			table[out * count + tap] = pixel;
		});
		return table;
	});
}

// Turns "which pixel does a tap see" around: for each pixel, the list of taps that see it.
function inverted(
	w: Window,
	rowOf: (out: number, tap: number) => number,
	empty: number,
): Int32Array {
	const lengths = new Int32Array(inPixels(w));
	forEachTap(w, (_out, _tap, pixel) => {
		lengths[pixel] = (lengths[pixel] as number) + 1;
	});
	const width = Math.max(
		1,
		lengths.reduce((a, b) => Math.max(a, b), 0),
	);
	const table = new Int32Array(inPixels(w) * width).fill(empty);
	lengths.fill(0);
	forEachTap(w, (out, tap, pixel) => {
		const position = lengths[pixel] as number;
		lengths[pixel] = position + 1;
		table[pixel * width + position] = rowOf(out, tap);
	});
	return table;
}

/** For each pixel, the rows `window * taps + tap` that see it, filled up with the row after the last. */
export function tapsOfPixel(w: Window): Int32Array {
	const count = taps(w);
	return remember("taps", w, () =>
		inverted(w, (out, tap) => out * count + tap, outPixels(w) * count),
	);
}

/** As `tapsOfPixel`, for rows `tap * windows + window`. */
export function tapMajorTapsOfPixel(w: Window): Int32Array {
	const windows = outPixels(w);
	return remember("tapMajor", w, () =>
		inverted(w, (out, tap) => tap * windows + out, windows * taps(w)),
	);
}

/** For each tap, the row of the pixel that each window sees with it. */
export function pixelsByTap(w: Window): Int32Array[] {
	const windows = outPixels(w);
	const all = remember("byTap", w, () => {
		const table = new Int32Array(windows * taps(w)).fill(inPixels(w));
		forEachTap(w, (out, tap, pixel) => {
			table[tap * windows + out] = pixel;
		});
		return table;
	});
	return Array.from({ length: taps(w) }, (_, tap) =>
		all.subarray(tap * windows, (tap + 1) * windows),
	);
}

/** For each pixel, the windows that see it, filled up with the number after the last. */
export function windowsOfPixel(w: Window): Int32Array {
	return remember("windows", w, () => inverted(w, (out) => out, outPixels(w)));
}

/** For each pixel and tap, the window that sees the pixel with this tap; needs strides of 1. */
export function windowOfPixelAndTap(w: Window): Int32Array {
	return remember("window", w, () => {
		const count = taps(w);
		const table = new Int32Array(inPixels(w) * count).fill(outPixels(w));
		forEachTap(w, (out, tap, pixel) => {
			table[pixel * count + tap] = out;
		});
		return table;
	});
}
