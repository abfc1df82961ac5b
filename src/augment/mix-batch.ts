import * as tf from "@tensorflow/tfjs";
import type { Checks } from "../check/check-options.js";
import { number } from "../check/checks.js";
import type { Random } from "../random.js";
import type {
	BatchAugmentation,
	BatchFacts,
	BatchTargets,
} from "./augmentation.js";

/** How often and how strongly the images of a batch are mixed. */
export interface MixOptions {
	/** The share of the mixture has the distribution Beta(alpha, alpha); 1, uniform, by default. */
	readonly alpha?: number;
	/** How often a batch is mixed at all; 1 by default. */
	readonly probability?: number;
}

/** Checks of how batches are mixed. */
export const mixChecks: Checks<MixOptions> = {
	alpha: number({ above: 0 }),
	probability: number({ from: 0, to: 1 }),
};

/** The images of a batch, `[batch, height, width, 3]`, to be read, and those that become of them, to be written. */
export interface Mixed {
	readonly from: Float32Array;
	readonly to: Float32Array;
	readonly height: number;
	readonly width: number;
}

const described = (targets: BatchTargets): string =>
	Object.entries(targets)
		.map(([name, target]) =>
			target instanceof tf.Tensor
				? `${name} [${target.shape.join(", ")}] (${target.dtype})`
				: name,
		)
		.join(", ");

/** The share of each class in each image, `[batch, classes]`; throws for targets that are no classes of images. */
function sharesOf(
	name: string,
	targets: BatchTargets,
	classes: number,
): Float32Array {
	const { labels, ...others } = targets;
	if (labels instanceof tf.Tensor && Object.keys(others).length === 0) {
		const { shape, dtype } = labels;
		if (labels.rank === 2 && shape[1] === classes && dtype === "float32")
			return labels.dataSync<"float32">().slice();
		if (labels.rank === 1 && dtype === "int32") {
			const shares = new Float32Array(labels.size * classes);
			labels.dataSync<"int32">().forEach((label, n) => {
				if (!(label >= 0 && label < classes))
					throw new RangeError(
						`${name} mixes the labels of ${classes} classes, but one is ${label}`,
					);
				shares[n * classes + label] = 1;
			});
			return shares;
		}
	}
	throw new Error(
		`${name} mixes the classes of whole images: labels [batch], or the share of each class [batch, ${classes}]. The targets of this task are ${described(targets)}, which it cannot mix: leave it out of the recipe's augment`,
	);
}

function checkMixable(
	name: string,
	images: tf.Tensor4D,
	{ sizes }: BatchFacts,
): void {
	const [count, height, width] = images.shape;
	if (count < 2)
		throw new Error(
			`${name} mixes the images of a batch with each other, but there is one alone: raise batchSize, or lower accumulate`,
		);
	const other = sizes.find(
		(size) => size.height !== height || size.width !== width,
	);
	if (other)
		throw new Error(
			`${name} mixes images of one size, but in a batch of ${height} x ${width} one is ${other.height} x ${other.width} (height x width): let the task's augment make them of one size`,
		);
}

const { fround } = Math;

/** Shares of one list and, the rest, of the list `back` places before; the first follows on the last. */
export function mixLists(
	{ from, to }: Pick<Mixed, "from" | "to">,
	share: number,
	back: number,
): void {
	const [own, rest] = [fround(share), fround(1 - share)];
	for (let i = 0; i < from.length; i++) {
		const j = i < back ? i + from.length - back : i - back;
		to[i] =
			fround(own * (from[i] as number)) + fround(rest * (from[j] as number));
	}
}

/**
 * An augmentation that mixes each image of a batch with the one before it, the first with the last, and its label too.
 *
 * `mix` writes the images and returns how much of each is its own, which is the share of its own label.
 */
export function mixBatch(
	name: string,
	{ probability = 1 }: MixOptions,
	mix: (images: Mixed, random: Random) => number,
): BatchAugmentation {
	return {
		batch({ images, targets }, random, facts) {
			const [count, height, width] = images.shape;
			const { classes } = facts;
			const shares = sharesOf(name, targets, classes);
			checkMixable(name, images, facts);
			const asTensor = (values: Float32Array) => ({
				labels: tf.tensor2d(values, [count, classes]),
			});
			if (random.uniform() >= probability)
				return { images, targets: asTensor(shares) };
			const from = images.dataSync<"float32">();
			const to = from.slice();
			const share = mix({ from, to, height, width }, random);
			const labels = new Float32Array(shares.length);
			mixLists({ from: shares, to: labels }, share, classes);
			return {
				images: tf.tensor4d(to, images.shape),
				targets: asTensor(labels),
			};
		},
	};
}
