/** The images of a batch as they reach a network: read, decoded, resized, mirrored and put together. */
import { readFileSync } from "node:fs";
import { mirrored } from "../../src/augment/random-flip.js";
import { decodeImage } from "../../src/image/decode.js";
import type { Image } from "../../src/image/image.js";
import { rescaledSize } from "../../src/image/rescaled-size.js";
import { resizeLinear } from "../../src/image/resize-linear.js";
import type { Job } from "../../src/parallel/pool.js";
import { Random } from "../../src/random.js";
import { cifar10 } from "../../src/tasks/cifar10/cifar10.js";
import { paddedSize } from "../../src/train/image-batch.js";
import { imageValues } from "../../src/train/image-values.js";

/** Whose images, and where they are: the folder of CIFAR-10, or files. */
export type DataPath =
	| { readonly name: "cifar10"; readonly folder: string }
	| { readonly name: "ade20k" | "coco"; readonly files: readonly string[] };

/** The longest sides of ADE20K's in training, at the middle of their ratios, and of COCO's. */
const scales = { ade20k: [2662, 665], coco: [1333, 800] } as const;
const cropSize = 512;

/** The middle of a resized image of ADE20K. */
function middle({ height, width }: Pick<Image, "height" | "width">) {
	const part = {
		height: Math.min(height, cropSize),
		width: Math.min(width, cropSize),
	};
	return {
		top: (height - part.height) >> 1,
		left: (width - part.width) >> 1,
		...part,
	};
}

/** What makes one image after another; every second is mirrored, or by chance. */
function imageMaker(path: DataPath): (index: number) => Image {
	if (path.name === "cifar10") {
		const { train, augment } = cifar10({ folder: path.folder, trainFiles: 1 });
		const random = new Random("data path");
		return (index) => augment(train.sample(index % train.length), random).image;
	}
	const { name, files } = path;
	return (index) => {
		const image = decodeImage(readFileSync(files[index % files.length]!));
		const size = rescaledSize(image, scales[name]);
		const part = name === "ade20k" ? middle(size) : undefined;
		const resized = resizeLinear(image, { ...size, part });
		return index % 2 === 0 ? resized : mirrored(resized);
	};
}

/** Makes batches of the images at some places. */
export function startJob(path: DataPath): Job<readonly number[], Float32Array> {
	const imageAt = imageMaker(path);
	return {
		run(places) {
			const images = places.map(imageAt);
			const size = paddedSize(images, {});
			return imageValues(images, { size, color: [0, 0, 0] });
		},
		transfer: ({ buffer }) => [buffer as ArrayBuffer],
	};
}
