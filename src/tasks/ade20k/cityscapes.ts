/** The 19 classes of Cityscapes that are scored, in the order of their training ids. */
export const cityscapesClasses: readonly string[] = Object.freeze([
	"road",
	"sidewalk",
	"building",
	"wall",
	"fence",
	"pole",
	"traffic light",
	"traffic sign",
	"vegetation",
	"terrain",
	"sky",
	"person",
	"rider",
	"car",
	"truck",
	"bus",
	"train",
	"motorcycle",
	"bicycle",
]);

const scored = [
	7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33,
];
const labelIds = 34;

/**
 * What the numbers in `*_labelIds.png` of Cityscapes and sets like it, such as ACDC, mean: those of the 19 classes, and
 * those that do not count. In `*_labelTrainIds.png` classes are 0 to 18, as everywhere, and 255 does not count.
 *
 * Source: mcordts/cityscapesScripts, `helpers/labels.py`.
 */
export const cityscapesLabelIds: {
	readonly values: readonly number[];
	readonly ignored: readonly number[];
} = Object.freeze({
	values: Object.freeze(scored),
	ignored: Object.freeze(
		Array.from({ length: labelIds }, (_, id) => id).filter(
			(id) => !scored.includes(id),
		),
	),
});
