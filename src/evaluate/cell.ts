import { shortHash } from "../canonical.js";
import { corruptionOf } from "../corruptions/built-in.js";
import type {
	Corruption,
	Severity,
	Variant,
} from "../corruptions/corruption.js";
import type { CorruptedAt } from "../tasks/task.js";
import {
	isDomain,
	isPublished,
	type PublishedCorruption,
	type TestCondition,
} from "./published/published-corruption.js";
import type { ResultRow } from "./result-row.js";

/** What one score is of: some test images under one corruption at one severity, or as they are. */
export interface Cell
	extends Pick<
		ResultRow,
		| "corruption"
		| "corruptionCode"
		| "group"
		| "severity"
		| "data"
		| "images"
		| "variant"
		| "channelOrder"
		| "corruptionSeed"
		| "frost"
		| "metric"
		| "adaptation"
		| "adaptationCode"
		| "source"
		| "set"
		| "corruptedAt"
		| "weights"
	> {
	/** The corruption itself; null for clean. */
	readonly applied: Corruption | PublishedCorruption | null;
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
	readonly corruptedAt: CorruptedAt;
}

/** On which images, and how they are scored. */
export type Scored = Pick<
	Cell,
	"data" | "images" | "scoring" | "isAsEver" | "adaptation" | "adaptationCode"
>;

interface CellOptions extends Scored, Pick<Cell, "metric" | "weights"> {
	readonly settings: CorruptionSettings;
	/** The same for a published corruption, which may have images of its own. */
	scoredOf(corruption: PublishedCorruption): Scored;
}

const notDrawn = {
	variant: null,
	channelOrder: null,
	corruptionSeed: null,
	frost: null,
} as const;

/** The cells of a published corruption; of a domain, which has no severities, there is one. */
const publishedCells = (
	applied: PublishedCorruption,
	severities: readonly Severity[],
	common: Scored & Pick<Cell, "metric">,
): Cell[] =>
	(isDomain(applied) ? applied.severities : severities).map((severity) => ({
		applied,
		corruption: applied.name,
		corruptionCode: applied.code,
		group: applied.group,
		severity,
		...common,
		...notDrawn,
		source: "published",
		set: applied.published,
	}));

/** The cells of an evaluation: clean first, then each corruption from the weakest severity on. */
export function cellsOf(
	corruptions: readonly TestCondition[],
	severities: readonly Severity[],
	{ settings, scoredOf, ...common }: CellOptions,
): Cell[] {
	const clean: Cell = {
		applied: null,
		corruption: "clean",
		group: "clean",
		severity: 0,
		...common,
		...notDrawn,
	};
	const { variant, channelOrder, seed, frost, corruptedAt } = settings;
	const corrupted = corruptions.flatMap((given) => {
		if (isPublished(given))
			return publishedCells(given, severities, {
				...common,
				...scoredOf(given),
			});
		const applied = corruptionOf(given);
		const { name, code, group, usesFrost = false } = applied;
		return severities.map(
			(severity): Cell => ({
				applied,
				corruption: name,
				...(code !== undefined && { corruptionCode: code }),
				group,
				severity,
				...common,
				variant,
				channelOrder,
				corruptionSeed: seed,
				frost: usesFrost ? frost : null,
				// Rows of early versions, which do not say it, are of images as they were given.
				...(corruptedAt === "seen" && { corruptedAt }),
			}),
		);
	});
	return [clean, ...corrupted];
}

const keys = [
	"corruption",
	"corruptionCode",
	"severity",
	"data",
	"images",
	"variant",
	"channelOrder",
	"corruptionSeed",
	"metric",
	"adaptation",
	"adaptationCode",
	"source",
	"set",
	"corruptedAt",
	"weights",
] as const satisfies (keyof Cell)[];

/** What the file of the per-image data of a row is called: by all that tells it from the other rows of its run. */
export function perImageName(cell: Cell, step: number | undefined): string {
	const key = keys.map((name) => cell[name] ?? null);
	const hash = shortHash([...key, cell.frost, cell.scoring, step ?? null]);
	return `${cell.corruption}-${cell.severity}-${hash}.gz`;
}

/** Whether two rows of a run are of one cell, as far as both say it. */
export const isSameCell = (a: ResultRow, b: ResultRow): boolean =>
	[...keys, "frost" as const, "step" as const].every(
		(key) => (a[key] ?? null) === (b[key] ?? null),
	) && (a.scoring ?? b.scoring) === (b.scoring ?? a.scoring);

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
