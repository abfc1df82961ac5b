import type { Evidence, Row } from "./evidence.js";
import {
	bounds,
	type Claims,
	gain,
	isAbove,
	isBelow,
	isOpen,
	listed,
	loss,
	meanOf,
	points,
	stands,
	where,
	word,
} from "./words.js";

const scores = `robustness(results, ["remedy", "adaptation"])`;
const corrupted = `{ against: plain, scores: ["corrupted"] }`;
const clean = `{ against: plain, scores: ["clean"] }`;
const overSeeds = "const overSeeds =";
const adaptedToItself = "const itself =";
const orders = "spreadOverSeeds(ordered";
const betweenOrders = "const byOrder =";
const onLpFt = `{ against: { remedy: "LP-FT" }, scores: ["clean", "corrupted"] }`;
const onPlain = "const plainly =";
const waysPerSeed = "const perSeed =";
const heads = "const sizes =";
const soups = "robustness(soups";
const onSoups = "comparePairs(soups";

const backbone = (name: string, remedy: string) => ({
	runA: `resnet-mini/${name} · ${remedy}`,
});
const asShown = ({ difference, low, high }: Row) =>
	`${difference} [${low}, ${high}]`;
const small = (value: unknown, digits = 1) =>
	String(Number(Number(value).toPrecision(digits)));

function againstPlain(evidence: Evidence): string[] {
	const all = evidence.rows(corrupted);
	const of = (remedy: string, how = "none", of = corrupted) =>
		evidence.row(of, { runA: `${remedy} · ${how}` });
	const [distilled, prime] = [of("distillation"), of("PRIME")];
	const primeClean = of("PRIME", "none", clean);
	const distilledToo = of("distillation", "bn16");
	const adapted = of("fine-tuning", "bn16");
	const adaptedClean = of("fine-tuning", "bn16", clean);
	return [
		where(
			isAbove(distilled) && !stands(distilled),
			`distillation, corrupted by ${gain(distilled)} as it is; one of ${all.length} rows, it does not outlast Holm (${small(distilled.holm)}).`,
		),
		where(
			isAbove(distilledToo) && !stands(distilledToo),
			`Adapted it is ${gain(distilledToo)}, which does not outlast it either.`,
		),
		where(
			all.filter(isAbove).length === 2,
			"Nothing else here has an interval above 0, corrupted.",
		),
		where(
			[of("L2-SP"), of("SPD"), of("WiSE 0.5")].every(isOpen),
			`L2-SP, at its published strength, within ${bounds(of("L2-SP"))} of plain fine-tuning corrupted, SPD within ${bounds(of("SPD"))}, WiSE within ${bounds(of("WiSE 0.5"))}.`,
		),
		where(
			isOpen(adapted) && isBelow(adaptedClean) && !stands(adaptedClean),
			`Adaptation alone is not shown to gain corrupted, ${gain(adapted)}, and loses clean points, ${loss(adaptedClean)}, though not after Holm.`,
		),
		where(
			[of("soup"), of("LP-FT")].every((row) => isBelow(row) && stands(row)),
			`the soup, by ${loss(of("soup")).replace(" [", " points [")} corrupted, and LP-FT, by ${loss(of("LP-FT"))}; both are taken apart below.`,
		),
		where(
			isBelow(primeClean) && stands(primeClean) && isOpen(prime),
			`PRIME loses clean points, ${loss(primeClean)}, also after Holm (${small(primeClean.holm)}), and corrupted it is not shown to gain or lose: ${gain(prime)}.`,
		),
	];
}

function seeds(evidence: Evidence): string[] {
	const rows = evidence.rows(overSeeds);
	const of = (name: string, remedy: string) =>
		evidence.row(overSeeds, backbone(name, remedy));
	const excluding = rows.filter((row) => isAbove(row) || isBelow(row));
	const count = Number(rows[0]?.units);
	const named = [of("adversarial", "LP-FT"), of("adversarial", "WiSE 0.5")];
	const [lpFt, wise] = named.map(loss);
	return [
		where(
			count === 3 && !rows.some(stands),
			"Three seeds leave two degrees of freedom, and after Holm no row stands.",
		),
		where(
			excluding.length === named.length && excluding.every(isBelow),
			`Those of one backbone that exclude 0 are losses: on the adversarial one LP-FT, ${lpFt}, and WiSE, ${wise}, and, in rows that the table leaves out, the probe on the adversarial backbone and the soup on the regular one.`,
		),
	];
}

function adaptation(evidence: Evidence): string[] {
	const of = (remedy: string) =>
		evidence.row(adaptedToItself, { runA: `${remedy} · bn16` });
	const [soup, lpFt, probe] = [of("soup"), of("LP-FT"), of("probe")];
	const scored = (order: string) =>
		evidence.rows(orders, { order }).map((row) => Number(row.corrupted));
	const range = (all: readonly number[]) =>
		[Math.min(...all), Math.max(...all)].map(Math.round).join(" to ");
	const inTurn = (name: string) =>
		evidence.row(betweenOrders, backbone(name, "classes in turn"));
	const [regular, prime, adversarial] = [
		inTurn("regular"),
		inTurn("prime"),
		inTurn("adversarial"),
	];
	return [
		where(
			stands(soup) && stands(lpFt),
			`Adaptation mends what is ill: the soup by ${gain(soup)} and LP-FT by ${gain(lpFt)}, also after Holm.`,
		),
		where(
			!isAbove(of("fine-tuning")) && isBelow(probe),
			`Plain fine-tuning is not shown to gain, ${gain(of("fine-tuning"))}, and the probe loses ${loss(probe)}, Holm ${small(probe.holm, 2)}.`,
		),
		`of ${range(scored("none"))} corrupted are left ${range(scored("one class after another"))}, on each backbone.`,
		where(
			stands(prime) && stands(adversarial) && isOpen(regular),
			`Classes in turn are better than shuffled ones, over seeds by ${gain(prime)} with PRIME's backbone and ${gain(adversarial)} with the adversarial one, also after Holm; with the regular one it is ${gain(regular)}.`,
		),
	];
}

function head(evidence: Evidence): string[] {
	const of = (remedy: string, score = "corrupted") =>
		evidence.row(onLpFt, { runA: remedy, score });
	const plainly = (remedy: string) => evidence.row(onPlain, { runA: remedy });
	const seed = (name: string) =>
		evidence.row(waysPerSeed, backbone(name, "head rescaled"));
	const [rescaled, slow] = [of("head rescaled"), of("slow probe")];
	const clean = [of("head rescaled", "clean"), of("slow probe", "clean")];
	const most = Math.max(...clean.map(({ holm }) => Number(holm)));
	const [regular, prime, adversarial] = [
		seed("regular"),
		seed("prime"),
		seed("adversarial"),
	];
	const three = [regular, prime, adversarial];
	const best = plainly("head rescaled");
	return [
		`With the head rescaled LP-FT gains ${gain(rescaled).replace(" [", " points corrupted [")}, from the slow probe ${gain(slow)}, and clean too (Holm ${small(most, 2)} at most).`,
		where(
			isOpen(plainly("WiSE 0.5")),
			`WiSE gains ${gain(of("WiSE 0.5"))} on LP-FT, and nothing that is shown on plain fine-tuning: ${gain(plainly("WiSE 0.5"))}.`,
		),
		where(
			isAbove(best) &&
				evidence.rows(onPlain).filter((row) => isAbove(row) && stands(row))
					.length === 1,
			`corrupted by ${gain(best)}, Holm ${small(best.holm)}.`,
		),
		where(
			three.every((row) => isOpen(row) && Number(row.difference) > 0),
			`It is so on all ${word(three.length)} backbones, by ${listed(three.map((row) => points(row.difference)))}, but over ${word(Number(regular.units))} seeds no interval excludes 0: ${bounds(regular)}, ${bounds(prime)} and ${bounds(adversarial)}.`,
		),
		where(
			isOpen(plainly("slow probe")),
			`From the slow probe it is ${gain(plainly("slow probe"))}, which may be nothing.`,
		),
	];
}

function sizes(evidence: Evidence): string[] {
	const of = (remedy: string) =>
		evidence.rows(heads, { remedy }).map((row) => Number(row.head));
	const tuned = of("fine-tuning");
	const times = of("probe").map((size, i) => size / Number(tuned[i]));
	const [soup, slowest] = [
		evidence.row(onSoups, { runA: "soup of two" }),
		evidence.row(onSoups, { runA: "LP-FT at 0.01" }),
	];
	const fallen = evidence.row(soups, { remedy: "LP-FT at 0.1" });
	return [
		where(
			times.every((one) => one > 2.4 && one < 3.1),
			"The fast probe's head is two and a half to three times as large as one that is fine-tuned",
		),
		where(
			meanOf(of("slow probe"), Number) < 1.15 * meanOf(tuned, Number),
			"Rescaled, or from the slow probe, it ends near the size of plain fine-tuning.",
		),
		`The run at 0.1, from the large head, has fallen to ${points(fallen.corrupted)} corrupted, and a mean of three takes it in.`,
		`Without it the soup is better than LP-FT at 0.03, by ${asShown(soup)}, as is the slowest run alone, by ${asShown(slowest)}.`,
	];
}

function extent(evidence: Evidence): string[] {
	const given = evidence.code("let severities");
	const of = (name: string) =>
		new RegExp(`${name} = (.*);`).exec(given)?.[1] ?? "";
	const count = (name: string) => of(name).split(",").length;
	const ways = new Set(evidence.rows(scores).map(({ remedy }) => remedy));
	return [
		`Here it stands side by side, in miniature: ${word(ways.size)} ways to fine-tune`,
		`${word(count("names"))} backbones, ${word(count("seeds"))} seeds, ${of("steps")} updates, ${of("images")} test images, severity ${of("severities").slice(1, -1)}.`,
		where(
			of("steps") === "100",
			"A hundred updates are few to learn from changed images.",
		),
	];
}

/** What the notebook of remedies says. */
export const remedies: Claims = {
	notebook: "remedies.ipynb",
	made: (evidence) =>
		[extent, againstPlain, seeds, adaptation, head, sizes].flatMap((part) =>
			part(evidence),
		),
	given: [
		"about an hour of processor time",
		"an image and of two views of it",
		"Remedies of two steps",
		"*WiSE* is halfway between the two, and the *soup* the mean of three runs from one probe, at three learning rates.",
		"a batch of 64 test images with the running ones, as if those were of 16 images",
		"intervals of 95 % from draws",
		"a batch holds two to four classes",
		"its three lose very differently",
		"Two ways to make it smaller",
		"a probe at a tenth of the rate",
		"the other two were new",
		"Its three runs, and the soup without the fastest",
		"the command at the top asks the third",
		"rests on two ways to make it smaller",
	],
};
