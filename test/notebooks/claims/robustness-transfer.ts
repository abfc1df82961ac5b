import type { Evidence, Row } from "./evidence.js";
import { type Claims, meanOf, where, word } from "./words.js";

const table = "studyTable(results)";
const pairs = "comparePairs(results";
const heat = "plotHeatMap(results)";
const rates = [0.01, 0.03, 0.1];
const robust = ["resnet-mini/prime", "resnet-mini/adversarial"];

const at = (
	evidence: Evidence,
	backbone: string,
	learningRate: number,
	augment = "none",
) => evidence.row(table, { backbone, learningRate, augment });
const number = (row: Row | undefined, name: string) => Number(row?.[name]);

function degrees(evidence: Evidence): string[] {
	const against = (
		score: string,
		isBetter: (a: number, b: number) => boolean,
	) =>
		robust.flatMap((name) =>
			rates
				.filter((rate) => {
					const plain = at(evidence, "resnet-mini/regular", rate);
					const own = at(evidence, name, rate);
					return !isBetter(number(own, score), number(plain, score));
				})
				.map((rate) => `${name} at ${rate}`),
		);
	const isWorse = ["resnet-mini/regular", ...robust].every((name) =>
		["clean", "corrupted"].every((score) => {
			const [low, middle, high] = rates.map((rate) =>
				number(at(evidence, name, rate), score),
			);
			return Number(high) < Math.min(Number(low), Number(middle));
		}),
	);
	return [
		where(
			against("corrupted", (a, b) => a > b).length === 0 &&
				against("drop", (a, b) => a < b).join() === "resnet-mini/prime at 0.1",
			"at each learning rate those trained with PRIME and adversarially score higher under corruption than the regular one, and, but for PRIME at the highest rate, have the smaller drop.",
		),
		where(
			isWorse,
			"At the highest rate all three are worse, clean and corrupted.",
		),
	];
}

function augmented(evidence: Evidence): string[] {
	const both = ["resnet-mini/regular", ...robust].flatMap((name) =>
		rates.map((rate) => [
			at(evidence, name, rate),
			at(evidence, name, rate, "prime"),
		]),
	);
	const count = (score: string, sign: number) =>
		both.filter(
			([plain, prime]) =>
				sign * (number(prime, score) - number(plain, score)) > 0,
		).length;
	return [
		`In ${word(count("drop", -1))} of ${word(both.length)} pairs the drop with PRIME is smaller.`,
		where(
			count("clean", -1) === both.length,
			`But a hundred updates are few to learn from changed images: the clean score falls too, and the corrupted score rises in ${word(count("corrupted", 1))} pair only.`,
		),
		published(evidence),
	];
}

function published(evidence: Evidence): string {
	const change = (task: string, score: string) => {
		const of = (augment: string) =>
			number(evidence.row("publishedScores", { task, augment }), score);
		return of("prime") - of("none");
	};
	return where(
		change("ade20k", "corrupted") > 0 &&
			["drop", "clean", "corrupted"].every(
				(score) => change("coco", score) < 0,
			),
		"The study saw both cases: on ADE20K PRIME raised the corrupted score, on COCO it lowered the drop and both scores.",
	);
}

function corruptions(evidence: Evidence): string[] {
	const lines = evidence.drops(heat);
	const helped = lines.flatMap(({ name, drop }) => {
		const plain = lines.find(
			(one) => one.name === name.replace("PRIME", "no augmentation"),
		);
		return plain && plain.name !== name ? [{ plain: plain.drop, drop }] : [];
	});
	const gains = Object.keys(lines[0]?.drop ?? {})
		.map((corruption) => ({
			corruption,
			gain: meanOf(
				helped,
				({ plain, drop }) =>
					Number(plain[corruption]) - Number(drop[corruption]),
			),
		}))
		.sort((a, b) => b.gain - a.gain);
	const most = gains.slice(0, 2).map(({ corruption }) => corruption);
	const isThreeQuarters = lines.every(
		({ drop }) => Math.round(Number(drop.fog) / 25) === 3,
	);
	return [
		where(
			isThreeQuarters,
			"Fog takes three quarters of the accuracy, from every run alike.",
		),
		`PRIME during transfer helps most under ${most.join(" and ")}.`,
	];
}

function differences(evidence: Evidence): string[] {
	const rows = evidence.rows("const a =");
	const of = (score: string, over: string) =>
		rows.find((row) => row.score === score && row.over === over);
	const isApart = (row: Row | undefined) => number(row, "holm") < 0.05;
	const isHigher = ["clean", "corrupted"].every((score) => {
		const row = of(score, "images");
		return isApart(row) && number(row, "difference") > 0;
	});
	const drops = rows.filter(({ score }) => score === "drop");
	const asMuch =
		number(of("clean", "images"), "difference") -
		number(of("corrupted", "images"), "difference");
	return [
		where(
			isHigher && Math.abs(asMuch) < 0.1 && !drops.some(isApart),
			"In this run the backbone trained with PRIME scores higher, clean and corrupted, and by as much in both: their drops are told apart neither over images nor over corruptions.",
		),
		where(
			evidence.rows(pairs).every(({ over }) => over === "images"),
			"These are intervals over images",
		),
	];
}

/** What the notebook of the study's miniature says. */
export const robustnessTransfer: Claims = {
	notebook: "robustness-transfer.ipynb",
	made: (evidence) =>
		[degrees, augmented, corruptions, differences].flatMap((part) =>
			part(evidence),
		),
	given: [
		"three small backbones",
		"a few minutes on two cores",
		"trained on the same source images in three ways",
		"The backbones have told sixteen kinds of drawn things apart.",
		"They are now to tell ten others apart",
		"of each of the four groups",
		"fine-tuned at three learning rates",
		"Bars are 95 % intervals",
		"the difference between two of them",
		"and change three cells; the rest stays as it is.",
	],
};
