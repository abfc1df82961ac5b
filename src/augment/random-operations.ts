import type { Checks } from "../check/check-options.js";
import { list, oneOf, whole } from "../check/checks.js";
import type { Random } from "../random.js";
import type { ImageAugmentation } from "./augmentation.js";
import {
	type ImageOperation,
	type Interpolation,
	imageOperationNames,
	operationOf,
	type Ranges,
} from "./image-operations.js";

/** What RandAugment and TrivialAugment choose from. */
export interface OperationOptions {
	/** By default all fourteen of torchvision; those that only change colors work for boxes, masks and label maps too. */
	readonly operations?: readonly ImageOperation[];
	/** How many magnitudes there are, from nothing to the most; 31 by default. */
	readonly bins?: number;
	/** How moved pixels are found; `nearest` by default. */
	readonly interpolation?: Interpolation;
}

/** Checks of what is chosen from. */
export const operationChecks: Checks<OperationOptions> = {
	operations: list(oneOf(imageOperationNames), { least: 1 }),
	bins: whole({ from: 2 }),
	interpolation: oneOf(["nearest", "bilinear"]),
};

/** Targets that say nothing of places in the image. */
const isPlaceless = (target: unknown): boolean =>
	["number", "string", "boolean"].includes(typeof target);

/**
 * An augmentation of `count` random operations, one after the other.
 *
 * Each is drawn as torchvision does: the operation, its magnitude where `bin` does not say it, and its sign. Throws for
 * targets with places in them, such as boxes, where operations move what is in the image.
 */
export function randomOperations(
	name: string,
	{
		operations = imageOperationNames,
		bins = 31,
		interpolation = "nearest",
	}: OperationOptions,
	{ count, bin, ranges }: { count: number; bin?: number; ranges: Ranges },
): ImageAugmentation {
	const moving = operations.filter((name) => operationOf(name).isMoving);
	const draw = (random: Random) => {
		const { isSigned, hasStrength, apply } = operationOf(
			operations[random.integer(0, operations.length)] as ImageOperation,
		);
		const drawn = hasStrength ? (bin ?? random.integer(0, bins)) : 0;
		const negative = isSigned === true && random.integer(0, 2) === 1;
		return {
			apply,
			strength: { bin: drawn, negative, bins, ranges, interpolation },
		};
	};
	return {
		image({ image, target }, random) {
			if (moving.length > 0 && !isPlaceless(target))
				throw new Error(
					`${name} moves what is in an image (${moving.join(", ")}), and cannot move the boxes, masks or label maps of a target along: give it \`operations\` that only change colors`,
				);
			let changed = image;
			for (let i = 0; i < count; i++) {
				const { apply, strength } = draw(random);
				changed = apply(changed, strength);
			}
			return { image: changed, target };
		},
	};
}
