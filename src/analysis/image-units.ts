import { type ResultRow, unpackHits } from "../evaluate/result-row.js";
import type { ScoreGroup, ScoreGroups } from "./score-groups.js";
import { meanUnits, type Units } from "./units.js";

function hitsOf(row: ResultRow): readonly boolean[] {
	const { run, corruption, severity, correct, images, metric } = row;
	const name = `${run}, ${corruption} ${severity}`;
	if (typeof correct !== "string")
		throw new RangeError(
			`${name}: the row has no single predictions, as ${metric} is not a share of right ones or it was left out; draw over corruptions instead`,
		);
	const hits = unpackHits(correct, images);
	const share = (100 * hits.filter(Boolean).length) / images;
	if (!(Math.abs(share - row.score) < 1e-6))
		throw new Error(
			`${name} is damaged: its predictions are right in ${share} %, its score is ${row.score} %; remove the row and evaluate again`,
		);
	return hits;
}

/** The images of a group of runs, each with the mean of its scores over runs and cells. */
export function imageUnits(
	{ runs }: Pick<ScoreGroup, "runs">,
	{ corruptions, severities }: Omit<ScoreGroups, "groups">,
): Units {
	const counts = [...new Set(runs.map(({ clean }) => clean.images))];
	const [images = 0] = counts;
	if (counts.length > 1)
		throw new RangeError(
			`runs over ${counts.join(" and ")} images have no images in common to draw: evaluate them over the same`,
		);
	const share = (rows: readonly ResultRow[]): Float64Array => {
		const sum = new Float64Array(images);
		for (const row of rows)
			hitsOf(row).forEach((hit, i) => {
				if (hit) sum[i] = (sum[i] as number) + 100 / rows.length;
			});
		return sum;
	};
	return meanUnits(
		share(runs.map(({ clean }) => clean)),
		share(
			runs.flatMap((run) =>
				corruptions.flatMap((corruption) =>
					severities.map((severity) => run.cell(corruption, severity)),
				),
			),
		),
	);
}
