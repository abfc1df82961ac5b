import {
	type CorruptionGroup,
	type CorruptionName,
	corruptionGroups,
	type Severity,
	type Variant,
} from "../corruptions/corruption.js";
import type { ResultRow } from "./result-row.js";

/** What one score is of: some test images under one corruption at one severity, or as they are. */
export interface Cell
	extends Pick<
		ResultRow,
		| "corruption"
		| "group"
		| "severity"
		| "data"
		| "images"
		| "variant"
		| "channelOrder"
		| "corruptionSeed"
		| "frost"
		| "metric"
	> {
	/** A hash of how the images are scored. */
	readonly scoring: string;
	/** Whether a row of an early version, which has no such hash, is of this cell. */
	readonly isAsEver: boolean;
}

/** How images are corrupted. */
export interface CorruptionSettings {
	readonly variant: Variant;
	readonly channelOrder: "rgb" | "bgr";
	readonly seed: number;
	/** `procedural`, or `pictures` and a hash of them. */
	readonly frost: string;
}

function groupOf(corruption: CorruptionName): CorruptionGroup {
	const groups = Object.entries(corruptionGroups) as [
		CorruptionGroup,
		readonly CorruptionName[],
	][];
	const group = groups.find(([, names]) => names.includes(corruption));
	if (!group) throw new Error(`there is no corruption "${corruption}"`);
	return group[0];
}

interface CellOptions
	extends Pick<Cell, "data" | "images" | "metric" | "scoring" | "isAsEver"> {
	readonly settings: CorruptionSettings;
}

/** The cells of an evaluation: clean first, then each corruption from the weakest severity on. */
export function cellsOf(
	corruptions: readonly CorruptionName[],
	severities: readonly Severity[],
	{ settings, ...common }: CellOptions,
): Cell[] {
	const clean: Cell = {
		corruption: "clean",
		group: "clean",
		severity: 0,
		...common,
		variant: null,
		channelOrder: null,
		corruptionSeed: null,
		frost: null,
	};
	const { variant, channelOrder, seed, frost } = settings;
	const corrupted = corruptions.flatMap((corruption) =>
		severities.map(
			(severity): Cell => ({
				corruption,
				group: groupOf(corruption),
				severity,
				...common,
				variant,
				channelOrder,
				corruptionSeed: seed,
				frost: corruption === "frost" ? frost : null,
			}),
		),
	);
	return [clean, ...corrupted];
}

const keys = [
	"corruption",
	"severity",
	"data",
	"images",
	"variant",
	"channelOrder",
	"corruptionSeed",
	"metric",
] as const satisfies (keyof Cell)[];

/** Whether a row is the score of a cell. */
export function isOf(row: ResultRow, cell: Cell): boolean {
	// Rows of early versions do not say which pictures, nor how they were scored.
	const isFrost =
		row.frost === cell.frost ||
		(row.frost === "pictures" && cell.frost?.startsWith("pictures "));
	const isScoring =
		row.scoring === undefined ? cell.isAsEver : row.scoring === cell.scoring;
	return Boolean(
		isFrost && isScoring && keys.every((key) => row[key] === cell[key]),
	);
}
