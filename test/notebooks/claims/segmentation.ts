import { publishedScores } from "../../../src/index.js";
import type { Evidence, Row } from "./evidence.js";
import { type Claims, listed, meanOf, points, where, word } from "./words.js";

const table = "studyTable(results";
const heat = "plotHeatMap(results";
const degreesOf = "plotDegreeOfFineTuning(loadResults";
const classes = 'ofClasses.groupby("class")';

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
	const means = Object.keys(lines[0]?.drop ?? {})
		.map((name) => ({
			name,
			drop: mean(plain, name),
			gain: mean(plain, name) - mean(prime, name),
		}))
		.sort((a, b) => b.drop - a.drop);
	const [contrast, second] = means;
	const [helped] = means.toSorted((a, b) => b.gain - a.gain);
	const worst = Math.max(...lines.flatMap(({ drop }) => Object.values(drop)));
	return [
		where(
			contrast?.name === "contrast" && worst < 100 / 3,
			`Where nothing is done against it, contrast takes ${points(contrast?.drop)} % of the mIoU in the mean of the three; no other corruption takes more than ${points(second?.drop)} %.`,
		),
		where(
			helped?.name === "contrast",
			`PRIME during transfer helps most under contrast, by ${points(helped?.gain)} points.`,
		),
	];
}

function learned(evidence: Evidence): string[] {
	const rows = evidence
		.rows(classes)
		.filter((row) => row.class !== "background");
	const of = (row: Row, augment: string) =>
		Object.entries(row).flatMap(([name, score]) =>
			name.startsWith(`${augment}_`) ? [Math.round(Number(score))] : [],
		);
	const ends = rows
		.map((row) => ({ name: String(row.class), all: of(row, "none") }))
		.map(({ name, all }) => ({
			name,
			least: Math.min(...all),
			most: Math.max(...all),
		}))
		.sort((a, b) => a.least - b.least);
	const [least, most] = [ends[0], ends.at(-1)];
	const lost = rows.filter((row) => Math.max(...of(row, "prime")) < 1);
	return [
		where(
			rows.length === 10 && Number(least?.least) >= 10,
			`Without augmentation each of the three learns all ten kinds of things: the ${least?.name}, the smallest, least, with an IoU of ${least?.least} to ${least?.most}, the ${most?.name} best, with ${most?.least} to ${most?.most}.`,
		),
		where(
			lost.length === 1 && lost[0]?.class === least?.name,
			`With PRIME, in as many steps, none of the three learns the ${least?.name}.`,
		),
	];
}

/** What the notebook of segmentation says. */
export const segmentation: Claims = {
	notebook: "segmentation.ipynb",
	made: (evidence) => [
		...pairs(evidence),
		study(),
		...degrees(evidence),
		...corruptions(evidence),
		...learned(evidence),
	],
	given: [
		"about ten minutes on two idle cores",
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
