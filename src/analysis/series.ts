import { colors, dashes, symbols } from "./figure-style.js";
import { groupBy, type Row } from "./table-rows.js";

/** How a line or its markers look. */
export interface SeriesStyle {
	readonly color: string;
	readonly dash: string;
	readonly symbol: string;
	/** Of a line without markers, in pixels. */
	readonly width: number;
}

/** Rows that are drawn as one line, under one name. */
export interface Series {
	readonly label: string;
	readonly style: SeriesStyle;
	readonly rows: readonly Row[];
}

const augmentNames: Readonly<Record<string, string>> = {
	none: "no augmentation",
	prime: "PRIME",
	augmix: "AugMix",
	cutmix: "CutMix",
	"trivial-augment": "TrivialAugment",
	"rand-augment": "RandAugment",
	"random-erasing": "random erasing",
};

/** Augmentations that a row joins, `trivial-augment+mixup`, as they are written. */
const augmentText = (augment: string): string =>
	augment
		.split("+")
		.map((name) => augmentNames[name] ?? name)
		.join(" + ");

/** The value of a column as figures and tables show it. */
export function valueName(column: string, value: unknown): string {
	if (value === null || value === undefined) return "–";
	if (column === "augment") return augmentText(String(value));
	if (column === "learningRate") return `lr ${value}`;
	if (column === "seed") return `seed ${value}`;
	if (column === "step")
		return typeof value === "number" ? `unfinished, step ${value}` : "finished";
	return String(value);
}

/** The columns in which rows differ. */
export const varying = (
	rows: readonly Row[],
	columns: readonly string[],
): string[] =>
	columns.filter((column) => new Set(rows.map((row) => row[column])).size > 1);

/** Names a row by the columns in which it differs from others; by the first column where there are none. */
export const labelOf = (
	row: Row,
	columns: readonly string[],
	otherwise: string,
): string =>
	(columns.length > 0 ? columns : [otherwise])
		.map((column) => valueName(column, row[column]))
		.join(" · ");

const pick = (list: readonly string[], i: number): string =>
	list[i % list.length] as string;

/** The place of a row's values among those of all rows, in the order of their appearance. */
function ranking(
	rows: readonly Row[],
	columns: readonly string[],
): (row: Row) => number {
	const keyOf = (row: Row) => JSON.stringify(columns.map((name) => row[name]));
	const keys = [...new Set(rows.map(keyOf))];
	return (row) => keys.indexOf(keyOf(row));
}

/** Rows from the lowest learning rate to the highest. */
export const byLearningRate = (rows: readonly Row[]): Row[] =>
	rows.toSorted(
		(a, b) => (a.learningRate as number) - (b.learningRate as number),
	);

/**
 * Parts rows into series by columns, named by what varies.
 *
 * The first varying column chooses the color, the second the dash, the third, if any, symbol and
 * width: series of one backbone keep its color. Where there are more than there are colors, those of
 * one color have other dashes and symbols.
 */
export function seriesOf(
	rows: readonly Row[],
	columns: readonly string[],
): Series[] {
	const differing = varying(rows, columns);
	const [first, second, third = second] = differing;
	const list = (column?: string) => (column === undefined ? [] : [column]);
	const color = ranking(rows, list(first));
	const dash = ranking(rows, list(second));
	const symbol = ranking(rows, list(third));
	const count = (column?: string) =>
		new Set(rows.map(ranking(rows, list(column)))).size;
	const turn = (row: Row) => Math.floor(color(row) / colors.length);
	return groupBy(rows, ranking(rows, columns)).map((members) => {
		const row = members[0] as Row;
		return {
			label: labelOf(row, differing, "backbone"),
			style: {
				color: pick(colors, color(row)),
				dash: pick(dashes, dash(row) + turn(row) * count(second)),
				symbol: pick(symbols, symbol(row) + turn(row) * count(third)),
				width: 1 + 0.7 * (differing.length > 2 ? symbol(row) % 4 : 0),
			},
			rows: members,
		};
	});
}
