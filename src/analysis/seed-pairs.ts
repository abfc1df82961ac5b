import { Random } from "../random.js";
import { type Drawn, drawTimes, noDraws, note } from "./resample.js";
import type { RunScores, ScoreGroup, ScoreGroups } from "./score-groups.js";
import type { Units } from "./units.js";

const seedOf = ({ clean }: RunScores): number => clean.seed;

/** Whether the runs of a group are told apart by their seeds alone. */
export const isToldBySeed = ({ runs }: ScoreGroup): boolean =>
	new Set(runs.map(seedOf)).size === runs.length;

/** The runs of each group from the lowest seed on; throws where groups do not have the same seeds, two or more. */
export function bySeed({ groups }: Pick<ScoreGroups, "groups">): RunScores[][] {
	const runs = groups.map((group) => {
		const sorted = group.runs.toSorted((a, b) => seedOf(a) - seedOf(b));
		if (!isToldBySeed(group))
			throw new RangeError(
				`${sorted.map(({ run }) => run).join(", ")} are not told apart by their seeds (${sorted.map(seedOf).join(", ")}): compare runs that differ in nothing else`,
			);
		return sorted;
	});
	const seeds = [...new Set(runs.map((own) => own.map(seedOf).join(", ")))];
	if (seeds.length > 1)
		throw new RangeError(
			`differences over seeds are of runs of the same seeds, and there are the seeds ${seeds.join(" and ")}: fine-tune the missing ones, or choose what else to compare over, such as over: ["images"]`,
		);
	if ((runs[0]?.length ?? 0) < 2)
		throw new RangeError(
			`differences over seeds need two seeds or more, and there is only ${seeds[0]}: fine-tune with others, or choose what else to compare over, such as over: ["images"]`,
		);
	return runs;
}

/** Scores of each seed, drawn again: seeds first, and then images, the same for all seeds and groups. */
export function seedsThenImages(
	units: readonly (readonly Units[])[],
	{ samples, seed }: { readonly samples: number; readonly seed: number },
): Drawn[] {
	const [first = []] = units;
	const random = new Random("seeds, then images", seed);
	const seeds = new Float64Array(first.length);
	const images = new Float64Array(first[0]?.count ?? 0);
	const drawn = units.map(() => noDraws(samples));
	for (let s = 0; s < samples; s++) {
		drawTimes(seeds, random);
		drawTimes(images, random);
		units.forEach((own, g) => {
			let [clean, corrupted] = [0, 0];
			own.forEach((one, k) => {
				const share = (seeds[k] as number) / own.length;
				if (share === 0) return;
				const scores = one.at(images);
				clean += share * scores.clean;
				corrupted += share * scores.corrupted;
			});
			note(drawn[g] as Drawn, s, { clean, corrupted });
		});
	}
	return drawn;
}
