import * as tf from "@tensorflow/tfjs";
import type { Checks } from "../../check/check-options.js";
import {
	flag,
	keyed,
	list,
	number,
	orNull,
	required,
	whole,
} from "../../check/checks.js";
import { resizeBilinear } from "../../nn/resize.js";

/** What the network is shown of a test image. */
export interface TestViews {
	/** The longest that the longer and the shorter side may be. */
	readonly scale: readonly [longer: number, shorter: number];
	/** Square windows, `stride` pixels apart, whose logits are averaged where they overlap; null shows all at once. */
	readonly window: { readonly size: number; readonly stride: number } | null;
	/** Sizes besides which the image is shown too, as multiples of the one above; `[1]` is that one alone. */
	readonly ratios: readonly number[];
	/** Whether it is shown in a mirror as well. */
	readonly mirrored: boolean;
}

const side = whole({ from: 1 });

/** Checks of what the network is shown of a test image. */
export const testViewChecks: Checks<TestViews> = {
	scale: required(list(side, { length: 2 })),
	window: required(
		orNull(keyed({ size: required(side), stride: required(side) })),
	),
	ratios: required(list(number({ above: 0 }), { least: 1 })),
	mirrored: required(flag),
};

/** Logits of images, `[batch, height / 4, width / 4, classes]`. */
export type Segmenter = (images: tf.Tensor4D) => tf.Tensor4D;

/** Where windows begin along a side: as far apart as the stride, the last one at the end. */
export function windowStarts(
	side: number,
	{ size, stride }: { readonly size: number; readonly stride: number },
): number[] {
	const count = Math.floor(Math.max(side - size + stride - 1, 0) / stride) + 1;
	return Array.from({ length: count }, (_, i) =>
		Math.max(Math.min(i * stride + size, side) - size, 0),
	);
}

/** The mean of the logits of all windows that show a pixel, at the size of the images. */
function slide(
	segment: Segmenter,
	images: tf.Tensor4D,
	window: { readonly size: number; readonly stride: number },
): tf.Tensor4D {
	const [, height, width] = images.shape;
	const rows = Math.min(window.size, height);
	const columns = Math.min(window.size, width);
	let sum: tf.Tensor4D | undefined;
	const counts = tf.buffer([1, height, width, 1]);
	for (const top of windowStarts(height, window)) {
		for (const left of windowStarts(width, window)) {
			const part = tf.slice(images, [0, top, left, 0], [-1, rows, columns, -1]);
			const logits = tf.pad(resizeBilinear(segment(part), [rows, columns]), [
				[0, 0],
				[top, height - top - rows],
				[left, width - left - columns],
				[0, 0],
			]);
			sum = sum ? tf.add(sum, logits) : logits;
			for (let y = top; y < top + rows; y++)
				for (let x = left; x < left + columns; x++)
					counts.set(counts.get(0, y, x, 0) + 1, 0, y, x, 0);
		}
	}
	return tf.div(sum as tf.Tensor4D, counts.toTensor());
}

/**
 * A segmenter that looks at images in several ways: `[batch, height, width, classes]` at the size of the
 * images, or what the segmenter itself returns where it looks once at all of them.
 *
 * Several views are averaged as probabilities. As mmsegmentation's `slide_inference` and `aug_test`, except
 * that the other sizes are made of the image in its test size, and averaged in that size.
 */
export function withTestViews(
	segment: Segmenter,
	{ window, ratios, mirrored }: Omit<TestViews, "scale">,
): Segmenter {
	const look: Segmenter = window
		? (images) => slide(segment, images, window)
		: segment;
	const sides = mirrored ? [false, true] : [false];
	if (sides.length * ratios.length === 1 && ratios[0] === 1) return look;
	return (images) => {
		const [, height, width] = images.shape;
		const views = ratios.flatMap((ratio) => {
			const size = [height, width].map((side) => Math.round(side * ratio));
			const resized =
				ratio === 1 ? images : resizeBilinear(images, size as [number, number]);
			return sides.map((isMirrored) => {
				const shown = isMirrored ? tf.reverse(resized, 2) : resized;
				const logits = resizeBilinear(look(shown), [height, width]);
				const shares = tf.softmax(logits);
				return isMirrored ? tf.reverse(shares, 2) : shares;
			});
		});
		return tf.div(tf.addN(views), views.length);
	};
}
