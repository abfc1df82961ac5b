import { commonCorruptions, type Severity } from "../corruptions/corruption.js";
import type { ResultRow } from "../evaluate/result-row.js";
import { runColumns, runColumnsOf } from "./run-columns.js";
import type { ScoreGroup, ScoreGroups } from "./score-groups.js";
import { values } from "./scored-corruption.js";

/** What scores that others published were measured under. */
export interface PublishedConditions {
	/** The name of the test set. */
	readonly data: string;
	/** How many test images it has. */
	readonly images: number;
	/** How PRIME was applied in training. */
	readonly reading?: "as-released";
	/** The severities of the published means; left out where each severity is published. */
	readonly severities?: readonly Severity[];
	/** Whether they are means of the fifteen common corruptions. */
	readonly isOfFifteen?: boolean;
}

/** The test sets on which the study and Michaelis et al. score. */
export const publishedTestSets: Readonly<
	Record<"coco" | "ade20k", Pick<PublishedConditions, "data" | "images">>
> = Object.freeze({
	coco: Object.freeze({ data: "coco/val2017", images: 5000 }),
	ade20k: Object.freeze({ data: "ade20k/validation", images: 2000 }),
});

const isFifteen = (names: readonly string[]): boolean =>
	names.length === commonCorruptions.length &&
	commonCorruptions.every((name) => names.includes(name));

/** `frost procedural, not pictures`: every value that is not the one of the published scores. */
function unlike(
	rows: readonly ResultRow[],
	column: keyof ResultRow,
	published: unknown,
): string[] {
	const others = values(rows, column)
		.map((value) => (column === "frost" ? String(value).split(" ")[0] : value))
		.filter((value) => value !== published);
	if (others.length === 0) return [];
	const said = names[column] ?? column;
	return [`${said} ${[...new Set(others)].join(" and ")}, not ${published}`];
}

const names: Readonly<Partial<Record<keyof ResultRow, string>>> = {
	channelOrder: "channel order",
	variant: "constants",
	images: "test images",
	data: "test set",
};

/** What only some runs have: of which the published ones have nothing. */
const rareText =
	(column: string) =>
	(value: unknown): string => {
		if (column === "variation") return String(value);
		return column === "step" ? "unfinished" : `${column} ${value}`;
	};

/**
 * In what the conditions of a group of runs are not those of published scores, in words: `channel order rgb, not bgr;
 * test images 200, not 5000`; empty where they are the same.
 *
 * Published with mmdetection and mmsegmentation, they are of images in the order BGR, with the constants and the
 * frost pictures of `imagecorruptions`, and of whole test sets.
 */
export function differencesFrom(
	conditions: PublishedConditions,
	{ runs }: ScoreGroup,
	{ corruptions, severities }: Pick<ScoreGroups, "corruptions" | "severities">,
): string {
	const rows = runs.flatMap(({ clean, cell }) => [
		clean,
		...corruptions.flatMap((corruption) =>
			severities.map((severity) => cell(corruption, severity)),
		),
	]);
	const strengths = conditions.severities;
	const isOther =
		conditions.isOfFifteen === true &&
		!isFifteen(corruptions.map(({ name }) => name));
	return [
		...unlike(rows, "data", conditions.data),
		...unlike(rows, "images", conditions.images),
		...(rows.some(({ skipped }) => skipped) ? ["images left out"] : []),
		...(strengths && String(strengths) !== String(severities)
			? [`severities ${severities.join(", ")}, not ${strengths.join(", ")}`]
			: []),
		...(isOther
			? [`${corruptions.length} corruptions, not the fifteen common ones`]
			: []),
		...unlike(rows, "variant", "any-size"),
		...unlike(rows, "channelOrder", "bgr"),
		...unlike(rows, "frost", "pictures"),
		...(conditions.reading ? unlike(rows, "reading", conditions.reading) : []),
		...runColumnsOf(rows)
			.filter((column) => !runColumns.includes(column))
			.flatMap((column) => values(rows, column).map(rareText(column))),
	].join("; ");
}
