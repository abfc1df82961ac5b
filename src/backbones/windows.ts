import * as tf from "@tensorflow/tfjs";

/** How a feature map is cut into windows: padded at the bottom and right, rolled, then partitioned. */
export interface WindowGrid {
	readonly height: number;
	readonly width: number;
	/** Pixels on each side of a window. */
	readonly window: number;
	/** The size in whole windows, after padding. */
	readonly rows: number;
	readonly columns: number;
	/** How far the map is rolled upwards and to the left: none along an axis of a single window. */
	readonly shiftRows: number;
	readonly shiftColumns: number;
}

/** The grid of a `[batch, height, width, channels]` map, shifted by half a window or not at all. */
export function windowGrid(
	[, height, width]: readonly [number, number, number, number],
	{ window, shifted }: { readonly window: number; readonly shifted: boolean },
): WindowGrid {
	const rows = Math.ceil(height / window);
	const columns = Math.ceil(width / window);
	const shift = shifted ? Math.floor(window / 2) : 0;
	const shiftRows = rows > 1 ? shift : 0;
	const shiftColumns = columns > 1 ? shift : 0;
	return { height, width, window, rows, columns, shiftRows, shiftColumns };
}

/** Visits every pixel of every window with the pixel of the padded map that it holds. */
function forEachPixel(
	grid: WindowGrid,
	visit: (row: number, column: number, position: number) => void,
): void {
	const { window, rows, columns, shiftRows, shiftColumns } = grid;
	let position = 0;
	for (let y = 0; y < rows; y++) {
		for (let x = 0; x < columns; x++) {
			for (let i = 0; i < window; i++) {
				const row = (y * window + i + shiftRows) % (rows * window);
				for (let j = 0; j < window; j++) {
					const column = (x * window + j + shiftColumns) % (columns * window);
					visit(row, column, position++);
				}
			}
		}
	}
}

const pixelsIn = ({ rows, columns, window }: WindowGrid): number =>
	rows * columns * window * window;

function gatherWindows(x: tf.Tensor4D, grid: WindowGrid): tf.Tensor3D {
	const { height, width, window } = grid;
	const [batch, , , channels] = x.shape;
	const index = new Int32Array(pixelsIn(grid)).fill(height * width);
	forEachPixel(grid, (row, column, position) => {
		if (row < height && column < width) index[position] = row * width + column;
	});
	const pixels = tf.reshape(x, [batch, height * width, channels]);
	const padded =
		index.length > height * width
			? tf.pad(pixels, [
					[0, 0],
					[0, 1],
					[0, 0],
				])
			: pixels;
	const windows = tf.gather(padded, tf.tensor1d(index, "int32"), 1);
	return tf.reshape(windows, [-1, window * window, channels]);
}

function scatterWindows(windows: tf.Tensor3D, grid: WindowGrid): tf.Tensor4D {
	const { height, width } = grid;
	const channels = windows.shape[2];
	const index = new Int32Array(height * width);
	forEachPixel(grid, (row, column, position) => {
		if (row < height && column < width) index[row * width + column] = position;
	});
	const pixels = tf.reshape(windows, [-1, pixelsIn(grid), channels]);
	const map = tf.gather(pixels, tf.tensor1d(index, "int32"), 1);
	return tf.reshape(map, [-1, height, width, channels]);
}

/** A linear function of a tensor whose gradient is the other one. */
function withGradient<From extends tf.Tensor, To extends tf.Tensor>(
	forward: (x: From, grid: WindowGrid) => To,
	backward: (dy: To, grid: WindowGrid) => From,
	grid: WindowGrid,
): (x: From) => To {
	const fn = tf.customGrad((x) => ({
		value: forward(x as From, grid),
		gradFunc: (dy) => backward(dy as To, grid),
	}));
	return (x) => fn(x) as To;
}

/**
 * Cuts a map `[batch, height, width, channels]` into `[batch * windows, window * window, channels]`.
 *
 * One gather does the padding with zeros, the roll and the partition; its gradient is `mergeWindows`.
 */
export function partitionWindows(
	x: tf.Tensor4D,
	grid: WindowGrid,
): tf.Tensor3D {
	return withGradient(gatherWindows, scatterWindows, grid)(x);
}

/** Puts the windows of `partitionWindows` back into a map, without the padding. */
export function mergeWindows(
	windows: tf.Tensor3D,
	grid: WindowGrid,
): tf.Tensor4D {
	return withGradient(scatterWindows, gatherWindows, grid)(windows);
}
