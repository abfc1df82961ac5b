import type { Checks } from "../../check/check-options.js";
import { flag, list, required, whole } from "../../check/checks.js";
import type { IndexPicture } from "../../image/decode-indices.js";
import { ignoredLabel, type LabelMap } from "../../image/label-map.js";

/** What the numbers in annotation files mean. */
export interface LabelValues {
	/** How many classes there are, at most 255. */
	readonly classes: number;
	/** The number of each class in turn; 0, 1, 2 and so on by default. */
	readonly values?: readonly number[];
	/** Numbers of pixels that count neither in training nor in scores; 255 always is one, unless a class has it. */
	readonly ignored?: readonly number[];
	/** Short for 0 being ignored and the classes being 1, 2, 3 and so on, as in ADE20K. */
	readonly reduceZeroLabel?: boolean;
}

const numbers = 2 ** 16;
const unknown = 254;

const value = whole({ from: 0, to: numbers - 1 });

/** Checks of what the numbers of classes mean. */
export const valueChecks: Checks<Omit<LabelValues, "classes">> = {
	values: list(value),
	ignored: list(value),
	reduceZeroLabel: flag,
};

/** Checks of the numbers in annotation files, and how many classes there are. */
export const labelChecks: Checks<LabelValues> = {
	classes: required(whole({ from: 1, to: unknown })),
	...valueChecks,
};

/** Throws a `RangeError` where classes and values do not go together. */
function check({ classes, values, reduceZeroLabel }: LabelValues): void {
	if (!(Number.isInteger(classes) && classes > 0 && classes < unknown + 1)) {
		throw new RangeError(
			`classes must be a whole number from 1 to ${unknown}, not ${classes}`,
		);
	}
	if (!values) return;
	if (reduceZeroLabel)
		throw new RangeError("give either values or reduceZeroLabel, not both");
	const isSound = values.every(
		(value) => Number.isInteger(value) && value >= 0 && value < numbers,
	);
	if (values.length !== classes || !isSound) {
		throw new RangeError(
			`${classes} classes need as many values, whole numbers from 0 to ${numbers - 1}; there are ${values.length}`,
		);
	}
}

/**
 * Makes label maps of annotation files.
 *
 * The function returned throws where a number is neither that of a class nor ignored.
 */
export function labelReader(
	meaning: LabelValues,
): (picture: IndexPicture) => LabelMap {
	check(meaning);
	const { classes, reduceZeroLabel = false } = meaning;
	const first = reduceZeroLabel ? 1 : 0;
	const values =
		meaning.values ?? Array.from({ length: classes }, (_, i) => i + first);
	const ignored = [
		ignoredLabel,
		...(reduceZeroLabel ? [0] : []),
		...(meaning.ignored ?? []),
	];
	const table = new Uint8Array(numbers).fill(unknown);
	for (const value of ignored) table[value] = ignoredLabel;
	values.forEach((value, index) => {
		table[value] = index;
	});
	return ({ data, height, width }) => {
		const labels = new Uint8Array(data.length);
		for (let i = 0; i < data.length; i++) labels[i] = table[data[i]!]!;
		const wrong = labels.indexOf(unknown);
		if (wrong >= 0) {
			const [least, most] = [Math.min(...values), Math.max(...values)];
			throw new Error(
				`the label ${data[wrong]} in row ${Math.floor(wrong / width)}, column ${wrong % width} is none of the ${classes} classes, whose numbers are from ${least} to ${most}; name those to leave out as \`ignored\``,
			);
		}
		return { data: labels, height, width };
	};
}
