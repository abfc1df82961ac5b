/** Numbers with their shape, `[batch, height, width, channels]`. */
export interface Plain4D {
	readonly shape: readonly number[];
	readonly values: Float32Array;
}

/** How TensorFlow resizes. */
export interface Resizing {
	readonly nearest: boolean;
	readonly alignCorners: boolean;
	readonly halfPixelCenters: boolean;
}

/** From which places along one axis a place of the resized image is made, and with which weights. */
function taps(
	at: number,
	from: number,
	to: number,
	{ nearest, alignCorners, halfPixelCenters }: Resizing,
): [place: number, weight: number][] {
	const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
	const last = from - 1;
	if (nearest) {
		const place = halfPixelCenters ? (at + 0.5) * scale : at * scale;
		const chosen = alignCorners ? Math.round(place) : Math.floor(place);
		return [[Math.min(chosen, last), 1]];
	}
	const place = halfPixelCenters ? (at + 0.5) * scale - 0.5 : at * scale;
	const low = Math.floor(place);
	const share = place - low;
	const inside = (i: number) => Math.min(Math.max(i, 0), last);
	return [
		[inside(low), 1 - share],
		[inside(low + 1), share],
	];
}

/** The gradient of a resizing as TensorFlow's CPU kernels define it: each place gives back to those it came from. */
export function resizeGradient(
	{ shape, values }: Plain4D,
	[height, width]: readonly [number, number],
	resizing: Resizing,
): { readonly shape: number[]; readonly values: Float32Array } {
	const [batch = 0, toHeight = 0, toWidth = 0, channels = 0] = shape;
	const gradient = new Float32Array(batch * height * width * channels);
	for (let b = 0; b < batch; b++)
		for (let y = 0; y < toHeight; y++)
			for (let x = 0; x < toWidth; x++)
				for (const [row, weight] of taps(y, height, toHeight, resizing))
					for (const [column, share] of taps(x, width, toWidth, resizing))
						for (let c = 0; c < channels; c++) {
							const source = ((b * toHeight + y) * toWidth + x) * channels + c;
							const target = ((b * height + row) * width + column) * channels;
							gradient[target + c]! += weight * share * values[source]!;
						}
	return { shape: [batch, height, width, channels], values: gradient };
}
