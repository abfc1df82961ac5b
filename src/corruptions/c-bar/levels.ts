import type { SeverityTable, Variant } from "../corruption.js";

/** How strong a corruption is by its authors' own measure, mostly from 0 to 10. */
export type Level = number;

/**
 * The levels of a corruption that both sets hold: those of ImageNet-C-bar, whose corruptions grow with the image, also
 * for images of any size.
 */
export const levelsOf = (
	imagenet: SeverityTable<Level>,
	cifar10: SeverityTable<Level>,
): Readonly<Record<Variant, SeverityTable<Level>>> => ({
	"any-size": imagenet,
	"imagenet-c": imagenet,
	"cifar-10-c": cifar10,
});

/** What a quantity is at a level, which is `most` at level 10. */
export const atLevel = (level: Level, most: number): number =>
	(level * most) / 10;
