import { corruptionUnits } from "./bootstrap.js";
import { imageUnits } from "./image-units.js";
import { labelFlips } from "./label-flips.js";
import { cleanScore, corruptedScore, dropOf, mean } from "./mean-score.js";
import {
	type Drawn,
	percentileInterval,
	resample,
	type ScoreName,
	scoreNames,
} from "./resample.js";
import type { ScoreGroup, ScoreGroups } from "./score-groups.js";
import { inGroups } from "./scored-corruption.js";
import { bySeed, seedsThenImages } from "./seed-pairs.js";
import { signedRank } from "./signed-rank.js";
import { deviation } from "./spread.js";
import { centralQuantile, twoSided } from "./student-t.js";
import type { Units } from "./units.js";

/** How often is drawn, and how wide intervals are. */
export interface DrawSettings {
	readonly samples: number;
	readonly permutations: number;
	/** In percent. */
	readonly level: number;
	readonly seed: number;
}

/** One difference between two groups of runs, with its interval and test. */
export interface Difference {
	readonly score: ScoreName;
	/** What is taken to vary: what the interval draws again, and what the test exchanges or ranks. */
	readonly over: Over;
	/** How many of them there are. */
	readonly units: number;
	readonly a: number;
	readonly b: number;
	/** `a - b`, in percentage points. */
	readonly difference: number;
	readonly low: number | null;
	readonly high: number | null;
	readonly interval: string | null;
	readonly p: number | null;
	readonly test: string | null;
}

/** What differences are taken to vary over. */
export const overs = [
	"images",
	"corruptions",
	"groups of corruptions",
	"seeds",
	"seeds, then images",
] as const;

/** One of them. */
export type Over = (typeof overs)[number];

/** The differences between two of some groups, by their positions. */
type Pairs = (i: number, j: number) => Difference[];

type Makes = (scored: ScoreGroups, settings: DrawSettings) => Pairs;

const at = <Item>(items: readonly Item[], i: number): Item => items[i] as Item;

/** Clean, corrupted and drop of a group. */
function scoresOf(
	group: ScoreGroup,
	{ corruptions, severities }: ScoreGroups,
): Record<ScoreName, number> {
	const clean = cleanScore(group);
	const corrupted = corruptedScore(group, corruptions, severities);
	return { clean, corrupted, drop: dropOf(clean, corrupted) };
}

const bootstrapName = ({ level, samples }: DrawSettings): string =>
	`${level} %, paired bootstrap of ${samples.toLocaleString("en-US")}`;

/** The interval of the differences of paired draws. */
const drawnInterval = (
	[a, b]: readonly [Float64Array, Float64Array],
	settings: DrawSettings,
): Pick<Difference, "low" | "high" | "interval"> => {
	const differences = a.map((score, s) => score - (b[s] as number));
	const [low, high] = percentileInterval(differences, settings.level);
	return { low, high, interval: bootstrapName(settings) };
};

const none = { low: null, high: null, interval: null };

const overImages: Makes = (scored, settings) => {
	const { samples, permutations, seed } = settings;
	const { groups } = scored;
	const scores = groups.map((group) => scoresOf(group, scored));
	const units = groups.map((group) => imageUnits(group, scored));
	const drawn = resample(units, samples, seed);
	return (i, j) => {
		const pair: [Units, Units] = [at(units, i), at(units, j)];
		const chance = labelFlips(pair, permutations, seed);
		return scoreNames.map((score) => {
			const [a, b] = [at(scores, i)[score], at(scores, j)[score]];
			return {
				score,
				over: "images",
				units: pair[0].count,
				a,
				b,
				difference: a - b,
				...drawnInterval([at(drawn, i)[score], at(drawn, j)[score]], settings),
				p: chance[score],
				test: `labels flipped ${permutations.toLocaleString("en-US")} times`,
			};
		});
	};
};

const signedRankName = "Wilcoxon signed-rank, exact";

const overCorruptions: Makes = (scored, settings) => {
	const { groups, corruptions, severities } = scored;
	const scores = groups.map((group) => scoresOf(group, scored));
	const units = groups.map((group) => corruptionUnits(group, scored));
	const drawn = resample(units, settings.samples, settings.seed);
	const drops = groups.map((group) =>
		corruptions.map((one) =>
			dropOf(cleanScore(group), corruptedScore(group, [one], severities)),
		),
	);
	return (i, j) => {
		const [a, b] = [at(scores, i).drop, at(scores, j).drop];
		return [
			{
				score: "drop",
				over: "corruptions",
				units: corruptions.length,
				a,
				b,
				difference: a - b,
				...drawnInterval([at(drawn, i).drop, at(drawn, j).drop], settings),
				p: signedRank(at(drops, i).map((one, c) => one - at(at(drops, j), c))),
				test: signedRankName,
			},
		];
	};
};

const overGroups: Makes = (scored) => {
	const members = inGroups(scored.corruptions);
	const drops = scored.groups.map((group) =>
		members.map(([, ones]) =>
			dropOf(cleanScore(group), corruptedScore(group, ones, scored.severities)),
		),
	);
	return (i, j) => {
		const [a, b] = [mean(at(drops, i)), mean(at(drops, j))];
		return [
			{
				score: "drop",
				over: "groups of corruptions",
				units: members.length,
				a,
				b,
				difference: a - b,
				...none,
				p: signedRank(at(drops, i).map((one, g) => one - at(at(drops, j), g))),
				test: signedRankName,
			},
		];
	};
};

/** The t interval and test of differences, one for each seed. */
function tInterval(
	differences: readonly number[],
	{ level }: DrawSettings,
): Pick<Difference, "low" | "high" | "interval" | "p" | "test"> {
	const degrees = differences.length - 1;
	const middle = mean(differences);
	const error = (deviation(differences) as number) / Math.sqrt(degrees + 1);
	const reach = centralQuantile(level / 100, degrees) * error;
	const name = `t of ${degrees} degree${degrees === 1 ? "" : "s"} of freedom`;
	return {
		low: middle - reach,
		high: middle + reach,
		interval: `${level} %, ${name}`,
		p: middle === 0 ? 1 : twoSided(middle / error, degrees),
		test: name,
	};
}

const overSeeds: Makes = (scored, settings) => {
	const runs = bySeed(scored);
	const scores = runs.map((own) =>
		own.map((run) =>
			scoresOf({ ...at(scored.groups, 0), runs: [run] }, scored),
		),
	);
	return (i, j) =>
		scoreNames.map((score) => {
			const ofA = at(scores, i).map((one) => one[score]);
			const ofB = at(scores, j).map((one) => one[score]);
			return {
				score,
				over: "seeds",
				units: ofA.length,
				a: mean(ofA),
				b: mean(ofB),
				difference: mean(ofA) - mean(ofB),
				...tInterval(
					ofA.map((one, k) => one - at(ofB, k)),
					settings,
				),
			};
		});
};

const overSeedsThenImages: Makes = (scored, settings) => {
	const runs = bySeed(scored);
	const scores = scored.groups.map((group) => scoresOf(group, scored));
	const drawn: Drawn[] = seedsThenImages(
		runs.map((own) => own.map((run) => imageUnits({ runs: [run] }, scored))),
		settings,
	);
	return (i, j) =>
		scoreNames.map((score) => {
			const [a, b] = [at(scores, i)[score], at(scores, j)[score]];
			return {
				score,
				over: "seeds, then images",
				units: at(runs, i).length,
				a,
				b,
				difference: a - b,
				...drawnInterval([at(drawn, i)[score], at(drawn, j)[score]], settings),
				p: null,
				test: null,
			};
		});
};

const makes: Readonly<Record<Over, Makes>> = {
	images: overImages,
	corruptions: overCorruptions,
	"groups of corruptions": overGroups,
	seeds: overSeeds,
	"seeds, then images": overSeedsThenImages,
};

/** How two of some groups of runs differ, over each of what is named; pairs are told by their positions. */
export function differences(
	scored: ScoreGroups,
	over: readonly Over[],
	settings: DrawSettings,
): Pairs {
	const each = over.map((name) => makes[name](scored, settings));
	return (i, j) => each.flatMap((pairs) => pairs(i, j));
}
