import type { Evidence, Row } from "./evidence.js";
import {
	bounds,
	type Claims,
	gain,
	loss,
	meanOf,
	points,
	stands,
	where,
	word,
} from "./words.js";

const table = "studyTable(results";
const heat = "plotHeatMap(results";
const rates = [0.01, 0.03, 0.1];
const robust = ["resnet-mini/prime", "resnet-mini/adversarial"];
const backbones = ["resnet-mini/regular", ...robust];

const at = (
	evidence: Evidence,
	backbone: string,
	learningRate: number,
	augment = "none",
) => evidence.row(table, { backbone, learningRate, augment });
const number = (row: Row | undefined, name: string) => Number(row?.[name]);

/** Whether the intervals of the drops at a learning rate have something in common. */
function doOverlap(evidence: Evidence, rate: number): boolean {
	const drops = evidence
		.traces("plotDegreeOfFineTuning(plain")
		.slice(2 * backbones.length) as {
		customdata: number[];
		y: number[];
		error_y: { array: number[]; arrayminus: number[] };
	}[];
	const ends = drops.map(({ customdata, y, error_y }) => {
		const i = customdata.indexOf(rate);
		const { array, arrayminus } = error_y;
		return [y[i]! - arrayminus[i]!, y[i]! + array[i]!] as const;
	});
	const lows = ends.map(([low]) => low);
	const highs = ends.map(([, high]) => high);
	return Math.max(...lows) < Math.min(...highs);
}

function degrees(evidence: Evidence): string[] {
	const plain = (rate: number) => at(evidence, "resnet-mini/regular", rate);
	const isMore = (score: string, rate: number) =>
		robust.map(
			(name) =>
				number(at(evidence, name, rate), score) > number(plain(rate), score),
		);
	const isWorst = backbones.every((name) =>
		["clean", "corrupted"].every((score) => {
			const [low, middle, high] = rates.map((rate) =>
				number(at(evidence, name, rate), score),
			);
			return high! < Math.min(low!, middle!);
		}),
	);
	return [
		where(
			["clean", "corrupted"].every((score) =>
				rates.flatMap((rate) => isMore(score, rate)).every(Boolean),
			),
			"In this run the robust backbones score higher at each learning rate, clean and under corruption: those trained with PRIME and adversarially more than the regular one.",
		),
		where(
			rates.every((rate) =>
				isMore("drop", rate).every((more) => more === rate > 0.01),
			),
			"Their drops are smaller than its drop only at the lowest rate.",
		),
		where(
			isWorst,
			"At the highest rate all three score lowest, clean and corrupted.",
		),
		where(
			rates.every((rate) => doOverlap(evidence, rate)),
			"The intervals of the drops overlap at each rate; the differences are paired below.",
		),
	];
}

function augmented(evidence: Evidence): string[] {
	const both = backbones.flatMap((name) =>
		rates.map((rate) => [
			at(evidence, name, rate),
			at(evidence, name, rate, "prime"),
		]),
	);
	const fallen = (score: string) =>
		both.filter(([plain, prime]) => number(prime, score) < number(plain, score))
			.length;
	return [
		`In ${word(fallen("drop"))} of ${word(both.length)} pairs the drop with PRIME is smaller.`,
		where(
			fallen("corrupted") === both.length,
			`But a hundred updates are few to learn from changed images: the clean score falls in ${word(fallen("clean"))} pairs, and the corrupted score in all of them; the paired intervals below say what of it is shown.`,
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
	const mean = (corruption: string, part: string) =>
		meanOf(
			lines.filter(({ name }) => name.includes(part)),
			({ drop }) => Number(drop[corruption]),
		);
	const means = Object.keys(lines[0]?.drop ?? {}).map((corruption) => ({
		corruption,
		drop: mean(corruption, ""),
		gain: mean(corruption, "no augmentation") - mean(corruption, "PRIME"),
	}));
	const [most, fog, third] = means.toSorted((a, b) => b.drop - a.drop);
	const [helped] = means.toSorted((a, b) => b.gain - a.gain);
	const byRate = (rate: number) =>
		lines
			.filter(({ name }) => name.endsWith(`no augmentation · lr ${rate}`))
			.map(({ drop }) => Number(drop.contrast))
			.sort((a, b) => a - b);
	const [low, middle, highest = []] = rates.map(byRate);
	return [
		where(
			most?.corruption === "contrast" && fog?.corruption === "small-scene-fog",
			`In the mean of all runs contrast takes ${points(most?.drop)} % of the accuracy and fog, milder as it is, ${points(fog?.drop)} %; no other corruption takes more than ${points(third?.drop)} %.`,
		),
		where(
			Math.max(...(low ?? []), ...(middle ?? [])) < Number(highest[0]),
			`Without augmentation contrast takes most at the highest rate, ${points(highest[0])} to ${points(highest.at(-1))} %.`,
		),
		where(
			helped?.corruption === "contrast",
			`PRIME during transfer helps most under contrast: the drop is ${points(helped?.gain)} points smaller in the mean.`,
		),
	];
}

function differences(evidence: Evidence): string[] {
	const of = (score: string, over: string) =>
		evidence.row("const a =", { score, over });
	const [clean, corrupted] = [of("clean", "images"), of("corrupted", "images")];
	const drops = evidence.rows("const a =", { score: "drop" });
	return [
		where(
			stands(corrupted) && number(corrupted, "low") > 0,
			`In this run the backbone trained with PRIME scores ${points(corrupted.difference)} points ${bounds(corrupted)} higher under corruption.`,
		),
		where(
			!stands(clean) && number(clean, "low") > 0,
			`Clean it is ${gain(clean)}, which is not shown once p-values are raised for all rows.`,
		),
		where(
			drops.length === 3 && !drops.some(stands),
			"Their drops are told apart neither over images nor over corruptions.",
		),
	];
}

function pairs(evidence: Evidence): string[] {
	const code = 'comparePairs(results, ["backbone"],';
	const scored = evidence.rows(code, { score: "corrupted" });
	const above = (runA: string) =>
		evidence.row(code, {
			runA,
			runB: "resnet-mini/adversarial",
			score: "corrupted",
		});
	return [
		where(
			evidence.rows(code).every(({ over }) => over === "images"),
			"These are intervals over images",
		),
		where(
			scored.length === 3 && scored.every(stands),
			`Under corruption all three are told apart: the one trained adversarially scores ${loss(above("resnet-mini/regular"))} higher than the regular one and ${loss(above("resnet-mini/prime"))} higher than the one trained with PRIME.`,
		),
		where(
			!evidence.rows(code, { score: "drop" }).some(stands),
			"No two drops are: what the robust backbones bring here is accuracy; that they lose less of it under corruption is not shown.",
		),
	];
}

function learningRates(evidence: Evidence): string[] {
	const of = (runA: string, score: string) =>
		evidence.row("comparePairs(plain", { runA, score, runB: "lr 0.01" });
	const middle = of("lr 0.03", "corrupted");
	const highest = of("lr 0.1", "corrupted");
	return [
		where(
			stands(middle) && stands(highest),
			`Under corruption the middle rate scores ${gain(middle)} higher than the lowest, and the highest ${loss(highest)} lower.`,
		),
		where(
			!["lr 0.03", "lr 0.1"].some((rate) => stands(of(rate, "drop"))),
			"No difference of drops is shown: this run does not say whether more fine-tuning takes robustness away.",
		),
	];
}

function primed(evidence: Evidence): string[] {
	const of = (backbone: string, score: string) =>
		evidence.row('comparePairs(results, ["backbone", "augment"]', {
			runA: `${backbone} · PRIME`,
			runB: `${backbone} · no augmentation`,
			score,
		});
	const scores = ["clean", "corrupted"];
	const [regular, prime, adversarial] = backbones.map((name) =>
		scores.map((score) => of(name, score)),
	);
	const costs = (rows: readonly Row[] = []) =>
		`${rows.map((row) => loss(row)).join(" clean and ")} under corruption`;
	return [
		where(
			[...regular!, ...prime!].every(stands),
			`Here PRIME costs the regular backbone ${costs(regular)}, and the one trained with PRIME ${costs(prime)}.`,
		),
		where(
			!adversarial?.some(stands) &&
				!backbones.some((name) => stands(of(name, "drop"))),
			"For the one trained adversarially no difference is shown, and for none of the three is one of the drop.",
		),
	];
}

function calibrated(evidence: Evidence): string {
	const rows = evidence.rows("calibration(results");
	const fall = (row: Row, what: string) =>
		number(row, `clean${what}`) - number(row, `corrupted${what}`);
	return where(
		rows.length === 6 &&
			rows.every(
				(row) =>
					fall(row, " confidence") > 0 &&
					fall(row, " confidence") < fall(row, ""),
			),
		"In all six rows it is less sure, but by less than it is wrong more often.",
	);
}

/** What the notebook of the study's miniature says. */
export const robustnessTransfer: Claims = {
	notebook: "robustness-transfer.ipynb",
	made: (evidence) => [
		...[degrees, augmented, corruptions, differences].flatMap((part) =>
			part(evidence),
		),
		...[pairs, learningRates, primed].flatMap((part) => part(evidence)),
		calibrated(evidence),
	],
	given: [
		"three small backbones",
		"about five minutes on two idle cores",
		"trained on the same source images in three ways",
		"The backbones have told sixteen kinds of drawn things apart.",
		"They are now to tell ten others apart",
		"corruptions of the four groups",
		"here the three are milder",
		"fine-tuned at three learning rates",
		"Bars are 95 % intervals",
		"the difference between two of them",
		"and change four cells; the rest stays as it is.",
	],
};
