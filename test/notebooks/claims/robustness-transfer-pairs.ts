import type { Evidence } from "./evidence.js";
import { gain, isBelow, isOpen, loss, stands, where, word } from "./words.js";

const backbones = ["resnet-mini/regular", "resnet-mini/prime"];

function differences(evidence: Evidence): string[] {
	const of = (score: string, over: string) =>
		evidence.row("const a =", { score, over });
	const [clean, corrupted] = [of("clean", "images"), of("corrupted", "images")];
	const drops = evidence.rows("const a =", { score: "drop" });
	return [
		where(
			[corrupted, clean].every((row) => !stands(row) && isOpen(row)),
			`In this run the backbone trained with PRIME is not told apart from the regular one: under corruption it scores ${gain(corrupted)} points higher, clean ${gain(clean)}, which may be nothing.`,
		),
		where(
			drops.length === 3 && !drops.some(stands),
			"Nor are their drops, over images or over corruptions.",
		),
	];
}

function pairs(evidence: Evidence): string[] {
	const code = 'comparePairs(plain, ["backbone"],';
	const scored = evidence.rows(code, { score: "corrupted" });
	const pair = (runA: string, runB: string) =>
		evidence.row(code, { runA, runB, score: "corrupted" });
	const adversarial = "resnet-mini/adversarial";
	const [regular = "", prime = ""] = backbones;
	const [above, beside] = backbones.map((name) => pair(name, adversarial));
	return [
		where(
			evidence.rows(code).every(({ over }) => over === "images"),
			"These are intervals over images, of runs of a single seed",
		),
		where(
			scored.length === 3 &&
				[above, beside].every((row) => row && stands(row)) &&
				!stands(pair(regular, prime)),
			`Under corruption the one trained adversarially scores higher than the two others: by ${loss(above!)} than the regular one, and by ${loss(beside!)} than the one trained with PRIME.`,
		),
		where(
			!evidence.rows(code, { score: "drop" }).some(stands),
			"No two drops are told apart: what it brings here is accuracy; that it loses less of it under corruption is not shown.",
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
	const [, prime = ""] = backbones;
	const named = ["clean", "corrupted", "drop"].map((score) => of(prime, score));
	const [clean, corrupted, drop] = named.map(loss);
	return [
		where(
			!rows.some(stands),
			"None of these differences is shown once p-values are raised for all rows.",
		),
		where(
			rows.filter((row) => !isOpen(row)).length === named.length &&
				named.every(isBelow),
			`Before that, ${word(named.length)} intervals exclude 0: PRIME costs the backbone trained with it ${clean} clean and ${corrupted} under corruption, and makes its drop ${drop} points smaller.`,
		),
	];
}

/** What the notebook of the study's miniature says of differences that are paired. */
export const pairedClaims = (evidence: Evidence): string[] =>
	[differences, pairs, learningRates, primed].flatMap((part) => part(evidence));
