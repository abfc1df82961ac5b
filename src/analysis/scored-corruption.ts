import { isRecord } from "../check/check-options.js";
import { list, text, textOr, that } from "../check/checks.js";
import { didYouMean } from "../check/did-you-mean.js";
import { shown } from "../check/shown.js";
import { builtIn } from "../corruptions/built-in.js";
import {
	type CorruptionLabel,
	corruptionGroups,
	corruptionNames,
	type Severity,
	severities,
	severityCheck,
} from "../corruptions/corruption.js";
import {
	corruptionsCheck,
	isBuiltIn,
} from "../corruptions/define-corruption.js";
import type { ResultRow } from "../evaluate/result-row.js";
import { groupBy } from "./table-rows.js";

/** What rows say of a corruption; a corruption itself says it too. */
export interface ScoredCorruption {
	readonly name: CorruptionLabel;
	readonly group: string;
	/** Of one's own, or a published one: which one of that name. */
	readonly code?: string;
}

/** Which cells a mean is over. */
export interface CellOptions {
	/**
	 * Default: the fifteen common ones. One's own and published ones are given as they are, or by their names in the
	 * results.
	 */
	readonly corruptions?: readonly (CorruptionLabel | ScoredCorruption)[];
	/** Default: all that any row of these corruptions has. */
	readonly severities?: readonly Severity[];
}

/** Checks of the options that choose what a mean is over; which names there are, the results say. */
export const cellChecks = {
	corruptions: corruptionsCheck(
		textOr(
			text,
			that(
				"a corruption as defineCorruption or publishedSet made it",
				(value) =>
					isRecord(value) &&
					typeof value.name === "string" &&
					typeof value.group === "string",
			),
		),
	),
	severities: list(severityCheck),
};

/** The values of a column, each once; what is left out does not count. */
export const values = (
	rows: readonly ResultRow[],
	column: keyof ResultRow,
): unknown[] =>
	[...new Set(rows.map((row) => row[column]))].filter(
		(value) => value !== null && value !== undefined,
	);

/** One's own corruption of a name in the results. */
function ownCalled(name: string, rows: readonly ResultRow[]): ScoredCorruption {
	const own = rows.filter(
		({ corruption }) => corruption === name && corruption !== "clean",
	);
	if (own.length === 0) {
		const others = (values(rows, "corruption") as string[]).filter(
			(other) => other !== "clean" && !isBuiltIn(other),
		);
		const known = [...corruptionNames, ...others];
		throw new RangeError(
			`the results have no corruption ${shown(name)}: there are ${known.join(", ")}${didYouMean(name, known)}`,
		);
	}
	for (const column of ["corruptionCode", "group"] as const) {
		// One that this package holds has no code.
		const found = [...new Set(own.map((row) => row[column] ?? "none"))];
		if (found.length > 1)
			throw new RangeError(
				`the results have corruptions called "${name}" of the ${column} ${found.join(" and ")}: give the one that is meant itself, not its name, or filter the results`,
			);
	}
	const [code] = values(own, "corruptionCode") as string[];
	const [group = "own"] = values(own, "group") as string[];
	return { name, group, ...(code !== undefined && { code }) };
}

/** The corruptions that are meant, those that are named as the results have them; throws where they do not. */
export const scoredCorruptions = (
	given: readonly (CorruptionLabel | ScoredCorruption)[],
	rows: readonly ResultRow[],
): ScoredCorruption[] =>
	given.map((one) => {
		if (typeof one !== "string") return one;
		return isBuiltIn(one) ? builtIn[one] : ownCalled(one, rows);
	});

/** Whether a row is of a corruption; one that is named stands for published images of that name too. */
export const isUnder = (
	{ corruption, corruptionCode, source, group }: ResultRow,
	{ name, code }: ScoredCorruption,
): boolean =>
	corruption === name &&
	((corruptionCode ?? undefined) === code ||
		(code === undefined && source === "published" && group !== "domain"));

/** The severities at which any run was scored under some corruptions. */
export function severitiesOf(
	corruptions: readonly ScoredCorruption[],
	rows: readonly ResultRow[],
): Severity[] {
	const found = values(
		rows.filter((row) => corruptions.some((one) => isUnder(row, one))),
		"severity",
	);
	return severities.filter((severity) => found.includes(severity));
}

const places = Object.keys(corruptionGroups);

/** Corruptions by their groups: those of the benchmark in its order, then others as they come. */
export function inGroups(
	corruptions: readonly ScoredCorruption[],
): (readonly [group: string, members: readonly ScoredCorruption[]])[] {
	const place = (group: string) =>
		places.includes(group) ? places.indexOf(group) : places.length;
	return groupBy(corruptions, ({ group }) => group)
		.map((members) => [members[0]?.group ?? "", members] as const)
		.toSorted(([a], [b]) => place(a) - place(b));
}
