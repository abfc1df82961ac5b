import type { FloatImage, Image } from "../image/image.js";
import { scratchFloats } from "../image/scratch.js";
import { type RunningKernels, simdKernels } from "../image/simd-kernels.js";
import {
	type Window,
	type ZoomSteps,
	zoomAxis,
	zoomSteps,
} from "../image/zoom.js";
import type { Draws, Variant } from "./corruption.js";
import { drawsIn } from "./draws.js";
import type { SnowConstants } from "./snow.js";
import { drawBytes, mostDrawn } from "./ziggurat.js";

type Size = Pick<Image, "height" | "width">;

const noiseAt = drawBytes;

/**
 * Flakes that do not fall yet, 0 to 255, whole ones but for any size; at least as high and as wide as the image.
 *
 * Normal noise, its center magnified linearly as `scipy.ndimage.zoom(order=1)` does, without what is below a threshold.
 */
export function snowLayer(
	size: Size,
	constants: SnowConstants,
	{ variant, draws }: { variant: Variant; draws: Draws },
): FloatImage {
	const isWhole = variant !== "any-size";
	const { height, width, top, left } = windowOf(size, constants.zoom, isWhole);
	const axes = [size.height, size.width].map((side) =>
		zoomAxis(side, constants.zoom),
	);
	const vertical = zoomSteps(axes[0]!, { first: top, count: height });
	const horizontal = zoomSteps(axes[1]!, { first: left, count: width });
	const stepsAt = noiseAt + 8 * size.height * size.width;
	const rowAt = stepsAt + 24 * width;
	const running = simdKernels(rowAt + 8 * width);
	drawNoise(running, draws, { count: size.height * size.width, ...constants });
	placeSteps(running, stepsAt, horizontal);
	const row = running.doubles.subarray(rowAt / 8, rowAt / 8 + width);
	const data = scratchFloats(height * width);
	for (let y = 0; y < height; y++) {
		running.kernels.magnifyFlakes(
			noiseAt + 8 * size.width * vertical.before[y]!,
			noiseAt + 8 * size.width * vertical.after[y]!,
			vertical.near[y]!,
			vertical.far[y]!,
			stepsAt,
			width,
			constants.threshold,
			Number(isWhole),
			rowAt,
		);
		data.set(row, y * width);
	}
	return { data, height, width, channels: 1 };
}

/** The part of the magnified noise that is wanted: imagecorruptions keeps all, hendrycks/robustness as much as the image. */
function windowOf(size: Size, zoom: number, isTrimmed: boolean): Window {
	const height = zoomAxis(size.height, zoom).size;
	const width = zoomAxis(size.width, zoom).size;
	if (!isTrimmed) return { top: 0, left: 0, height, width };
	const top = Math.floor((height - size.height) / 2);
	const left = Math.floor((width - size.width) / 2);
	return { top, left, height: size.height, width: size.width };
}

function drawNoise(
	running: RunningKernels,
	draws: Draws,
	{
		count,
		mean,
		deviation,
	}: { count: number; mean: number; deviation: number },
): void {
	const into = drawsIn(running, draws);
	for (let from = 0; from < count; from += mostDrawn)
		into.normals(
			noiseAt + 8 * from,
			Math.min(mostDrawn, count - from),
			mean,
			deviation,
		);
}

/** Copies the steps along a row to where the kernels read them. */
function placeSteps(
	{ words, doubles }: RunningKernels,
	at: number,
	{ before, after, near, far }: ZoomSteps,
): void {
	for (let x = 0; x < before.length; x++) {
		const step = at + 24 * x;
		words[step / 4] = 8 * before[x]!;
		words[step / 4 + 1] = 8 * after[x]!;
		doubles[step / 8 + 1] = near[x]!;
		doubles[step / 8 + 2] = far[x]!;
	}
}
