import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import { onHost } from "../engine/host.js";
import type { HostArray } from "../engine/host-call.js";
import { changeImages, type PixelChange, type PixelSize } from "./pixels.js";

/**
 * Changes the images of a batch one by one, without an engine: for small images, kernels of tensors take longer to
 * call than to compute, and no engine is faster at this. No gradient goes through it.
 *
 * Images are `[batch, height, width, 3]`, and so is the result. `changeOf` is given the values of `inputs`.
 */
export function eachImage(
	images: Tensor4D,
	changeOf: (size: PixelSize, inputs: readonly HostArray[]) => PixelChange,
	inputs: readonly Tensor[] = [],
): Tensor4D {
	const { shape } = images;
	const [batch, height, width] = shape;
	const [changed] = onHost(
		[images, ...inputs],
		[{ shape, dtype: "float32" }],
		([values, ...given]) => {
			const from = values as Float32Array;
			const size = { height, width };
			const to = new Float32Array(from.length);
			const length = from.length / batch;
			const imageOf = (i: number) =>
				from.subarray(i * length, (i + 1) * length);
			changeImages(changeOf(size, given), size, imageOf, to);
			return [to];
		},
	);
	return changed as Tensor4D;
}
