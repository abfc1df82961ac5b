import * as tf from "@tensorflow/tfjs";
import {
	type Backbone,
	headless,
	backbone as makeBackbone,
	weightsOf,
} from "../backbones/backbone.js";
import { familyOf } from "../backbones/families.js";
import { type Checks, checkOptions } from "../check/check-options.js";
import {
	keyed,
	list,
	number,
	oneOf,
	required,
	whole,
} from "../check/checks.js";
import { globalAveragePool } from "../nn/global-average-pool.js";
import { shownPositions } from "../nn/shown-positions.js";
import { hashOfTensors } from "../runs/weights-file.js";
import { vary } from "../tasks/define-task.js";
import type { BatchTargets, Network, Task, TaskSource } from "../tasks/task.js";
import { makeTask, remakeOf } from "../tasks/task-source.js";
import { outputConsistency } from "./consistent-loss.js";

/** How the features of a network are held to those of the backbone it began with. */
export interface DistillationOptions {
	/** What the distance is multiplied by; 0.005 by default, and 1 for `squared`. */
	readonly weight?: number;
	/**
	 * `l1`: summed over the channels, by default where features are pooled; `l2`: the norm over the channels;
	 * `squared`: the mean of the squares, by default on feature maps. The mean over images or positions.
	 */
	readonly measure?: "l1" | "l2" | "squared";
	/** How many feature maps, from the last, where a task uses them; 2 by default. Their distances are added. */
	readonly maps?: number;
	/**
	 * Of segmentation: only positions count in whose cell at least a share of the pixels, 0.75 by default, is of one of
	 * these classes, by their indices.
	 */
	readonly where?: {
		readonly classes: readonly number[];
		readonly share?: number;
	};
}

const checks: Checks<DistillationOptions> = {
	weight: number({ from: 0 }),
	measure: oneOf(["l1", "l2", "squared"]),
	maps: whole({ from: 1 }),
	where: keyed({
		classes: required(list(whole({ from: 0 }), { least: 1 })),
		share: number({ above: 0, to: 1 }),
	}),
};

/** How another process makes a distilled task. */
interface Remade {
	readonly source: TaskSource;
	readonly backbone: Backbone;
	readonly options: DistillationOptions;
}

/** Makes in another process what `distillation` gives. */
export const remakeDistillation = async ({
	source,
	backbone,
	options,
}: Remade): Promise<Task> =>
	distillation(await makeTask(source), backbone, options);

const distances: Readonly<
	Record<
		NonNullable<DistillationOptions["measure"]>,
		(difference: tf.Tensor) => tf.Tensor
	>
> = {
	// The slope of tf.abs at 0, where training begins, is -1; that of this sum is 0.
	l1: (difference) =>
		tf.sum(tf.add(tf.relu(difference), tf.relu(tf.neg(difference))), -1),
	// The root has no slope at 0, where training begins.
	l2: (difference) =>
		tf.sqrt(tf.maximum(tf.sum(tf.square(difference), -1), 1e-12)),
	squared: (difference) => tf.mean(tf.square(difference), -1),
};

/** What a backbone sees in images, by weights that no training changes: constants of every graph. */
function teacherOf(
	source: Backbone,
	{ uses }: Pick<Task, "uses">,
): (images: tf.Tensor4D) => tf.Tensor[] {
	const net = headless(source.architecture, uses);
	const copy = makeBackbone(net, weightsOf(source));
	const params = Object.fromEntries(
		Object.entries(copy.params).map(([name, variable]) => [
			name,
			tf.tensor(variable.dataSync<"float32">().slice(), variable.shape),
		]),
	) as Record<string, tf.Variable>;
	copy.dispose();
	const family = familyOf(net);
	const model = { net, params };
	return (images) => {
		if (uses === "pyramid") return family.stages(model, images, {});
		if (family.features) return [family.features(model, images, {})];
		const maps = family.stages(model, images, {});
		return [globalAveragePool(maps.at(-1) as tf.Tensor4D)];
	};
}

/** The backbone, and copies of the features that it was last asked for, to be disposed of. */
function recording(network: Network) {
	let seen: tf.Tensor[] = [];
	const { backbone } = network;
	const record = <Found extends tf.Tensor | tf.Tensor[]>(found: Found) => {
		tf.dispose(seen);
		seen = [found].flat().map((tensor) => tf.keep(tf.clone(tensor)));
		return found;
	};
	const recorded: Backbone = {
		...backbone,
		features: (images, options) => record(backbone.features(images, options)),
		pyramid: (images, options) => record(backbone.pyramid(images, options)),
	};
	return { network: { ...network, backbone: recorded }, seen: () => seen };
}

/** 1 where a cell of the labels is mostly of one of the classes: `[batch, height, width]`. */
function thingsAt(
	{ shape: [, height, width] }: tf.Tensor4D,
	labels: tf.Tensor3D,
	{ classes, share = 0.75 }: NonNullable<DistillationOptions["where"]>,
): tf.Tensor3D {
	const [batch, tall, wide] = labels.shape;
	const cell: [number, number] = [
		Math.floor(tall / height),
		Math.floor(wide / width),
	];
	const isMostly = classes.map((index) => {
		const own = tf.cast(tf.equal(labels, tf.scalar(index, "int32")), "float32");
		const shares = tf.avgPool(
			tf.reshape(own, [batch, tall, wide, 1]) as tf.Tensor4D,
			cell,
			cell,
			"valid",
		);
		const [, down, across] = shares.shape;
		const whole = tf.slice(shares, 0, [batch, height, width, 1]);
		return tf.reshape(tf.cast(tf.greaterEqual(whole, share), "float32"), [
			batch,
			Math.min(down, height),
			Math.min(across, width),
		]);
	});
	return isMostly.reduce((all, one) => tf.maximum(all, one)) as tf.Tensor3D;
}

/** The distance of feature maps, or pooled features, from a teacher's: the mean over what counts. */
function distanceOf(
	own: tf.Tensor,
	wanted: tf.Tensor,
	{
		measure,
		counts,
	}: {
		readonly measure: NonNullable<DistillationOptions["measure"]>;
		readonly counts: readonly tf.Tensor[];
	},
): tf.Scalar {
	const each = distances[measure](tf.sub(own, wanted));
	if (counts.length === 0) return tf.mean(each);
	const counted = counts.reduce((all, one) => tf.mul(all, one));
	const sum = tf.sum(tf.mul(each, counted));
	return tf.div(sum, tf.maximum(tf.sum(counted), 1));
}

/**
 * A task in whose loss the features of the network are held to those that a backbone had before it was fine-tuned.
 *
 * `backbone` is what the run is to begin with; its weights are copied, and remain in memory. It sees the same images in
 * eval mode, and where a recipe asks for consistency the clean view alone, to which all views are held. With weight 0 a
 * run is the plain one, number by number. Throws where a feature map or a class is asked for that is not there.
 *
 * Sources: `l1` Shafahi et al., "Adversarially robust transfer learning", ICLR 2020; `l2` with `where` Hoyer et al.,
 * "DAFormer", CVPR 2022; `squared` Zhao et al., "SHADE", ECCV 2022.
 */
export function distillation<Target, Prediction>(
	task: Task<Target, Prediction>,
	backbone: Backbone,
	options: DistillationOptions = {},
): Task<Target, Prediction> {
	checkOptions("distillation", options, checks);
	const isDense = task.uses === "pyramid";
	const { measure = isDense ? "squared" : "l1", maps = 2, where } = options;
	const { weight = measure === "squared" ? 1 : 0.005 } = options;
	if (!isDense && (options.maps !== undefined || where))
		throw new RangeError(
			`distillation: ${task.name} uses pooled features, of which there are no maps: leave maps and where out`,
		);
	if (maps > 4)
		throw new RangeError(
			`distillation: there are four feature maps, not ${maps}`,
		);
	const beyond = where?.classes.find((index) => index >= task.classes.length);
	if (beyond !== undefined)
		throw new RangeError(
			`distillation: ${task.name} has ${task.classes.length} classes, and none of index ${beyond}`,
		);
	const teacher = teacherOf(backbone, task);
	const last = isDense ? -maps : -1;
	/** The weighted distance of all views from the clean one as the teacher sees it. */
	const penalty = (
		seen: readonly tf.Tensor[],
		images: tf.Tensor4D,
		{
			targets,
			sizes,
			views,
		}: {
			readonly targets: BatchTargets;
			readonly sizes: tf.Tensor2D | undefined;
			readonly views: number;
		},
	): tf.Scalar => {
		const batch = images.shape[0] / views;
		const clean = tf.slice(images, 0, batch);
		const wanted = teacher(clean).slice(last);
		const terms = seen.slice(last).flatMap((all, i) => {
			const map = wanted[i] as tf.Tensor4D;
			const labels = targets.labels as tf.Tensor3D | undefined;
			const counts = [
				...(isDense && sizes
					? [shownPositions(map, clean, tf.slice(sizes, 0, batch))]
					: []),
				...(where && labels ? [thingsAt(map, labels, where)] : []),
			];
			return Array.from({ length: views }, (_, view) =>
				distanceOf(tf.slice(all, view * batch, batch), map, {
					measure,
					counts,
				}),
			);
		});
		return tf.mul(tf.addN(terms), weight / views) as tf.Scalar;
	};
	const words = [
		measure,
		weight,
		...(isDense ? [`of ${maps} maps`] : []),
		...(where
			? [`where ${where.classes.join(" ")} fill ${where.share ?? 0.75}`]
			: []),
	].join(" ");
	const held = hashOfTensors(weightsOf(backbone)).slice(0, 12);
	const name = `distilled ${words} from ${held}`;
	const consistency =
		task.consistency ?? (task.outputLoss && outputConsistency(task as Task));
	const about = remakeOf(task as Task, (source) => ({
		module: import.meta.url,
		name: remakeDistillation.name,
		options: { source, backbone, options } satisfies Remade,
	}));
	return vary<Task<Target, Prediction>>(task, name, {
		...about,
		loss: (given, batch, options) =>
			tf.tidy(() => {
				if (weight === 0) return task.loss(given, batch, options);
				const { network, seen } = recording(given);
				const loss = task.loss(network, batch, options);
				const { images, targets } = batch;
				const about = { targets, sizes: options?.sizes, views: 1 };
				const added = penalty(seen(), images, about);
				tf.dispose(seen());
				return tf.add(loss, added);
			}),
		...(consistency && {
			consistency: (given, batch, options) => {
				if (weight === 0) return consistency(given, batch, options);
				const { network, seen } = recording(given);
				const found = consistency(network, batch, options);
				const { images, targets } = batch;
				const { views = 3 } = batch.consistency;
				const about = { targets, sizes: options?.sizes, views };
				const added = penalty(seen(), images, about);
				tf.dispose(seen());
				return { ...found, loss: tf.add(found.loss, added) };
			},
		}),
	});
}
