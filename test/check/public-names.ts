import { madeUpRow } from "../analysis/made-up-rows.js";
import { tinyTask } from "../train/tiny-task.js";
import * as library from "./library.js";
import { createImage, type NamedTensors } from "./library.js";

/** A call of a public function with a name, or another plain argument, that is wrong, and what its error says. */
export type WrongName = readonly [
	name: string,
	call: () => unknown,
	says: RegExp,
];

const image = createImage(40, 40);
const results = [madeUpRow({ details: { "mask AP": 1 } })];
const size = { height: 1, width: 1 };
const wrong = (value: unknown) => value as never;
const tensors: NamedTensors = {};

/** Names that are mistyped, and single things where lists are wanted. */
export const wrongNames: readonly WrongName[] = [
	["attach", () => library.attach("no sweep"), /no sweep.plan\.json|no sweep/],
	[
		"useEngine",
		() => library.useEngine("onnxruntim"),
		/no engine "onnxruntim"; the engines are .*did you mean "onnxruntime"\?$/,
	],
	[
		"useEngine",
		() => library.useEngine(wrong({ threads: 2 })),
		/no engine \{"threads":2\}; the engines are/,
	],
	[
		"backbone",
		() => library.backbone(wrong("resnet-50"), tensors),
		/no architecture "resnet-50"; the architectures are .*did you mean "resnet50"\?$/,
	],
	[
		"backbone",
		() => library.backbone(wrong({ family: "restnet" }), tensors),
		/^there is no family "restnet" of networks, only resnet, swin, convnext; did you mean "resnet"\?/,
	],
	[
		"untrainedBackbone",
		() =>
			library.untrainedBackbone(
				wrong({ ...library.architectures.resnet50, clases: 10 }),
			),
		/^untrainedBackbone: architecture has no option "clases", only .*did you mean "classes"\?$/,
	],
	[
		"untrainedBackbone",
		() => library.untrainedBackbone(wrong(undefined)),
		/^untrainedBackbone: architecture must be an architecture, not undefined$/,
	],
	[
		"parameterCountOf",
		() => library.parameterCountOf(wrong("swin-x")),
		/no architecture "swin-x"; .*did you mean "swin-t"\?$/,
	],
	[
		"publishedSet",
		() => library.publishedSet(wrong("imagenet-d"), { folder: "a" }),
		/set must be one of imagenet-c, .*did you mean "imagenet-c"\?$/,
	],
	[
		"findCheckpoint",
		() => library.findCheckpoint("resnet50/prim"),
		/no checkpoint "resnet50\/prim"; there are .*did you mean "resnet50\/prime"\?$/,
	],
	[
		"loadBackbone",
		() => library.loadBackbone(wrong("resnet50/regula")),
		/no checkpoint "resnet50\/regula"; there are .*did you mean "resnet50\/regular"\?$/,
	],
	[
		"loadBackbone",
		() => library.loadBackbone(wrong("resnet5"), { from: "none.pth" }),
		/no architecture "resnet5" that none\.pth could be of; the architectures are .*did you mean "resnet\d+"\?$/,
	],
	[
		"loadBackbone",
		() => library.loadBackbone(wrong(undefined)),
		/no checkpoint undefined; there are/,
	],
	[
		"zooEntry",
		() => library.zooEntry("swin-t/regulr"),
		/no checkpoint "swin-t\/regulr"; there are swin-t\/regular; did you mean "swin-t\/regular"\?$/,
	],
	[
		"miniBackbone",
		() => library.miniBackbone(wrong("swin-mini/prme")),
		/no bundled backbone "swin-mini\/prme"; there are .*did you mean "swin-mini\/prime"\?$/,
	],
	[
		"corrupt",
		() => library.corrupt(image, wrong("gausian-noise"), { severity: 1 }),
		/^corrupt: corruption must be one of .*, not "gausian-noise"; did you mean "gaussian-noise"\?$/,
	],
	[
		"corrupt",
		() => library.corrupt(image, "fog", wrong(undefined)),
		/^corrupt: severity is missing: it must be one of 1, 2, 3, 4, 5$/,
	],
	[
		"corrupt",
		() => library.corrupt(wrong("a.png"), "fog", { severity: 1 }),
		/^an image is \{ data, height, width \}, .*not "a\.png"$/,
	],
	[
		"corrupt",
		() => library.corrupt(image, wrong({ name: "haze" }), { severity: 1 }),
		/^corrupt: corruption must be one of .*, or a corruption as defineCorruption made it, not \{"name":"haze"\}$/,
	],
	[
		"corrupt",
		() => library.corrupt(image, wrong("mist-of-my-own"), { severity: 1 }),
		/not "mist-of-my-own"; one of your own is given as a corruption as defineCorruption made it, not by its name$/,
	],
	[
		"defineCorruption",
		() => library.defineCorruption(wrong({ naem: "haze" })),
		/^defineCorruption has no option "naem", only .*; did you mean "name"\?$/,
	],
	[
		"defineCorruption",
		() => library.defineCorruption(wrong({ name: "Haze!" })),
		/^defineCorruption: name must be a name of small letters, digits and hyphens.*, not "Haze!"$/,
	],
	[
		"byGroup",
		() => library.byGroup(results, ["run"], { corruptions: ["fgo"] }),
		/^the results have no corruption "fgo": there are gaussian-noise.*; did you mean "fog"\?$/,
	],
	[
		"toTensor",
		() => library.toTensor(wrong(image)),
		/^toTensor: images must be a list, each of them an image .*, not \{"data"/,
	],
	[
		"meanIou",
		() => library.meanIou(wrong(3)),
		/^meanIou: classes must be a list, each of them text, not 3$/,
	],
	[
		"mergeRles",
		() => library.mergeRles([], size, wrong("intersecton")),
		/^mergeRles: rule must be one of union, intersection, not "intersecton"; did you mean "intersection"\?$/,
	],
	[
		"scene",
		() => library.scene(wrong("target"), { split: "train", index: 0 }),
		/^scene: domain must be a domain, such as `domains\.target`, not "target"$/,
	],
	[
		"vary",
		() => library.vary(tinyTask, wrong({}), {}),
		/^vary needs a name for the change, .* not \{\}$/,
	],
	[
		"defineTask",
		() => library.defineTask(wrong({ name: "mine", agument: 1 })),
		/^the task mine needs a `loss`/,
	],
	[
		"robustness",
		() => library.robustness(results, ["bakbone"]),
		/no column "bakbone": they have .*did you mean "backbone"\?$/,
	],
	[
		"bootstrap",
		() => library.bootstrap(results, wrong("task")),
		/^by must be a list, each of them text, not "task"$/,
	],
	[
		"plotPareto",
		() => library.plotPareto(wrong(undefined)),
		/^results must be a table, .* or a list of rows, not undefined$/,
	],
	[
		"plotTraining",
		() => library.plotTraining(wrong({})),
		/^plotTraining: runs must be a list, each of them a run, not \{\}$/,
	],
	[
		"plotImageStrips",
		() => library.plotImageStrips(wrong({})),
		/^plotImageStrips: strips must be a list/,
	],
	[
		"plotSegmentation",
		() => library.plotSegmentation([], wrong({}), wrong({})),
		/^plotSegmentation: views must be a list/,
	],
	[
		"selectMetric",
		() => library.selectMetric(results, "mask ap"),
		/no figure "mask ap": they have .*did you mean "mask AP"\?$/,
	],
	[
		"tableToMarkdown",
		() =>
			library.tableToMarkdown(library.loadResults(results), {
				columns: ["scor"],
			}),
		/no column scor: it has .*did you mean "score"\?$/,
	],
	[
		"writeFigure",
		() => library.writeFigure("figure.pgn", { data: [], layout: {} }),
		/written as .*, not as figure\.pgn; did you mean "\.png"\?$/,
	],
	[
		"writeTable",
		() => library.writeTable("table.cvs", library.loadResults(results)),
		/written as .*, not as table\.cvs; did you mean "\.csv"\?$/,
	],
];

/** The public functions without options and names: they take data, places on disk and plain numbers. */
/** What layers and crops are told in training, many times a second, is not checked at run time. */
const inner: readonly string[] = [
	"accuracy",
	"adaptiveAveragePool",
	"batchNorm",
	"batchNormParams",
	"centerCrop",
	"classification",
	"conv2d",
	"conv2dParams",
	"convBnRelu",
	"convBnReluParams",
	"crossEntropy",
	"dropout2d",
	"gelu",
	"globalAveragePool",
	"meanEntropy",
	"shownPositions",
	"isOwn",
	"layerNorm",
	"layerNormParams",
	"linear",
	"linearParams",
	"maxPool",
	"nms",
	"param",
	"parameterCount",
	"randomCrop",
	"randomFlip",
	"randomResizedCrop",
	"rescaledSize",
	"resizeBilinear",
	"resizeLinear",
	"resizeShorter",
	"roiAlign",
	"scaleAndCrop",
	"stochasticDepth",
	"PersistentId",
	"blockIndex",
	"pyramidChannels",
];

/** Public functions whose arguments are data. */
export const withoutOptions: readonly string[] = [
	...inner,
	"CheckpointError",
	"HostValue",
	"PythonObject",
	"Random",
	"boxRle",
	"cocoORobustness",
	"createImage",
	"createLabelMap",
	"createRle",
	"decodeImage",
	"decodeRle",
	"describeCheckpoint",
	"drawNormal",
	"drawUniform",
	"encodeJpeg",
	"encodePng",
	"encodeRle",
	"engine",
	"figureToHtml",
	"figureToSvg",
	"findResults",
	"imageSums",
	"frostSource",
	"isHead",
	"isInFirstStages",
	"isNorm",
	"isRecomputing",
	"isRelativePositionBias",
	"listRuns",
	"loadFrostPictures",
	"officialSwinNames",
	"openRun",
	"packHits",
	"polygonsRle",
	"predict",
	"progressText",
	"readImage",
	"readMmdetectionResults",
	"readResults",
	"readRobustBench",
	"render",
	"rleArea",
	"rleBox",
	"rleFromString",
	"rleToString",
	"stateDictOf",
	"tableToArrow",
	"tableToCsv",
	"toFloat32",
	"trainableParams",
	"unpackHits",
	"vocPalette",
	"writeJpeg",
	"writePng",
	"writeSafetensors",
];
