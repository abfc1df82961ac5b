import type { ResultRow } from "../evaluate/result-row.js";
import { hitsOf, imagesOfRow, rowName } from "./row-images.js";
import type { RunScores, ScoreGroup, ScoreGroups } from "./score-groups.js";
import { sumUnits } from "./sum-units.js";
import { meanUnits, type Units } from "./units.js";

/** Rows whose score is a share of right predictions, as the mean over images. */
function shares(rows: readonly ResultRow[], images: number): Float64Array {
	const sum = new Float64Array(images);
	for (const row of rows)
		hitsOf(row).forEach((hit, i) => {
			if (hit) sum[i] = (sum[i] as number) + 100 / rows.length;
		});
	return sum;
}

function recomputed(
	clean: readonly ResultRow[],
	corrupted: readonly ResultRow[],
): Units {
	const rows = [clean, corrupted].map((some) => some.map(imagesOfRow));
	const unread = rows.flat().map(({ skipped }) => skipped.join(", "));
	const other = unread.findIndex((skipped) => skipped !== unread[0]);
	if (other >= 0)
		throw new RangeError(
			`${rowName([...clean, ...corrupted][other] as ResultRow)} was scored without other images than ${rowName(clean[0] as ResultRow)}, since some could not be read: mend those, and evaluate anew`,
		);
	return sumUnits(rows[0] ?? [], rows[1] ?? []);
}

const seedOf = ({ clean }: RunScores): number => clean.seed;

/** The images of a group of runs, of which its scores are computed anew: as the mean over runs and cells. */
export function imageUnits(
	group: Pick<ScoreGroup, "runs">,
	{ corruptions, severities }: Omit<ScoreGroups, "groups">,
): Units {
	// Runs of two groups are exchanged in their order.
	const runs = group.runs.toSorted((a, b) => seedOf(a) - seedOf(b));
	const counts = [...new Set(runs.map(({ clean }) => clean.images))];
	const [images = 0] = counts;
	if (counts.length > 1)
		throw new RangeError(
			`runs over ${counts.join(" and ")} images have no images in common to draw: evaluate them over the same`,
		);
	const clean = runs.map((run) => run.clean);
	const corrupted = runs.flatMap((run) =>
		corruptions.flatMap((corruption) =>
			severities.map((severity) => run.cell(corruption, severity)),
		),
	);
	const isShare = [...clean, ...corrupted].every(
		({ correct }) => typeof correct === "string",
	);
	return isShare
		? meanUnits(shares(clean, images), shares(corrupted, images))
		: recomputed(clean, corrupted);
}
