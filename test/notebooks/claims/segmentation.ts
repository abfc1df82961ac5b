import { publishedScores } from "../../../src/index.js";
import type { Evidence } from "./evidence.js";
import { type Claims, listed, meanOf, points, where, word } from "./words.js";

const table = "studyTable(results)";
const heat = "plotHeatMap(results)";
const degreesOf = "plotDegreeOfFineTuning(loadResults";
const classes = "byClass(results.filter";

function pairs(evidence: Evidence): string[] {
	const of = (augment: string, score: string) =>
		evidence.rows(table, { augment }).map((row) => Number(row[score]));
	const range = (all: readonly number[]) => [
		...new Set([Math.min(...all), Math.max(...all)].map(Math.round)),
	];
	const [plain, prime] = [of("none", "drop"), of("prime", "drop")];
	const isLower = (score: string) =>
		of("prime", score).every((one, i) => one < Number(of("none", score)[i]));
	const [regular, ...robust] = evidence.rows(table, { augment: "none" });
	const isHigher = robust.every(
		(row) =>
			Number(row.clean) > Number(regular?.clean) &&
			Number(row.corrupted) > Number(regular?.corrupted),
	);
	const steps = /steps = (\d+)/.exec(evidence.code("let steps"))?.[1];
	return [
		where(
			isLower("drop"),
			`In all ${word(plain.length)} pairs the drop with PRIME is smaller: ${range(prime).join(" to ")} instead of ${range(plain).join(" to ")} %.`,
		),
		where(
			isHigher,
			"The robust backbones score higher than the regular one, clean and corrupted.",
		),
		where(
			isLower("clean") && isLower("corrupted"),
			`But ${steps} steps are few to learn from changed images: with PRIME both scores fall.`,
		),
	];
}

function study(): string {
	const of = (augment: string, score: "corrupted" | "drop") =>
		publishedScores
			.find((row) => row.task === "ade20k" && row.augment === augment)
			?.[score].toFixed(2);
	const change = (score: "corrupted" | "drop") =>
		`from ${of("none", score)} to ${of("prime", score)}`;
	return `In the study, after 80,000 steps on ADE20K, PRIME lowered the drop ${change("drop")} % and raised the corrupted mIoU ${change("corrupted")}.`;
}

function degrees(evidence: Evidence): string[] {
	const [clean = [], , drop = []] = evidence
		.traces(degreesOf)
		.map(({ y }) => y as number[]);
	const grows = (all: readonly number[]) =>
		all.every((one, i) => i === 0 || one > Number(all[i - 1]));
	const images = /images = (\d+)/.exec(evidence.code("let images"))?.[1];
	return [
		where(
			grows(drop),
			`As in the study, the drop grows with the degree of fine-tuning: ${listed(drop.map(points))} %.`,
		),
		where(
			grows(clean),
			`So few steps also learn more at a higher learning rate, as the clean scores show; one seed and ${images} scenes do not tell the two apart.`,
		),
	];
}

function corruptions(evidence: Evidence): string[] {
	const lines = evidence.drops(heat);
	const [plain, prime] = ["no augmentation", "PRIME"].map((augment) =>
		lines.filter(({ name }) => name.endsWith(` · ${augment}`)),
	);
	const mean = (of: typeof lines = [], corruption: string) =>
		meanOf(of, ({ drop }) => Number(drop[corruption]));
	const names = Object.keys(lines[0]?.drop ?? {});
	const isBetween = (corruption: string, low: number, high: number) => {
		const drop = mean(plain, corruption);
		return drop >= low && drop <= high;
	};
	const isLittle = names
		.filter((name) => /noise|blur/.test(name))
		.every((name) => isBetween(name, -1, 8));
	const most = names
		.map((name) => ({ name, gain: mean(plain, name) - mean(prime, name) }))
		.sort((a, b) => b.gain - a.gain)
		.slice(0, 2);
	return [
		where(
			isBetween("fog", 45, 55) &&
				["snow", "frost", "contrast"].every((one) => isBetween(one, 22, 36)) &&
				isLittle,
			"Where nothing is done against it, fog takes half of the mIoU; snow, frost and contrast take a quarter to a third; noise and blur take little.",
		),
		`PRIME during transfer helps most under ${most.map(({ name }) => name).join(" and ")}.`,
	];
}

/** What the notebook of segmentation says. */
export const segmentation: Claims = {
	notebook: "segmentation.ipynb",
	made: (evidence) => {
		const lost = evidence.rows(classes, { clean: 0 });
		const names = lost.map((row) => String(row.class));
		return [
			...pairs(evidence),
			study(),
			...degrees(evidence),
			...corruptions(evidence),
			`In so few steps ${word(names.length)} classes are not learned at all: ${listed(names)}.`,
		];
	},
	given: [
		"about five minutes on two idle cores",
		"which two lines to change",
		"or one of ten kinds of things",
		"Four to seven things are in a scene",
		"Three backbones of one architecture",
		"One run on two scenes",
		"at three learning rates, on ADE20K 0.0025, 0.005 and 0.01",
		"Two lines make this the study's task and recipe, 80,000 steps of 16 images",
		"a third loads its backbones",
		"The three learning rates of",
	],
};
