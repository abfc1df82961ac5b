import type { Evidence, Row } from "./evidence.js";
import {
	bounds,
	gain,
	isBelow,
	isOpen,
	loss,
	points,
	stands,
	where,
	word,
} from "./words.js";

const backbones = ["resnet-mini/regular", "resnet-mini/prime"];
const number = (row: Row | undefined, name: string) => Number(row?.[name]);

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
			!stands(clean) && isOpen(clean),
			`Clean it is ${gain(clean)}, which may be nothing.`,
		),
		where(
			drops.length === 3 && !drops.some(stands),
			"Their drops are told apart neither over images nor over corruptions.",
		),
	];
}

function pairs(evidence: Evidence): string[] {
	const code = 'comparePairs(plain, ["backbone"],';
	const scored = evidence.rows(code, { score: "corrupted" });
	const above = (runA: string) =>
		evidence.row(code, {
			runA,
			runB: "resnet-mini/adversarial",
			score: "corrupted",
		});
	const prime = evidence.row(code, {
		runA: "resnet-mini/regular",
		runB: "resnet-mini/prime",
		score: "corrupted",
	});
	return [
		where(
			evidence.rows(code).every(({ over }) => over === "images"),
			"These are intervals over images, of runs of a single seed",
		),
		where(
			scored.length === 3 &&
				stands(prime) &&
				stands(above("resnet-mini/regular")) &&
				!stands(above("resnet-mini/prime")),
			`Under corruption both robust backbones score higher than the regular one: the one trained adversarially by ${loss(above("resnet-mini/regular"))}, the one trained with PRIME by ${loss(prime)}.`,
		),
		where(
			!evidence.rows(code, { score: "drop" }).some(stands),
			"No two drops are: what the robust backbones bring here is accuracy; that they lose less of it under corruption is not shown.",
		),
	];
}

function learningRates(evidence: Evidence): string[] {
	const of = (runA: string, score: string) =>
		evidence.row("const lowest =", { runA, score, runB: "lr 0.01" });
	const between = of("lr 0.03", "corrupted");
	const highest = of("lr 0.1", "corrupted");
	return [
		where(
			stands(between) && stands(highest),
			`Under corruption the middle rate scores ${gain(between)} higher than the lowest, and the highest ${loss(highest)} lower.`,
		),
		where(
			!["lr 0.03", "lr 0.1"].some((rate) => stands(of(rate, "drop"))),
			"No difference of drops is shown: this run does not say whether more fine-tuning takes robustness away.",
		),
	];
}

function primed(evidence: Evidence): string[] {
	const code = 'comparePairs(atMiddle, ["backbone", "augment"]';
	const rows = evidence.rows(code);
	const of = (backbone: string, score: string) =>
		evidence.row(code, {
			runA: `${backbone} · PRIME`,
			runB: `${backbone} · no augmentation`,
			score,
		});
	const [regular = "", prime = ""] = backbones;
	const named = [
		of(regular, "corrupted"),
		of(prime, "clean"),
		of(prime, "drop"),
	];
	const [corrupted, clean, drop] = named.map(loss);
	return [
		where(
			!rows.some(stands),
			"None of these differences is shown once p-values are raised for all rows.",
		),
		where(
			rows.filter((row) => !isOpen(row)).length === named.length &&
				named.every(isBelow),
			`Before that, ${word(named.length)} intervals exclude 0: PRIME costs the regular backbone ${corrupted} under corruption, and the one trained with PRIME ${clean} clean, and makes its drop ${drop} points smaller.`,
		),
	];
}

/** What the notebook of the study's miniature says of differences that are paired. */
export const pairedClaims = (evidence: Evidence): string[] =>
	[differences, pairs, learningRates, primed].flatMap((part) => part(evidence));
