import { publishedScores } from "../../../src/index.js";
import type { Evidence } from "./evidence.js";
import { type Claims, where } from "./words.js";

const darkened = "tf.max(tf.abs(tf.sub(tf.concat(released)";
const largest = "const bytes =";
const audits = "aq.from(audits)";

/** The first numbers of a tensor as it is shown. */
const numbersIn = (text: string) =>
	(/= ([^a-z]*)/.exec(text)?.[1] ?? "").split(", ").map(Number);

function publishedChange(task: string, score: "clean" | "corrupted"): string {
	const of = (augment: string) =>
		publishedScores
			.find((row) => row.task === task && row.augment === augment)
			?.[score].toFixed(2);
	return `from ${of("none")} to ${of("prime")}`;
}

function primeDarkens(evidence: Evidence): string[] {
	const draws = evidence.rows(audits).map((row) => Number(row.draws));
	const of = (reading: string) => evidence.row(audits, { reading });
	const [released, described] = [of("as released"), of("as described")];
	const [most = Number.NaN] = numbersIn(evidence.plain(darkened));
	const kept = (row: typeof released) =>
		Number(Number(row["brightness kept"]).toFixed(1));
	return [
		where(
			most < 1 / 255,
			`The second and third rows differ by less than one gray level in 255, that is ${(1 / 255).toFixed(4)}:`,
		),
		where(
			numbersIn(evidence.plain(largest)).join() === "255,1,1",
			"whatever the primitive did, nothing above 1 of 255 comes out.",
		),
		where(new Set(draws).size === 1, `${draws[0]} draws each`),
		where(
			kept(released) === 0.5 && kept(described) === 1,
			"halved as released, which is the mean of `1 - m`, and about kept as described.",
		),
		`On COCO clean box AP fell ${publishedChange("coco", "clean")} and corrupted ${publishedChange("coco", "corrupted")}; on ADE20K clean mIoU went ${publishedChange("ade20k", "clean")} and corrupted ${publishedChange("ade20k", "corrupted")}.`,
	];
}

function rareClasses(evidence: Evidence): string[] {
	const text = evidence.plain("const focal: RecipeLoss");
	const counts = [...text.matchAll(/\w+: (\d+)/g)].map(([, n]) => Number(n));
	const most = Math.max(...counts);
	const rare = counts.filter((count) => Math.round(most / count) === 7);
	return [
		where(
			rare.length === 5 && counts.length === 10,
			"Of five of the ten classes there is only every seventh image to train on.",
		),
	];
}

const none = () => [];

/** What the other notebooks say, most of which is no result. */
export const others: readonly Claims[] = [
	{
		notebook: "prime.ipynb",
		made: primeDarkens,
		given: [
			"with three kinds of random change",
			"The three primitives",
			"from half a pixel up",
			"for twenty neighboring frequencies",
			"up to 500, clipped to 0-1",
			"A 3 x 3 kernel of normal numbers plus a unit impulse, the same for the three channels, clipped to 0-1",
			"three chains of one to three primitives",
			"uniform between 0 and 1",
			"Two readings of the study",
			"images in 0-1",
			"images in **0-255**",
			"Both primitives end by clipping to 0-1.",
			"For an image in 0-255 that is black",
			"the photograph in 0-255",
			"(R² = 1)",
			"To tell the two differences",
			"a third option",
			"which is the mean of",
		],
	},
	{
		notebook: "your-own.ipynb",
		made: rareClasses,
		given: [
			"Three small pieces of research",
			"A fifth of the training images is held out",
			"All three are part of",
			"when three scores in a row",
			"with 1 x 1 convolutions",
			"that of the fifteen;",
			"under all five severities",
		],
	},
	{
		notebook: "backbones.ipynb",
		made: none,
		given: [
			"two small ones",
			"at strides 4, 8, 16 and 32",
			"Three test images",
			"at stride 4",
			"what two backbones make of the same image, over 64 test images",
		],
	},
	{
		notebook: "cifar10.ipynb",
		made: none,
		given: [
			"images of 32 pixels are enlarged to 224",
			"At 224 pixels the network is trained on random parts of them, at 32 pixels",
			"falls to a tenth after one third and again after two thirds",
			"All images, 150 epochs",
			"reach 98.3 % with the backbone",
			"at learning rate 0.001",
		],
	},
	{
		notebook: "corruptions.ipynb",
		made: none,
		given: [
			"Fifteen corruptions at",
			"In four groups",
			"the mildest of five",
			"The last four are",
			"Three variants",
			"published three times",
			"for images of 224 pixels",
			"for 32 pixels",
			"an image of 32 pixels",
			"twice with one id",
		],
	},
	{
		notebook: "imagenet.ipynb",
		made: none,
		given: [
			"few images, three severities",
			"the thousand of",
			"the middle 224 pixels of 256",
			"5,000 images are",
			"for all five severities",
			"All 50,000 images",
			"five severities: 3.8 million images",
		],
	},
	{
		notebook: "sweep.ipynb",
		made: none,
		given: [
			"the two lines that send a sweep",
			"Three networks of one architecture",
			"four updates, of which the first compiles",
			"Two backbones at two learning rates",
			"Two lines send it",
		],
	},
];
