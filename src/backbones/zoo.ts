import { didYouMean } from "../check/did-you-mean.js";
import { shown } from "../check/shown.js";
import { adversarial } from "./adversarial-zoo.js";
import { released } from "./released.js";
import { imagenet, type ZooEntry } from "./zoo-entry.js";

const resnet50 = {
	model: "classifier",
	architecture: "resnet50",
	parameters: 25_557_032,
	normalization: imagenet,
} as const;

const drive = (id: string): string =>
	`https://drive.google.com/uc?export=download&id=${id}`;

/** Rusak et al. 2020, "Game of Noise"; accuracies from the repository's table. */
function noise(file: string, published: Pick<ZooEntry, "clean" | "mce">) {
	const release =
		"https://github.com/bethgelab/game-of-noise/releases/download/v1.0";
	return {
		...resnet50,
		file,
		sources: [`${release}/${file}`],
		license: "MIT",
		...published,
	};
}

/**
 * The checkpoints of the study and their relatives, by name.
 *
 * `l2-eps-...` and `linf-eps-...` are adversarially trained, on ImageNet; eps of the latter is in 255ths. Names that
 * begin with `coco/` and `ade20k/` are the fine-tuned models that the study released.
 */
export const zoo = {
	/** He et al. 2016, by torchvision: the V1 weights. */
	"resnet50/regular": {
		...resnet50,
		file: "resnet50-0676ba61.pth",
		sources: ["https://download.pytorch.org/models/resnet50-0676ba61.pth"],
		license: "BSD-3-Clause",
		clean: 76.13,
		mce: 76.7,
		sha256: "0676ba61",
	},
	"resnet50/ant": noise("ANT_Model.pth", { clean: 76.1, mce: 62.5 }),
	"resnet50/ant-3x3": noise("ANT3x3_Model.pth", { clean: 76.1, mce: 63.4 }),
	"resnet50/ant-sin": noise("ANT_SIN_Model.pth", { clean: 74.9, mce: 61.2 }),
	"resnet50/ant-3x3-sin": noise("ANT3x3_SIN_Model.pth", {}),
	"resnet50/speckle": noise("Speckle_Model.pth", { clean: 75.8, mce: 68.3 }),
	"resnet50/gauss-mult": noise("Gauss_mult_Model.pth", {
		clean: 76.1,
		mce: 65.0,
	}),
	"resnet50/gauss-0.5": noise("Gauss_sigma_0.5_Model.pth", {
		clean: 75.9,
		mce: 64.5,
	}),
	/** Hendrycks et al. 2021, "The Many Faces of Robustness". */
	"resnet50/deepaugment": {
		...resnet50,
		file: "deepaugment.pth.tar",
		sources: [drive("1DPRElQnBG66nd7GUphVm1t-5NroL7t7k")],
		license: "MIT",
		clean: 76.7,
		mce: 60.4,
	},
	/** Hendrycks et al. 2021, "The Many Faces of Robustness". */
	"resnet50/deepaugment-augmix": {
		...resnet50,
		file: "deepaugment_and_augmix.pth.tar",
		sources: [drive("1QKmc_p6-qDkh51WvsaS9HKFv8bX5jLnP")],
		license: "MIT",
		clean: 75.8,
		mce: 53.6,
	},
	/** Hendrycks et al. 2020. */
	"resnet50/augmix": {
		...resnet50,
		file: "augmix.pth.tar",
		sources: [drive("1z-1V3rdFiwqSECz7Wkmn4VJVefJGJGiF")],
		license: "Apache-2.0",
		clean: 77.5,
		mce: 65.3,
	},
	/** Hendrycks et al. 2022. */
	"resnet50/pixmix-90": {
		...resnet50,
		file: "pixmix_90ep.pth.tar",
		sources: [drive("1_i45yvC88hos50QjkoD97OgbDGreKdp9")],
		license: "MIT",
	},
	/** Hendrycks et al. 2022. */
	"resnet50/pixmix-180": {
		...resnet50,
		file: "pixmix_180ep.pth.tar",
		sources: [drive("1cgKYXDym3wgquf-4hwr_Ra3qje6GNHPH")],
		license: "MIT",
	},
	/** Erichson et al. 2022. */
	"resnet50/noisymix": {
		...resnet50,
		file: "noisymix.pth.tar",
		sources: [drive("1Na79fzPZ0Azg01h6kGn1Xu5NoWOElSuG")],
		license: "none stated",
	},
	/** Geirhos et al. 2019, trained on Stylized ImageNet alone. */
	"resnet50/sin": {
		...resnet50,
		file: "resnet50_train_60_epochs-c8e5653e.pth.tar",
		sources: [
			"https://bitbucket.org/robert_geirhos/texture-vs-shape-pretrained-models/raw/6f41d2e86fc60566f78de64ecff35cc61eb6436f/resnet50_train_60_epochs-c8e5653e.pth.tar",
		],
		license: "none stated",
		clean: 60.18,
	},
	/** Modas et al. 2022, without the Jensen-Shannon loss: the study's PRIME backbone. */
	"resnet50/prime": {
		...resnet50,
		file: "ResNet50_ImageNet_PRIME_noJSD.ckpt",
		sources: [
			"https://zenodo.org/record/5801872/files/ResNet50_ImageNet_PRIME_noJSD.ckpt?download=1",
		],
		license: "Apache-2.0",
		clean: 77.0,
		mce: 57.5,
	},
	/** Modas et al. 2022, with the Jensen-Shannon loss. */
	"resnet50/prime-jsd": {
		...resnet50,
		file: "ResNet50_ImageNet_PRIME_JSD.ckpt",
		sources: [
			{
				record: "https://zenodo.org/api/records/5801872",
				file: "^ResNet50_ImageNet_PRIME(?!_noJSD)(?!.*DeepAug)",
			},
		],
		license: "Apache-2.0",
		clean: 75.3,
		mce: 55.5,
	},
	...adversarial,
	/** Liu et al. 2021. */
	"swin-t/regular": {
		model: "classifier",
		architecture: "swin-t",
		parameters: 28_288_354,
		normalization: imagenet,
		file: "swin_tiny_patch4_window7_224.pth",
		sources: [
			"https://github.com/SwinTransformer/storage/releases/download/v1.0.0/swin_tiny_patch4_window7_224.pth",
		],
		license: "MIT",
		clean: 81.2,
	},
	...released,
} as const satisfies Record<string, ZooEntry>;

/** The name of a published checkpoint. */
export type ZooName = keyof typeof zoo;

/** Whether there is a published checkpoint of this name. */
export function isZooName(name: string): name is ZooName {
	return Object.hasOwn(zoo, name);
}

/** What is known of a published checkpoint; throws where there is none of the name, and says which there are. */
export function zooEntry(name: string): ZooEntry {
	if (isZooName(name)) return zoo[name];
	const family = String(name).split("/")[0];
	const names = Object.keys(zoo);
	const related = names.filter((known) => known.startsWith(`${family}/`));
	throw new Error(
		`there is no checkpoint ${shown(name)}; there are ${(related.length > 0 ? related : names).join(", ")}${didYouMean(name, names)}`,
	);
}
