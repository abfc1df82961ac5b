/** A picture of one channel of real numbers, row by row. */
export interface Plane {
	readonly values: Float64Array;
	readonly height: number;
	readonly width: number;
}

/** The means of the three channels of an image. */
export function grayPlane({
	data,
	height,
	width,
}: {
	readonly data: ArrayLike<number>;
	readonly height: number;
	readonly width: number;
}): Plane {
	const values = new Float64Array(height * width);
	for (let i = 0; i < values.length; i++) {
		values[i] = (data[3 * i]! + data[3 * i + 1]! + data[3 * i + 2]!) / 3;
	}
	return { values, height, width };
}

/**
 * How much a picture varies at each scale: deviations of the means of 2^k x 2^k blocks from those of blocks twice as wide.
 *
 * What does not fill the widest blocks is left out, as in test/fixtures/haar.py.
 */
export function haarBands(plane: Plane, count: number): number[] {
	let { values, height, width } = cropped(plane, 2 ** count);
	return Array.from({ length: count }, () => {
		const half = { height: height / 2, width: width / 2 };
		const wider = new Float64Array(half.height * half.width);
		let squares = 0;
		for (let y = 0; y < half.height; y++) {
			for (let x = 0; x < half.width; x++) {
				const i = 2 * y * width + 2 * x;
				const block = [i, i + 1, i + width, i + width + 1].map(
					(at) => values[at]!,
				);
				const mean = block.reduce((sum, value) => sum + value, 0) / 4;
				for (const value of block) squares += (value - mean) ** 2;
				wider[y * half.width + x] = mean;
			}
		}
		const band = Math.sqrt(squares / values.length);
		({ values, height, width } = { values: wider, ...half });
		return band;
	});
}

function cropped({ values, height, width }: Plane, widest: number): Plane {
	const size = {
		height: height - (height % widest),
		width: width - (width % widest),
	};
	const kept = new Float64Array(size.height * size.width);
	for (let y = 0; y < size.height; y++) {
		kept.set(
			values.subarray(y * width, y * width + size.width),
			y * size.width,
		);
	}
	return { values: kept, ...size };
}
