import { ignoredLabel } from "../../image/label-map.js";
import { distinctNames } from "../distinct-names.js";

/** Of each class, how many pixels were predicted, are labeled, and are both. */
export interface ClassAreas {
	readonly predicted: Float64Array;
	readonly labeled: Float64Array;
	readonly both: Float64Array;
}

/** No pixels of any class, nor of a label outside the list. */
export const noAreas = (): ClassAreas => {
	const none = () => new Float64Array(ignoredLabel + 1);
	return { predicted: none(), labeled: none(), both: none() };
};

/** The mean of the numbers that are any. */
function nanMean(values: readonly number[]): number {
	const known = values.filter((value) => !Number.isNaN(value));
	return known.reduce((sum, value) => sum + value, 0) / known.length;
}

const sum = (values: Float64Array): number =>
	values.reduce((total, value) => total + value, 0);

/** The figures that are any. */
const known = (
	figures: readonly (readonly [name: string, value: number])[],
): Record<string, number> =>
	Object.fromEntries(figures.filter(([, value]) => !Number.isNaN(value)));

const iousOf = (
	{ predicted, labeled, both }: ClassAreas,
	classes: readonly string[],
): number[] =>
	classes.map(
		(_, i) => (100 * both[i]!) / (predicted[i]! + labeled[i]! - both[i]!),
	);

/** What the mean over the classes is called. */
export const meanIouName = "mIoU";

/** The mean of intersection over union in percent; NaN where no class occurs. */
export const meanIouOf = (
	areas: ClassAreas,
	classes: readonly string[],
): number => nanMean(iousOf(areas, classes));

/** The further figures in percent, by name. */
export function areaFigures(
	areas: ClassAreas,
	classes: readonly string[],
): Record<string, number> {
	const { labeled, both } = areas;
	const names = distinctNames(classes);
	const accuracies = classes.map((_, i) => (100 * both[i]!) / labeled[i]!);
	const named = (what: string, values: readonly number[]) =>
		names.map((name, i) => [`${what}: ${name}`, values[i]!] as const);
	const ofClasses = (values: Float64Array): number =>
		sum(values.subarray(0, classes.length));
	return known([
		["aAcc", (100 * ofClasses(both)) / ofClasses(labeled)],
		["mAcc", nanMean(accuracies)],
		...named("IoU", iousOf(areas, classes)),
		...named("Acc", accuracies),
	]);
}
