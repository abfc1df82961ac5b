import { imagenet } from "./zoo-entry.js";

const release =
	"https://github.com/runopti/RobustDownstreamTransfer/releases/download/v1.0.0";

const published = { normalization: imagenet, license: "none stated" } as const;

/** Mask R-CNN as in mmdetection. */
function coco(file: string, swin?: "swin-t") {
	return {
		...published,
		file: `${file}_epoch_24.pth`,
		sources: [`${release}/${file}_epoch_24.pth`],
		model: "mask-rcnn",
		architecture: swin ?? "resnet50",
		parameters: swin ? 47_794_602 : 44_396_336,
	} as const;
}

/** UperNet as in mmsegmentation. */
function ade20k(file: string, swin?: "swin-t") {
	return {
		...published,
		file: `${file}_iter_80000.pth`,
		sources: [`${release}/${file}_iter_80000.pth`],
		model: "upernet",
		architecture: swin ?? "resnet50",
		parameters: swin ? 59_941_862 : 66_496_876,
	} as const;
}

/**
 * The 24 detectors and segmenters that the study released, by task, transfer and backbone.
 *
 * `prime-finetune` had PRIME augmentation in fine-tuning. Parameters are counted from the architectures,
 * without buffers; the repository, runopti/RobustDownstreamTransfer, states no license.
 */
export const released = {
	"coco/fixed-feature/regular": coco("fixedfeature_cocodetect_regular"),
	"coco/fixed-feature/ant": coco("fixedfeature_cocodetect_ant"),
	"coco/fixed-feature/deepaugment-augmix": coco(
		"fixedfeature_cocodetect_deepaugaugmix",
	),
	"coco/fixed-feature/swin-t": coco("fixedfeature_cocodetect_swinT", "swin-t"),
	"coco/full-network/regular": coco("fullnetwork_cocodetect_regular"),
	"coco/full-network/ant": coco("fullnetwork_cocodetect_ant"),
	"coco/full-network/deepaugment-augmix": coco(
		"fullnetwork_cocodetect_deepaugaugmix",
	),
	"coco/full-network/swin-t": coco("fullnetwork_cocodetect_swinT", "swin-t"),
	"coco/prime-finetune/regular": coco("primefinetune_cocodetect_regular"),
	"coco/prime-finetune/prime": coco("primefinetune_cocodetect_prime"),
	"coco/prime-finetune/deepaugment-augmix": coco(
		"primefinetune_cocodetect_deepaugaugmix",
	),
	"coco/prime-finetune/swin-t": coco(
		"primefinetune_cocodetect_swinT",
		"swin-t",
	),
	"ade20k/fixed-feature/regular": ade20k("fixedfeature_ade20k_regular"),
	"ade20k/fixed-feature/ant": ade20k("fixedfeature_ade20k_ant"),
	"ade20k/fixed-feature/deepaugment-augmix": ade20k(
		"fixedfeature_ade20k_deepaugaugmix",
	),
	"ade20k/fixed-feature/swin-t": ade20k("fixedfeature_ade20k_swinT", "swin-t"),
	"ade20k/full-network/regular": ade20k("fullnetwork_ade20k_regular"),
	"ade20k/full-network/ant": ade20k("fullnetwork_ade20k_ant"),
	"ade20k/full-network/deepaugment-augmix": ade20k(
		"fullnetwork_ade20k_deepaugaugmix",
	),
	"ade20k/full-network/swin-t": ade20k("fullnetwork_ade20k_swinT", "swin-t"),
	"ade20k/prime-finetune/regular": ade20k("primefinetune_ade20k_regular"),
	"ade20k/prime-finetune/prime": ade20k("primefinetune_ade20k_prime"),
	"ade20k/prime-finetune/deepaugment-augmix": ade20k(
		"primefinetune_ade20k_deepaugaugmix",
	),
	"ade20k/prime-finetune/swin-t": ade20k(
		"primefinetune_ade20k_swinT",
		"swin-t",
	),
} as const;
