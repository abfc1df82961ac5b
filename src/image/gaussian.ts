import type { EdgeMode } from "./edge.js";
import { blurRows, planGaussian } from "./gaussian-rows.js";
import type { FloatImage, Image } from "./image.js";
import { scratchFloats } from "./scratch.js";
import { type RunningKernels, simdKernels } from "./simd-kernels.js";

/** What `gaussianFilter` takes besides the image. */
export interface GaussianOptions {
	/** Default `"nearest"`, as in scikit-image. */
	readonly mode?: EdgeMode;
	/** The radius of the kernel in standard deviations; default 4. */
	readonly truncate?: number;
}

/**
 * Blurs every channel by a truncated Gaussian; `sigma` is one number of pixels or one for rows and one for columns.
 *
 * The same operations in the same order as `scipy.ndimage.gaussian_filter`, which `skimage.filters.gaussian` calls.
 */
export function gaussianFilter(
	image: FloatImage,
	sigma: number | readonly [vertical: number, horizontal: number],
	{ mode = "nearest", truncate = 4 }: GaussianOptions = {},
): FloatImage {
	const sigmas = typeof sigma === "number" ? ([sigma, sigma] as const) : sigma;
	const plan = planGaussian(image, sigmas, { mode, truncate });
	const running = simdKernels(plan.byteLength);
	const { doubles } = running;
	const { length } = plan;
	const data = scratchFloats(image.data.length);
	blurRows(running, plan, {
		at: 0,
		read(y, address) {
			const row = image.data.subarray(y * length, (y + 1) * length);
			doubles.set(row, address / 8);
		},
		write(y, address) {
			const row = doubles.subarray(address / 8, address / 8 + length);
			data.set(row, y * length);
		},
	});
	const { height, width, channels } = image;
	return { data, height, width, channels };
}

/** 8-bit images of one size, which are blurred in the memory of the kernels. */
export interface ByteBlur {
	/** How much of the memory it takes. */
	readonly byteLength: number;
	/** Blurs the image whose bytes begin at `image`, with the help of the memory from `at`, a multiple of 8. */
	blur(
		running: RunningKernels,
		places: { readonly image: number; readonly at: number },
	): void;
}

/** Blurs as `gaussianFilter` does the bytes divided by 255; results are cut down to integers. */
export function byteBlur(
	{ height, width }: Pick<Image, "height" | "width">,
	sigma: number,
): ByteBlur {
	const plan = planGaussian({ height, width, channels: 3 }, [sigma, sigma], {
		mode: "nearest",
		truncate: 4,
	});
	const { length, byteLength } = plan;
	return {
		byteLength,
		blur(running, { image, at }) {
			const { kernels } = running;
			blurRows(running, plan, {
				at,
				read: (y, address) =>
					kernels.bytesToDoubles(length, image + y * length, 255, address),
				write: (y, address) =>
					kernels.doublesToBytes(length, address, 255, image + y * length),
			});
		},
	};
}

/** An 8-bit image, blurred as `gaussianFilter` does and cut down to integers; `sigma` in pixels. */
export function blurImage(
	{ data, height, width }: Image,
	sigma: number,
): Image {
	const { byteLength, blur } = byteBlur({ height, width }, sigma);
	const { length } = data;
	const running = simdKernels(byteLength + length);
	running.bytes.set(data, byteLength);
	blur(running, { image: byteLength, at: 0 });
	const blurred = running.bytes.slice(byteLength, byteLength + length);
	return { data: blurred, height, width };
}
