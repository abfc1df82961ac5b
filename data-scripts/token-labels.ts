import * as tf from "@tensorflow/tfjs";
import { headOf } from "../src/backbones/backbone.js";
import { pyramidChannels } from "../src/backbones/pyramid-channels.js";
import {
	type Backbone,
	type Image,
	Random,
	shapes,
	type Task,
	vary,
} from "../src/index.js";
import { globalAveragePool } from "../src/nn/global-average-pool.js";
import { layerNorm } from "../src/nn/layer-norm.js";
import { linear, linearParams } from "../src/nn/linear.js";
import {
	createImage,
	type Dataset,
	domains,
	type Params,
	render,
	type ShapesOptions,
	scene,
} from "../src/parts.js";
import type { Example } from "../src/tasks/task.js";

/** The class of a picture, and that of each of its pixels, one more in each channel; 0 is the background. */
export interface Labels {
	readonly label: number;
	readonly pixels: Image;
}

const levels = [1, 2, 3];
const strideOf = (level: number): number => 4 * 2 ** level;
/** There is more background than anything else. */
const backgroundWeight = 0.3;
const { source } = domains;
const classes = Object.keys(source.classes).length;

function gray(values: Uint8Array, size: number): Image {
	const image = createImage(size, size);
	values.forEach((value, i) => {
		image.data.fill(value, 3 * i, 3 * i + 3);
	});
	return image;
}

/** The labels at the centers of the tokens of a level, row by row. */
function tokenLabels({ data, width }: Image, stride: number): number[] {
	const centers = Array.from(
		{ length: width / stride },
		(_, i) => i * stride + stride / 2,
	);
	return centers.flatMap((y) =>
		centers.map((x) => data[3 * (y * width + x)] as number),
	);
}

function withPixels(
	{ name, length }: Dataset<number>,
	split: "train" | "test",
	size: number,
): Dataset<Labels> {
	const known = new Map<number, ReturnType<Dataset<Labels>["sample"]>>();
	const draw = (index: number) => {
		const picture = render(scene(source, { split, index }), size);
		const target = {
			label: picture.label,
			pixels: gray(picture.semantic, size),
		};
		return { id: `${name}/${index}`, image: picture.image, target };
	};
	return {
		name: `${name}, with pixels`,
		length,
		sample(index) {
			const sample = known.get(index) ?? draw(index);
			known.set(index, sample);
			return sample;
		},
	};
}

const tokenLayer = (level: number): string => `tokens.${level}`;

/** What a Swin Transformer that is trained says of a picture, and of its tokens. */
function outputs(params: Params, backbone: Backbone, levels: tf.Tensor4D[]) {
	const last = layerNorm(backbone.params, "norm", levels.at(-1) as tf.Tensor4D);
	return linear(params, headOf(backbone.architecture), globalAveragePool(last));
}

function tokenLoss(
	logits: tf.Tensor4D,
	labels: tf.Tensor4D | tf.Tensor3D,
): tf.Scalar {
	const weights = tf.where(
		tf.equal(labels, 0),
		tf.fill(labels.shape, backgroundWeight),
		tf.onesLike(tf.cast(labels, "float32")),
	);
	const wanted = tf.oneHot(labels as tf.Tensor3D, classes + 1);
	return tf.losses.softmaxCrossEntropy(wanted, logits, weights);
}

/**
 * The source domain of shapes with more to learn from: besides the class of a picture, what lies at the
 * center of each token, told from each of the levels at strides 8, 16 and 32.
 *
 * A Swin Transformer that learns the classes of 12,000 pictures alone stays near chance for thousands of
 * steps. The layers that tell the tokens, `tokens.1` to `tokens.3`, are of no use later.
 */
export function shapesWithTokens(
	options: Omit<ShapesOptions, "domain">,
): Task<Labels, number, tf.Tensor> {
	const plain = shapes({ ...options, domain: "source" });
	const { train, test, metric, inputSize: size } = plain;
	const changes: Partial<Task<Labels, number, tf.Tensor>> = {
		metric() {
			const { add, value } = metric();
			return { add: (guess, { label }) => add(guess, label), value };
		},
		train: withPixels(train, "train", size),
		test: withPixels(test, "test", size),
		headParams: (backbone) => ({
			...plain.headParams(backbone),
			...Object.assign(
				{},
				...levels.map((level) =>
					linearParams(tokenLayer(level), [
						pyramidChannels(backbone.architecture)[level] as number,
						classes + 1,
					]),
				),
			),
		}),
		loss: ({ params, backbone }, { images, targets }, options) =>
			tf.tidy(() => {
				const pyramid = backbone.pyramid(images, options);
				const logits = outputs(params, backbone, pyramid);
				const losses = levels.map((level) =>
					tokenLoss(
						linear(params, tokenLayer(level), pyramid[level] as tf.Tensor4D),
						targets[tokenLayer(level)] as tf.Tensor3D,
					),
				);
				const wanted = tf.oneHot(targets.labels as tf.Tensor1D, classes);
				const own = tf.losses.softmaxCrossEntropy(wanted, logits);
				return tf.addN([own, ...losses]) as tf.Scalar;
			}),
		batchTargets: (targets) => ({
			labels: tf.tensor1d(
				targets.map(({ label }) => label),
				"int32",
			),
			...Object.fromEntries(
				levels.map((level) => {
					const stride = strideOf(level);
					const side = size / stride;
					const labels = targets.flatMap(({ pixels }) =>
						tokenLabels(pixels, stride),
					);
					const shape = [targets.length, side, side] as const;
					return [tokenLayer(level), tf.tensor3d(labels, [...shape], "int32")];
				}),
			),
		}),
		augment({ image, target: { label, pixels } }, random) {
			const key = random.integer(0, 2 ** 31);
			const [seen, labels] = [image, pixels].map((given) =>
				plain.augment({ image: given, target: label }, new Random(key)),
			) as [Example<number>, Example<number>];
			return { image: seen.image, target: { label, pixels: labels.image } };
		},
	};
	const told = plain as unknown as Task<Labels, number, tf.Tensor>;
	return vary(told, "with labels of tokens", changes);
}
