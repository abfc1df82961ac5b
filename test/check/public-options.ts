import * as tf from "@tensorflow/tfjs";
import { madeUpRow } from "../analysis/made-up-rows.js";
import { tinyBackbone, tinyTask } from "../train/tiny-task.js";
import * as library from "./library.js";
import { createImage, createLabelMap, Random, recipes } from "./library.js";

/** How a public function is mistyped in three ways. */
export interface Mistakes {
	/** Calls it with these options. */
	readonly call: (options: never) => unknown;
	/** Options that are needed, all of them right. */
	readonly needed?: object;
	/** A key that there is not, and the one that is meant; null where it is given wider objects on purpose. */
	readonly typo: readonly [key: string, meant: string] | null;
	/** A key, and a value of another type than its own. */
	readonly wrong: readonly [key: string, value: unknown];
	/** A key, a name that there is not, and the one that is meant. */
	readonly name?: readonly [key: string, given: unknown, meant: string];
}

const image = createImage(40, 40);
const labels = createLabelMap(40, 40);
const images = tf.zeros<tf.Rank.R4>([1, 8, 8, 3]);
const logits = tf.zeros<tf.Rank.R2>([1, 2]);
const random = new Random("mistakes");
const results = [madeUpRow()];
const table = library.loadResults(results);
const figure = { data: [], layout: {} };
const run = {} as library.LoggedRun;

const cells = {
	typo: ["severites", "severities"],
	wrong: ["severities", 1],
	name: ["corruptions", ["fog", "frots"], "frost"],
} as const;

const format = {
	typo: ["digit", "digits"],
	wrong: ["digits", "2"],
} as const;

const pictures = {
	typo: ["trainImage", "trainImages"],
	wrong: ["size", "64"],
	name: ["domain", "targt", "target"],
} as const;

const prime = {
	needed: library.primePresets.imagenet,
	typo: ["maxDepth", "maximumDepth"],
	wrong: ["randomFilter", true],
	name: ["randomFilter", { impulse: "centre" }, "center"],
} as const;

const variantName = ["corruptionVariant", "cifar10-c", "cifar-10-c"] as const;

/** The public functions that take options, by name. */
export const withOptions: Readonly<Record<string, Mistakes>> = {
	// What runs the maths.
	compile: {
		call: (options) => library.compile((x: tf.Tensor) => x, options),
		typo: ["frozn", "frozen"],
		wrong: ["frozen", 5],
	},
	checkpointed: {
		call: (options) => library.checkpointed({}, images, options as never),
		needed: { names: [], of: () => images, options: {} },
		typo: ["name", "names"],
		wrong: ["names", "conv1."],
	},
	useEngine: {
		call: (options) => library.useEngine("onnxruntime", options),
		typo: ["thread", "threads"],
		wrong: ["threads", "2"],
		name: ["executionProviders", ["cpuu"], "cpu"],
	},
	onHost: {
		call: (options) => library.onHost([], [], () => [], options),
		typo: ["hostValue", "hostValues"],
		wrong: ["hostValues", 1],
	},

	// Checkpoints and backbones.
	findCheckpoint: {
		call: (options) => library.findCheckpoint("resnet50/prime", options),
		typo: ["foldr", "folder"],
		wrong: ["from", 5],
	},
	loadBackbone: {
		call: (options) => library.loadBackbone("resnet50/prime", options),
		typo: ["class", "classes"],
		wrong: ["classes", "10"],
	},
	untrainedBackbone: {
		call: (options) => library.untrainedBackbone("resnet-mini", options),
		typo: ["seeds", "seed"],
		wrong: ["zeroInitResidual", 1],
	},
	readCheckpoint: {
		call: (options) => library.readCheckpoint("none.pth", options),
		typo: ["maxByte", "maxBytes"],
		wrong: ["only", "conv1"],
	},
	stateDict: {
		call: (options) => library.stateDict({} as library.Checkpoint, options),
		typo: ["dictionery", "dictionary"],
		wrong: ["part", 1],
	},
	normalize: {
		call: (options) => library.normalize(images, options),
		needed: library.imagenetNormalization,
		typo: ["stdd", "std"],
		wrong: ["mean", 0.5],
	},

	// Images and what corrupts them.
	corrupt: {
		call: (options) => library.corrupt(image, "fog", options),
		needed: { severity: 1 },
		typo: ["sed", "seed"],
		wrong: ["severity", "1"],
		name: ["variant", "imagenet-x", "imagenet-c"],
	},
	corruptAll: {
		call: (options) => library.corruptAll([], options).next(),
		typo: ["worker", "workers"],
		wrong: ["savedAsJpeg", 1],
		name: ["channelOrder", "brg", "bgr"],
	},
	plotCorruptions: {
		call: (options) => library.plotCorruptions(image, options),
		typo: ["cellwidth", "cellWidth"],
		wrong: ["severities", 1],
		name: ["corruptions", ["fgo"], "fog"],
	},
	overlay: {
		call: (options) => library.overlay(image, labels, [], options),
		typo: ["opcity", "opacity"],
		wrong: ["opacity", "0.5"],
	},
	resize: {
		call: (options) => library.resize(image, options),
		needed: { height: 8, width: 8 },
		typo: ["filtre", "filter"],
		wrong: ["width", "8"],
		name: ["filter", "bilinar", "bilinear"],
	},

	// What changes images in training.
	auditPrime: {
		call: (options) => library.auditPrime(images, random, options),
		...prime,
	},
	cutmix: {
		call: (options) => library.cutmix(options),
		typo: ["alpa", "alpha"],
		wrong: ["probability", "often"],
	},
	mixup: {
		call: (options) => library.mixup(options),
		typo: ["probabilty", "probability"],
		wrong: ["alpha", "0.2"],
	},
	randAugment: {
		call: (options) => library.randAugment(options),
		typo: ["magnitud", "magnitude"],
		wrong: ["count", "2"],
		name: ["operations", ["solarise"], "solarize"],
	},
	randomErasing: {
		call: (options) => library.randomErasing(options),
		typo: ["probabilty", "probability"],
		wrong: ["scale", "0.3"],
	},
	trivialAugment: {
		call: (options) => library.trivialAugment(options),
		typo: ["operation", "operations"],
		wrong: ["bins", "31"],
		name: ["interpolation", "biliner", "bilinear"],
	},
	augmix: {
		call: (options) => library.augmix(options),
		typo: ["sevrity", "severity"],
		wrong: ["width", "3"],
		name: ["operations", ["equalise"], "equalize"],
	},
	diffeomorphism: {
		call: (options) => library.diffeomorphism(images, random, options),
		typo: ["maximalCut", "maximumCut"],
		wrong: ["minimumCut", "2"],
	},
	imageGrid: {
		call: (options) => library.imageGrid([], options),
		typo: ["gaps", "gap"],
		wrong: ["gap", "4"],
	},
	prime: { call: (options) => library.prime(options), ...prime },
	drawPrime: {
		call: (options) => library.drawPrime(images.shape, random, options),
		...prime,
	},
	randomFilter: {
		call: (options) => library.randomFilter(images, random, options),
		typo: ["kernelsize", "kernelSize"],
		wrong: ["sigma", "4"],
		name: ["impulse", "centre", "center"],
	},
	randomSmoothColor: {
		call: (options) => library.randomSmoothColor(images, random, options),
		typo: ["bandwith", "bandwidth"],
		wrong: ["maximumCut", "500"],
		name: ["bandwidth", "al", "all"],
	},

	// What backbones are transferred to.
	ade20k: {
		call: (options) => library.ade20k(options),
		typo: ["trainig", "training"],
		wrong: ["testing", { mirrored: "yes" }],
		name: variantName,
	},
	segmentation: {
		call: (options) => library.segmentation(options),
		needed: {
			train: { images: "a", annotations: "b" },
			test: { images: "a", annotations: "b" },
			classes: ["sky"],
		},
		typo: ["palete", "palette"],
		wrong: ["classes", 5],
		name: variantName,
	},
	segmentationFolder: {
		call: (options) => library.segmentationFolder(options),
		needed: { images: "a", annotations: "b", classes: 5 },
		typo: ["annotation", "annotations"],
		wrong: ["only", "first"],
	},
	uperNet: {
		call: (options) => library.uperNet(options),
		needed: { classes: 5 },
		typo: ["chanels", "channels"],
		wrong: ["poolScales", 6],
	},
	cifar10: {
		call: (options) => library.cifar10(options),
		typo: ["trainFile", "trainFiles"],
		wrong: ["inputSize", "224"],
		name: variantName,
	},
	cifar100: {
		call: (options) => library.cifar100(options),
		typo: ["foldr", "folder"],
		wrong: ["inputSize", "224"],
		name: variantName,
	},
	imageFolder: {
		call: (options) => library.imageFolder(options),
		needed: { folder: "a" },
		typo: ["tests", "test"],
		wrong: ["split", 0.2],
		name: ["metric", "mean per clas", "mean per class"],
	},
	imagenet: {
		call: (options) => library.imagenet(options),
		typo: ["label", "labels"],
		wrong: ["subset", 5000],
		name: variantName,
	},
	coco: {
		call: (options) => library.coco(options),
		typo: ["view", "views"],
		wrong: ["network", { channels: "256" }],
		name: ["views", { canvas: "tigth" }, "tight"],
	},
	annotatedImages: {
		call: (options) => library.annotatedImages(options),
		needed: { name: "some", annotations: "a.json", images: "b" },
		typo: ["trainng", "training"],
		wrong: ["only", 5],
	},
	detection: {
		call: (options) => library.detection(options),
		needed: {
			name: "some",
			train: { annotations: "a.json", images: "b" },
			test: { annotations: "a.json", images: "b" },
			classes: ["cat"],
		},
		typo: ["netwrok", "network"],
		wrong: ["classes", "cat"],
		name: ["network", { convention: "torchvison" }, "torchvision"],
	},
	drawDetections: {
		call: (options) =>
			library.drawDetections(image, {} as library.Detections, options),
		needed: { classes: ["cat"] },
		typo: ["treshold", "threshold"],
		wrong: ["threshold", "0.5"],
	},
	maskRcnn: {
		call: (options) => library.maskRcnn(options),
		needed: { classes: 5 },
		typo: ["proposal", "proposals"],
		wrong: ["anchor", "32"],
		name: ["convention", "mmdetecton", "mmdetection"],
	},
	torchvisionDetector: {
		call: (options) => library.torchvisionDetector({}, options),
		typo: ["catgories", "categories"],
		wrong: ["categories", 80],
	},
	rleIou: {
		call: (options) => {
			const rle = library.createRle({ height: 1, width: 1 }, [1]);
			return library.rleIou(rle, rle, options);
		},
		typo: ["crowds", "crowd"],
		wrong: ["crowd", 1],
	},
	averagePrecision: {
		call: (options) => library.averagePrecision(options),
		needed: { classes: ["cat"] },
		typo: ["kind", "kinds"],
		wrong: ["kinds", "box"],
		name: ["kinds", ["boxs"], "box"],
	},
	scene: {
		call: (options) => library.scene(library.domains.target, options),
		needed: { split: "train", index: 0 },
		typo: ["indx", "index"],
		wrong: ["index", "0"],
		name: ["split", "tran", "train"],
	},
	shapes: { call: (options) => library.shapes(options), ...pictures },
	shapesDetection: {
		call: (options) => library.shapesDetection(options),
		...pictures,
	},
	shapesSegmentation: {
		call: (options) => library.shapesSegmentation(options),
		...pictures,
	},

	// Fine-tuning.
	adversarial: {
		call: (options) => library.adversarial(tinyTask, options),
		needed: { epsilon: 0.5 },
		typo: ["stepsize", "stepSize"],
		wrong: ["epsilon", "0.5"],
	},
	distillation: {
		call: (options) => library.distillation(tinyTask, tinyBackbone(), options),
		typo: ["wieght", "weight"],
		wrong: ["weight", -1],
		name: ["measure", "l3", "l1"],
	},
	holdOut: {
		call: (options) => library.holdOut(tinyTask, options),
		typo: ["sed", "seed"],
		wrong: ["share", "0.1"],
	},
	finetune: {
		call: (options) =>
			library.finetune(tinyBackbone(), tinyTask, recipes.shapes, options),
		typo: ["saveSecond", "saveSeconds"],
		wrong: ["reporter", true],
	},
	probe: {
		call: (options) => library.probe(tinyBackbone(), tinyTask, options),
		typo: ["iteration", "iterations"],
		wrong: ["C", 1],
	},
	importRun: {
		call: (options) => library.importRun(tinyTask, {}, options),
		needed: { architecture: "resnet-mini", recipe: recipes.shapes },
		typo: ["architectur", "architecture"],
		wrong: ["name", 5],
		name: ["architecture", "resnet-mni", "resnet-mini"],
	},
	jensenShannon: {
		call: (options) => library.jensenShannon([logits, logits], options),
		typo: ["wieght", "weight"],
		wrong: ["weight", "12"],
	},
	learningRateAt: {
		call: (options) =>
			library.learningRateAt({ step: 0, steps: 10 }, 0.1, options),
		needed: recipes.shapes,
		typo: null,
		wrong: ["warmUp", 20],
		name: ["schedule", { name: "cosin", minLearningRate: 0 }, "cosine"],
	},

	// Runs made of others.
	combineRuns: {
		call: (options) =>
			library.combineRuns([], library.remedies.wiseFt(), options),
		typo: ["foldr", "folder"],
		wrong: ["folder", 5],
	},

	// Sweeps.
	sweep: {
		call: library.sweep,
		needed: {
			backbones: tinyBackbone(),
			tasks: tinyTask,
			recipes: recipes.shapes,
		},
		typo: ["backbons", "backbones"],
		wrong: ["seeds", 3],
	},
	slurm: {
		call: library.slurm,
		needed: { time: "4:00:00" },
		typo: ["partitions", "partition"],
		wrong: ["time", "4h"],
	},

	// Scoring.
	barrier: {
		call: (options) => library.barrier([] as never, tinyTask, options),
		typo: ["point", "points"],
		wrong: ["points", "11"],
		name: ["batchNorm", "merged", "merge"],
	},
	evaluate: {
		call: (options) => library.evaluate([], tinyTask, options),
		typo: ["image", "images"],
		wrong: ["severities", 1],
		name: ["channelOrder", "bgrr", "bgr"],
	},

	batchNormAdaptation: {
		call: library.batchNormAdaptation,
		typo: ["priors", "prior"],
		wrong: ["prior", -1],
		name: ["statistics", "mea", "mean"],
	},
	attack: {
		call: (options) => library.attack(options),
		needed: { epsilon: 0.5 },
		typo: ["stepsize", "stepSize"],
		wrong: ["steps", 0],
		name: ["norm", "l22", "l2"],
	},
	tent: {
		call: library.tent,
		typo: ["step", "steps"],
		wrong: ["steps", 0],
		name: ["order", "shufled", "shuffled"],
	},
	scoreBackbone: {
		call: (options) => library.scoreBackbone(tinyBackbone(), tinyTask, options),
		typo: ["image", "images"],
		wrong: ["severities", 1],
		name: ["corruptedAt", "sen", "seen"],
	},
	publishedSet: {
		call: (options) => library.publishedSet("imagenet-c", options),
		needed: { folder: "a" },
		typo: ["corruption", "corruptions"],
		wrong: ["corruptions", "fog"],
	},

	// From scores to tables, figures and reports.
	bootstrap: {
		call: (options) => library.bootstrap(results, ["run"], options),
		typo: ["sample", "samples"],
		wrong: ["level", "95"],
		name: ["over", "image", "images"],
	},
	compare: {
		call: (options) => library.compare(results, options),
		needed: { a: "run", b: "run" },
		typo: ["permutation", "permutations"],
		wrong: ["a", 5],
		name: ["over", ["image"], "images"],
	},
	comparePairs: {
		call: (options) => library.comparePairs(results, ["run"], options),
		typo: ["score", "scores"],
		wrong: ["permutations", "99"],
		name: ["over", "seed", "seeds"],
	},
	calibration: {
		call: (options) => library.calibration(results, ["run"], options),
		...cells,
	},
	effectiveRobustness: {
		call: (options) => library.effectiveRobustness(results, ["run"], options),
		needed: { baselines: "run" },
		typo: ["baseline", "baselines"],
		wrong: ["baselines", 5],
	},
	plotTransfer: {
		call: (options) => library.plotTransfer(results, options),
		needed: { source: { regular: 70 } },
		typo: ["sorce", "source"],
		wrong: ["source", 5],
	},
	byFigure: {
		call: (options) => library.byFigure(results, ["run"], options),
		typo: ["figure", "figures"],
		wrong: ["figures", "box AP"],
	},
	byCorruption: {
		call: (options) => library.byCorruption(results, ["run"], options),
		...cells,
	},
	bySeverity: {
		call: (options) => library.bySeverity(results, ["run"], options),
		...cells,
	},
	byGroup: {
		call: (options) => library.byGroup(results, ["run"], options),
		...cells,
	},
	byClass: {
		call: (options) => library.byClass(results, ["run"], options),
		...cells,
	},
	figureToPng: {
		call: (options) => library.figureToPng(figure, options),
		typo: ["scal", "scale"],
		wrong: ["scale", "2"],
	},
	loadResults: {
		call: (options) => library.loadResults(results, options),
		typo: ["onwarning", "onWarning"],
		wrong: ["onWarning", "log"],
	},
	plotAugmentation: {
		call: (options) => library.plotAugmentation(results, options),
		...cells,
	},
	plotDegreeOfFineTuning: {
		call: (options) => library.plotDegreeOfFineTuning(results, options),
		...cells,
	},
	plotHeatMap: {
		call: (options) => library.plotHeatMap(results, options),
		...cells,
	},
	plotImageStrips: {
		call: (options) => library.plotImageStrips([], options),
		typo: ["colums", "columns"],
		wrong: ["title", 5],
	},
	plotPareto: {
		call: (options) => library.plotPareto(results, options),
		...cells,
		wrong: ["by", "remedy"],
	},
	plotSegmentation: {
		call: (options) => library.plotSegmentation([], [], options),
		needed: { classes: ["sky"], palette: [[0, 0, 0]] },
		typo: ["pallette", "palette"],
		wrong: ["palette", [0, 0, 0]],
	},
	plotSeverities: {
		call: (options) => library.plotSeverities(results, options),
		...cells,
	},
	plotTraining: {
		call: (options) => library.plotTraining([run], options),
		typo: ["smooting", "smoothing"],
		wrong: ["smoothing", "0.1"],
	},
	local: {
		call: (options) => library.local(options),
		typo: ["atonce", "atOnce"],
		wrong: ["threads", "2"],
	},
	robustness: {
		call: (options) => library.robustness(results, ["run"], options),
		...cells,
	},
	spreadOverSeeds: {
		call: (options) => library.spreadOverSeeds(results, ["run"], options),
		...cells,
	},
	studyTable: {
		call: (options) => library.studyTable(results, options),
		...cells,
	},
	tableToHtml: {
		call: (options) => library.tableToHtml(table, options),
		...format,
	},
	tableToLatex: {
		call: (options) => library.tableToLatex(table, options),
		typo: ["captoin", "caption"],
		wrong: ["label", 5],
	},
	tableToMarkdown: {
		call: (options) => library.tableToMarkdown(table, options),
		...format,
	},
	writeReport: {
		call: (options) => library.writeReport("none", options),
		...cells,
		// Which corruptions there are, the folder says.
		name: undefined,
	},
	writeReportCard: {
		call: (options) => library.writeReportCard("none", options),
		...cells,
		name: undefined,
	},
};
