import type { Detections, Instances } from "../instances.js";
import type { Kind } from "./score-image.js";

interface Expected {
	readonly classes: readonly string[];
	readonly kinds: readonly Kind[];
}

function checkLengths(
	what: string,
	{ boxes, labels, masks }: Pick<Instances, "boxes" | "labels" | "masks">,
	{ classes, kinds }: Expected,
): void {
	const count = labels.length;
	if (boxes.length !== 4 * count)
		throw new RangeError(
			`${count} ${what} need ${4 * count} numbers for their boxes, not ${boxes.length}`,
		);
	if (kinds.includes("mask") && masks.length !== count)
		throw new RangeError(
			`${count} ${what} need as many masks, not ${masks.length}; where only boxes are found, choose kinds: ["box"]`,
		);
	const stray = labels.find((label) => !(label >= 0 && label < classes.length));
	if (stray !== undefined)
		throw new RangeError(
			`the labels of ${what} must be from 0 to ${classes.length - 1}, not ${stray}`,
		);
}

/** Throws a `RangeError` that says what is wrong with detections. */
export function checkDetections(found: Detections, expected: Expected): void {
	checkLengths("detections", found, expected);
	const { labels, scores, boxes } = found;
	if (scores.length !== labels.length)
		throw new RangeError(
			`${labels.length} detections need as many scores, not ${scores.length}`,
		);
	const at = scores.findIndex(Number.isNaN);
	if (at >= 0)
		throw new RangeError(`the score of detection ${at} is not a number`);
	const side = boxes.findIndex((value) => !Number.isFinite(value));
	if (side >= 0)
		throw new RangeError(
			`the box of detection ${side >> 2} has a side at ${boxes[side]}`,
		);
}

/** Throws a `RangeError` that says what is wrong with what is to be found. */
export function checkInstances(wanted: Instances, expected: Expected): void {
	checkLengths("things", wanted, expected);
	if (wanted.crowd.length !== wanted.labels.length)
		throw new RangeError(
			`${wanted.labels.length} things need as many marks of crowds, not ${wanted.crowd.length}`,
		);
}
