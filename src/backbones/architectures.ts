import type { ConvNeXtArchitecture } from "./convnext.js";
import type { Family, Settings } from "./family.js";
import type { ResNetArchitecture } from "./resnet.js";
import type { SwinArchitecture } from "./swin.js";

/** A model of a family of one's own, with the settings that this has; they are plain JSON. */
export interface OwnArchitecture extends Settings {
	readonly family: Family;
	readonly [setting: string]: unknown;
}

/** A model by its family and sizes: plain data, changed with a spread. */
export type Architecture =
	| ResNetArchitecture
	| SwinArchitecture
	| ConvNeXtArchitecture
	| OwnArchitecture;

const resnet: ResNetArchitecture = {
	family: "resnet",
	variant: "imagenet",
	block: "bottleneck",
	depths: [3, 4, 6, 3],
	width: 64,
	classes: 1000,
};

const cifar: ResNetArchitecture = {
	family: "resnet",
	variant: "cifar",
	block: "basic",
	depths: [3, 3, 3],
	width: 16,
	classes: 10,
};

const swin: SwinArchitecture = {
	family: "swin",
	width: 96,
	depths: [2, 2, 6, 2],
	heads: [3, 6, 12, 24],
	window: 7,
	mlpRatio: 4,
	classes: 1000,
	dense: false,
};

const convnext: ConvNeXtArchitecture = {
	family: "convnext",
	width: 96,
	depths: [3, 3, 9, 3],
	classes: 1000,
	dense: false,
};

/**
 * The published architectures, with their parameter counts, and two small ones for trying things out.
 *
 * Sources: torchvision's models/resnet.py, models/swin_transformer.py and models/convnext.py,
 * pytorch_resnet_cifar10; of `wide-resnet50-4` microsoft/robust-models-transfer.
 */
export const architectures = Object.freeze({
	/** 11,689,512 parameters. */
	resnet18: { ...resnet, block: "basic", depths: [2, 2, 2, 2] },
	/** 21,797,672 parameters. */
	resnet34: { ...resnet, block: "basic" },
	/** 25,557,032 parameters. */
	resnet50: resnet,
	/** 44,549,160 parameters. */
	resnet101: { ...resnet, depths: [3, 4, 23, 3] },
	/** 60,192,808 parameters. */
	resnet152: { ...resnet, depths: [3, 8, 36, 3] },
	/** 68,883,240 parameters. */
	"wide-resnet50-2": { ...resnet, widthPerGroup: 128 },
	/** 223,439,144 parameters. */
	"wide-resnet50-4": { ...resnet, widthPerGroup: 256 },
	/** 25,028,904 parameters. */
	"resnext50-32x4d": { ...resnet, groups: 32, widthPerGroup: 4 },
	/** 269,722 parameters; 91.73 % on CIFAR-10 with the published weights. */
	resnet20: cifar,
	/** 464,154 parameters. */
	resnet32: { ...cifar, depths: [5, 5, 5] },
	/** 658,586 parameters. */
	resnet44: { ...cifar, depths: [7, 7, 7] },
	/** 853,018 parameters. */
	resnet56: { ...cifar, depths: [9, 9, 9] },
	/** 1,727,962 parameters. */
	resnet110: { ...cifar, depths: [18, 18, 18] },
	/** 28,288,354 parameters. */
	"swin-t": swin,
	/** 49,606,258 parameters. */
	"swin-s": { ...swin, depths: [2, 2, 18, 2] },
	/** 87,768,224 parameters. */
	"swin-b": {
		...swin,
		width: 128,
		depths: [2, 2, 18, 2],
		heads: [4, 8, 16, 32],
	},
	/** 28,589,128 parameters. */
	"convnext-t": convnext,
	/** 50,223,688 parameters. */
	"convnext-s": { ...convnext, depths: [3, 3, 27, 3] },
	/** 88,591,464 parameters. */
	"convnext-b": { ...convnext, width: 128, depths: [3, 3, 27, 3] },
	/** 310,746 parameters; published nowhere. */
	"resnet-mini": {
		...resnet,
		block: "basic",
		depths: [1, 1, 1, 1],
		width: 16,
		classes: 10,
	},
	/** 844,420 parameters; published nowhere. */
	"swin-mini": {
		...swin,
		width: 24,
		depths: [2, 2, 2, 1],
		heads: [3, 6, 12, 24],
		window: 4,
		classes: 10,
	},
} as const satisfies Record<string, Architecture>);

/** The name of one of the architectures. */
export type ArchitectureName = keyof typeof architectures;
