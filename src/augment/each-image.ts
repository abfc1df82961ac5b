import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import { onHost } from "../engine/host.js";
import type { HostArray } from "../engine/host-call.js";
import type { ChangePixels, PixelSize } from "./pixels.js";

/**
 * Changes the images of a batch one by one, in plain JavaScript: for small images, kernels of tensors take longer to
 * call than to compute, and no engine is faster at this. No gradient goes through it.
 *
 * Images are `[batch, height, width, 3]`, and so is the result. `changeOf` is given the values of `inputs`.
 */
export function eachImage(
	images: Tensor4D,
	changeOf: (size: PixelSize, inputs: readonly HostArray[]) => ChangePixels,
	inputs: readonly Tensor[] = [],
): Tensor4D {
	const { shape } = images;
	const [batch, height, width] = shape;
	const [changed] = onHost(
		[images, ...inputs],
		[{ shape, dtype: "float32" }],
		([values, ...given]) => {
			const from = values as Float32Array;
			const change = changeOf({ height, width }, given);
			const to = new Float32Array(from.length);
			const size = from.length / batch;
			for (let i = 0; i < batch; i++) {
				const [start, end] = [i * size, (i + 1) * size];
				change(from.subarray(start, end), to.subarray(start, end), i);
			}
			return [to];
		},
	);
	return changed as Tensor4D;
}
