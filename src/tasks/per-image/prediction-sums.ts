import { distinctNames } from "../distinct-names.js";
import { packer, unpacker } from "./packing.js";
import type { ImageSums } from "./per-image.js";

/** What was predicted of each image. */
export interface Predictions {
	readonly targets: Uint32Array;
	readonly predicted: Uint32Array;
	/** From 0 to 1; none at all where the task does not say it. */
	readonly confidences: Float32Array;
}

/** Packs predictions: a byte or two for target and class, four for the confidence. */
export function packPredictions({
	targets,
	predicted,
	confidences,
}: {
	readonly [Key in keyof Predictions]: readonly number[];
}): Uint8Array {
	const out = packer();
	const isConfident = confidences.length === targets.length;
	out.whole(targets.length);
	out.whole(Number(isConfident));
	for (const target of targets) out.whole(target);
	for (const one of predicted) out.whole(one);
	if (isConfident) for (const one of confidences) out.single(one);
	return out.bytes();
}

/** Reads what `packPredictions` packed. */
export function unpackPredictions(bytes: Uint8Array): Predictions {
	const from = unpacker(bytes);
	const length = from.whole();
	const isConfident = from.whole() === 1;
	return {
		targets: Uint32Array.from({ length }, from.whole),
		predicted: Uint32Array.from({ length }, from.whole),
		confidences: Float32Array.from(
			{ length: isConfident ? length : 0 },
			from.single,
		),
	};
}

/** What the mean over the classes of their accuracies is called. */
export const meanPerClassName = "mean per class";

class PredictionSums implements ImageSums {
	readonly images: number;
	readonly #parts: readonly Predictions[];
	readonly #classes: readonly string[];

	constructor(parts: readonly Predictions[], classes: readonly string[]) {
		this.#parts = parts;
		this.#classes = classes;
		this.images = parts.reduce((sum, { targets }) => sum + targets.length, 0);
	}

	figure(times: Float64Array, name: string): number | undefined {
		const [counts, right]: [number[], number[]] = [[], []];
		let i = 0;
		for (const { targets, predicted } of this.#parts)
			targets.forEach((target, at) => {
				const count = times[i++]!;
				if (count === 0) return;
				counts[target] = (counts[target] ?? 0) + count;
				right[target] =
					(right[target] ?? 0) + (predicted[at] === target ? count : 0);
			});
		return predictionFigure({ counts, right }, this.#classes, name);
	}

	and(others: ImageSums): ImageSums {
		if (!(others instanceof PredictionSums))
			throw new TypeError("only predictions can be joined with predictions");
		return new PredictionSums(
			[...this.#parts, ...others.#parts],
			this.#classes,
		);
	}
}

/** By class, without an element for one that has no images. */
interface Counts {
	readonly counts: readonly number[];
	readonly right: readonly number[];
}

const sum = (values: readonly number[]): number =>
	values.reduce((total, value) => total + value, 0);

/** The shares in percent of the images of each class that are right. */
export const sharesOf = ({ counts, right }: Counts): number[] =>
	counts.map((count, i) => (100 * right[i]!) / count);

/** Accuracy, its mean over the classes, or that of a class, `accuracy: cat`; undefined of any other name. */
function predictionFigure(
	of: Counts,
	classes: readonly string[],
	name: string,
): number | undefined {
	if (name === "accuracy") return (100 * sum(of.right)) / sum(of.counts);
	const shares = sharesOf(of);
	if (name === meanPerClassName)
		return sum(shares) / Object.keys(shares).length;
	const at = distinctNames(classes).findIndex(
		(one) => name === `accuracy: ${one}`,
	);
	return at < 0 ? undefined : (shares[at] ?? Number.NaN);
}

/** Reads what `packPredictions` packed: the figures of `accuracy` and `meanPerClass` by name. */
export const predictionSums = (
	bytes: Uint8Array,
	classes: readonly string[],
): ImageSums => new PredictionSums([unpackPredictions(bytes)], classes);
