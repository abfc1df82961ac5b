import { type Check, isRecord } from "../check/check-options.js";
import { that } from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import { shown } from "../check/shown.js";
import type { ResultRow } from "../evaluate/result-row.js";
import { checkColumns, columnValue } from "./run-columns.js";

/** A value of a column. */
export type ColumnValue = string | number | boolean | null;

/**
 * Some of the runs that results are of: the id of one, a list of ids, or the values of columns,
 * `{ backbone: "resnet-mini/prime", learningRate: [0.01, 0.1] }`.
 */
export type RunChoice =
	| string
	| readonly string[]
	| Readonly<Record<string, ColumnValue | readonly ColumnValue[]>>;

const isText = (value: unknown): boolean => typeof value === "string";

/** The check of a choice; which runs and columns there are, the results say. */
export const runChoiceCheck: Check = that(
	'the id of a run, a list of ids, or values of columns, such as { augment: "prime" }',
	(value) =>
		isText(value) ||
		(Array.isArray(value)
			? value.length > 0 && value.every(isText)
			: isRecord(value) && Object.keys(value).length > 0),
	"object",
);

function ofIds(
	rows: readonly ResultRow[],
	ids: readonly string[],
	name: string,
): ResultRow[] {
	const known = [...new Set(rows.map(({ run }) => run))];
	const unknown = ids.find((id) => !known.includes(id));
	if (unknown !== undefined)
		throw new RangeError(
			`${name}: the results have no run ${shown(unknown)}: they have ${known.join(", ")}${didYouMean(unknown, known)}; runs are chosen by values of columns too, such as { augment: "prime" }`,
		);
	return rows.filter(({ run }) => ids.includes(run));
}

type Wanted = readonly [column: string, values: readonly ColumnValue[]];

function checkValues(
	rows: readonly ResultRow[],
	[column, values]: Wanted,
	name: string,
): void {
	const known = [...new Set(rows.map((row) => columnValue(row, column)))];
	const unknown = values.find((one) => !known.includes(one));
	if (unknown !== undefined)
		throw new RangeError(
			`${name}: no result has the ${column} ${shown(unknown)}: they have ${known.map(shown).join(", ")}${didYouMean(unknown, known)}`,
		);
}

function ofColumns(
	rows: readonly ResultRow[],
	wanted: readonly Wanted[],
	name: string,
): ResultRow[] {
	checkColumns(
		rows,
		wanted.map(([column]) => column),
		"chosen",
	);
	for (const one of wanted) checkValues(rows, one, name);
	const found = rows.filter((row) =>
		wanted.every(([column, values]) =>
			values.includes(columnValue(row, column) as ColumnValue),
		),
	);
	if (found.length > 0) return found;
	const words = wanted.map(
		([column, values]) => `${column} ${values.join(", ")}`,
	);
	throw new RangeError(`${name}: no run has all of ${words.join("; ")}`);
}

/** The rows of the runs that are chosen, called `name` in errors; throws where there are none. */
export function chooseRuns(
	rows: readonly ResultRow[],
	choice: RunChoice,
	name: string,
): ResultRow[] {
	if (typeof choice === "string") return ofIds(rows, [choice], name);
	if (Array.isArray(choice)) return ofIds(rows, choice as string[], name);
	const wanted = Object.entries(choice).map(
		([column, value]): Wanted => [column, [value].flat() as ColumnValue[]],
	);
	return ofColumns(rows, wanted, name);
}
