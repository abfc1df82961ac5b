import type { Evidence, Row } from "./evidence.js";
import {
	type Claims,
	gain,
	isAbove,
	isBelow,
	isOpen,
	loss,
	points,
	stands,
	where,
} from "./words.js";

const worst = (rows: readonly Row[]) =>
	String(
		Number(Math.max(...rows.map(({ holm }) => Number(holm))).toPrecision(1)),
	);

/** `a [1, 2], b [3, 4] and c [5, 6]`. */
const enumerated = (parts: readonly string[]): string =>
	`${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

/** The rows of a task: scores, pairs with plain fine-tuning, and pairs with fine-tuning that is twice as long. */
function rowsOf(evidence: Evidence, kind: string) {
	const pairs = `const ${kind}Pairs =`;
	const clean = `${kind}Pairs.filter((row) => row.score === "clean").select(columns)`;
	const of = (remedy: string, how = "none") =>
		evidence.row(pairs, { runA: `${remedy} · ${how}` });
	const cleanOf = (remedy: string) =>
		evidence.row(clean, { runA: `${remedy} · none` });
	const longer = (remedy: string) =>
		evidence.row(`comparePairs(twice("${kind}")`, { runA: remedy });
	const drop = (remedy: string) =>
		Number(
			evidence.row(`const ${kind} = of(`, { remedy, adaptation: "none" }).drop,
		);
	return { of, cleanOf, longer, drop };
}

function segmentation(evidence: Evidence): string[] {
	const { of, cleanOf, longer, drop } = rowsOf(evidence, "segmentation");
	const [twice, lpFt] = [of("twice as long"), of("LP-FT")];
	const helping = ["L2-SP", "distillation", "probe", "SPD"];
	const [first = "", ...others] = helping;
	const [prime, jsd] = [of("PRIME"), of("PRIME + JSD")];
	const ahead = longer("LP-FT");
	const helps = (row: Row) => isAbove(row) && stands(row);
	return [
		where(
			helps(twice) && helps(lpFt),
			`Fine-tuned twice as long, the network gains ${gain(twice)} corrupted, and LP-FT, which has had as many updates, ${gain(lpFt)}.`,
		),
		where(
			isAbove(ahead) && !stands(ahead),
			`Against each other LP-FT is ${gain(ahead)} ahead, which does not outlast Holm (${worst([ahead])});`,
		),
		where(
			["WiSE 0.5", "soup"].every((one) => isBelow(longer(one))),
			`WiSE is ${loss(longer("WiSE 0.5"))} behind, and the soup ${loss(longer("soup"))}.`,
		),
		where(
			helping.every((one) => helps(of(one)) && helps(cleanOf(one))),
			`Of what costs no more updates, ${first} gains ${gain(of(first))}, ${enumerated(others.map((one) => `${one === "probe" ? "the probe" : one} ${gain(of(one))}`))}, all also after Holm (${worst(helping.map((one) => of(one)))}), and clean too.`,
		),
		where(
			helping.every((one) => drop(one) > drop("fine-tuning")),
			"Their drops are larger than that of plain fine-tuning, not smaller: here they help to learn, not to stay robust.",
		),
		where(
			isBelow(prime) && isBelow(jsd),
			`by ${loss(prime)}, with JSD by ${loss(jsd)}.`,
		),
		`Their drops are the smallest, ${points(drop("PRIME"))} and ${points(drop("PRIME + JSD"))}, of scores that are hardly learned.`,
		where(
			isOpen(of("fine-tuning", "bn16")),
			`That adaptation changes plain fine-tuning is not shown: ${gain(of("fine-tuning", "bn16"))}.`,
		),
	];
}

function detection(evidence: Evidence): string[] {
	const { of, longer } = rowsOf(evidence, "detection");
	const three = ["LP-FT", "soup", "WiSE 0.5"];
	const [lpFt, soup, wise] = three.map((one) => longer(one)) as [Row, Row, Row];
	const losing = ["probe", "L2-SP", "distillation"].map((one) => of(one));
	const [probe, l2Sp, distilled] = losing as [Row, Row, Row];
	const isWorse = (row: Row) => isBelow(row) && stands(row);
	return [
		where(
			[lpFt, soup, wise].every(isWorse),
			`twice as long gains ${gain(of("twice as long"))}, and against that LP-FT loses ${loss(lpFt)}, the soup ${loss(soup)} and WiSE ${loss(wise)}.`,
		),
		where(
			three.every((one) => isAbove(of(one)) && stands(of(one))),
			`Beside plain fine-tuning, of half as many updates, all three look like remedies: ${enumerated(three.map((one) => gain(of(one))))}.`,
		),
		where(
			losing.every(isWorse),
			`the probe loses ${loss(probe)}, L2-SP ${loss(l2Sp)} and distillation ${loss(distilled)}, also after Holm (${worst(losing)} at most).`,
		),
		where(
			isOpen(of("SPD")),
			`SPD is not shown either way: ${gain(of("SPD"))}.`,
		),
		where(
			isWorse(of("PRIME")) && isOpen(of("PRIME + JSD")),
			`PRIME loses ${loss(of("PRIME"))}; with JSD, where the loss is of the image itself, nothing is shown: ${gain(of("PRIME + JSD"))}.`,
		),
		where(
			isOpen(of("fine-tuning", "bn16")),
			`Nor is it of adaptation: ${gain(of("fine-tuning", "bn16"))}.`,
		),
	];
}

/** The size of what is shown, as the parameters have it. */
function extent(evidence: Evidence): string[] {
	const code = evidence.code("let seeds");
	const of = (name: string) => new RegExp(`${name} = (.*)`).exec(code)?.[1];
	return [
		where(
			/segmentation: \[0, 1\], detection: \[0\]/.test(of("let seeds") ?? "") &&
				/segmentation: 200, detection: 150/.test(of("let steps") ?? ""),
			`one backbone, two seeds and 200 updates for segmentation, one seed and 150 updates for detection, half of what their own notebooks take; ${of("let images")?.replace(";", "")} test scenes, severity 1.`,
		),
	];
}

/** What the notebook of remedies for segmentation and detection says. */
export const remediesDense: Claims = {
	notebook: "remedies-dense.ipynb",
	made: (evidence) =>
		[extent, segmentation, detection].flatMap((part) => part(evidence)),
	given: [
		"Training, scoring and comparing took about an hour of two cores that had other work as well.",
		"with the weight that SHADE has for segmentation, and 1 for the regions of a detector",
		"one view",
		"the last two feature maps",
		"Fine-tuning *twice as long* is no remedy: what begins from a probe has had twice the updates, and is to be compared with it as well.",
		"Remedies of two steps",
		"*WiSE* is halfway between the two, and the *soup* the mean of three runs from one probe: at the recipe's learning rate, a half and a quarter of it.",
		"at severity 1, on the same scenes",
		"as if the statistics they have learned were of 16 images",
		"intervals of 95 % from draws",
		"raised for both tables together",
	],
};
