import { createImage, type Image } from "../../image/image.js";
import { type Region, regionOf, signedDistances } from "./distance.js";
import type { Paint, Scene, Thing } from "./scene.js";
import { texture } from "./texture.js";

/** One thing as it is to be seen. */
export interface VisibleThing {
	/** The index of its class in the domain. */
	readonly label: number;
	/** Around its visible pixels: `right` and `bottom` are those after the last. */
	readonly box: readonly [
		left: number,
		top: number,
		right: number,
		bottom: number,
	];
	/** How many of its pixels are visible. */
	readonly area: number;
}

/** A scene as a picture, and what is where in it. */
export interface Picture {
	readonly image: Image;
	/** The class of the thing that reaches farthest. */
	readonly label: number;
	/** Back to front; things of which nothing is visible are left out. */
	readonly things: readonly VisibleThing[];
	/** For each pixel 0 for the background, else one more than the position in `things`. */
	readonly instances: Uint8Array;
	/** For each pixel 0 for the background, else one more than the class. */
	readonly semantic: Uint8Array;
}

interface Canvas {
	readonly size: number;
	/** Red, green and blue of each pixel, 0 to 1. */
	readonly colors: Float32Array;
	readonly instances: Uint8Array;
}

const shadowReach = 0.045;
const bevel = 0.3;
const relief = 0.45;
const falloff = 0.2;

function surface(paint: Paint, size: number) {
	const { colors, period, angle, shift } = paint;
	const pattern = texture(paint.texture, {
		period: Math.max(3, period * size),
		angle,
		shift: [shift[0] * size, shift[1] * size],
	});
	return { pattern, first: colors[0], second: colors[1] };
}

function drawBackground(canvas: Canvas, { background, light }: Scene): void {
	const { size, colors } = canvas;
	const { pattern, first, second } = surface(background, size);
	const across = (falloff * Math.cos(light) * 2) / size;
	const down = (falloff * Math.sin(light) * 2) / size;
	for (let y = 0, i = 0; y < size; y++) {
		for (let x = 0; x < size; x++) {
			const share = pattern(x + 0.5, y + 0.5);
			const bright =
				1 + across * (x + 0.5 - size / 2) + down * (y + 0.5 - size / 2);
			for (let c = 0; c < 3; c++, i++) {
				const base = first[c]!;
				colors[i] = (base + (second[c]! - base) * share) * bright;
			}
		}
	}
}

/** Calls back for the pixels of a region that lie in the picture, with their position in both. */
function forEachPixel(
	{ left, top, width, height }: Region,
	size: number,
	visit: (at: number, pixel: number, x: number) => void,
): void {
	const firstColumn = Math.max(0, -left);
	const lastColumn = Math.min(width, size - left);
	const lastRow = Math.min(height, size - top);
	for (let row = Math.max(0, -top); row < lastRow; row++) {
		for (let column = firstColumn; column < lastColumn; column++) {
			const x = left + column;
			visit(row * width + column, (top + row) * size + x, x);
		}
	}
}

function drawShadow(
	{ size, colors }: Canvas,
	{ region, distances }: { region: Region; distances: Float64Array },
	{ light, shadow }: Scene,
): void {
	const reach = shadowReach * size;
	const moved = {
		...region,
		left: region.left - Math.round(reach * Math.cos(light)),
		top: region.top - Math.round(reach * Math.sin(light)),
	};
	forEachPixel(moved, size, (at, pixel) => {
		const depth = 0.5 - distances[at]! / (2 * reach);
		if (depth <= 0) return;
		const kept = 1 - shadow * Math.min(1, depth);
		for (let i = 3 * pixel; i < 3 * pixel + 3; i++) colors[i]! *= kept;
	});
}

function drawThing(
	canvas: Canvas,
	{ outline, radius, paint }: Thing,
	{ scene, position }: { scene: Scene; position: number },
): void {
	const { size, colors, instances } = canvas;
	const region = regionOf(outline, size, 2 * shadowReach * size + 2);
	const distances = signedDistances(outline, size, region);
	drawShadow(canvas, { region, distances }, scene);
	const { pattern, first, second } = surface(paint, size);
	const lightX = Math.cos(scene.light);
	const lightY = Math.sin(scene.light);
	const slope = bevel * radius * size;
	forEachPixel(region, size, (at, pixel, x) => {
		const inside = -distances[at]!;
		if (inside <= -0.5) return;
		const coverage = Math.min(1, inside + 0.5);
		const towardsLight =
			(lightX * (distances[at + 1]! - distances[at - 1]!) +
				lightY *
					(distances[at + region.width]! - distances[at - region.width]!)) /
			2;
		const tilt = inside < slope ? 1 - inside / slope : 0;
		const bright = 1 + relief * tilt * towardsLight;
		const y = (pixel - x) / size;
		const share = pattern(x + 0.5, y + 0.5);
		for (let c = 0; c < 3; c++) {
			const base = first[c]!;
			const color = (base + (second[c]! - base) * share) * bright;
			const behind = colors[3 * pixel + c]!;
			colors[3 * pixel + c] = behind + (color - behind) * coverage;
		}
		if (inside >= 0) instances[pixel] = position + 1;
	});
}

/** Each visible thing's box and area; the instances are numbered anew without those that are hidden. */
function lookAt(
	{ size, instances }: Canvas,
	{ things }: Scene,
): Pick<Picture, "things" | "instances" | "semantic"> {
	const areas = things.map(() => 0);
	const boxes = things.map((): [number, number, number, number] => [
		size,
		size,
		0,
		0,
	]);
	instances.forEach((instance, pixel) => {
		if (instance === 0) return;
		const box = boxes[instance - 1]!;
		const x = pixel % size;
		const y = (pixel - x) / size;
		areas[instance - 1]!++;
		box[0] = Math.min(box[0], x);
		box[1] = Math.min(box[1], y);
		box[2] = Math.max(box[2], x + 1);
		box[3] = Math.max(box[3], y + 1);
	});
	const seen = things.map((_, i) => i).filter((i) => areas[i]! > 0);
	const numbers = things.map((_, i) => seen.indexOf(i) + 1);
	return {
		things: seen.map((i) => ({
			label: things[i]!.label,
			box: boxes[i]!,
			area: areas[i]!,
		})),
		instances: instances.map((instance) => numbers[instance - 1] ?? 0),
		semantic: instances.map((instance) =>
			instance === 0 ? 0 : things[instance - 1]!.label + 1,
		),
	};
}

/**
 * Draws a scene as a square picture of `size` pixels on each side.
 *
 * Every pixel of a thing's edge is blended by how much of it the thing covers; it belongs to the thing in
 * the masks where the pixel's center does.
 */
export function render(scene: Scene, size: number): Picture {
	const canvas = {
		size,
		colors: new Float32Array(size * size * 3),
		instances: new Uint8Array(size * size),
	};
	drawBackground(canvas, scene);
	scene.things.forEach((thing, position) => {
		drawThing(canvas, thing, { scene, position });
	});
	const data = new Uint8ClampedArray(canvas.colors.length);
	const { gray, share } = scene.haze;
	for (let i = 0; i < data.length; i++)
		data[i] = 255 * (canvas.colors[i]! * (1 - share) + gray * share);
	return {
		image: createImage(size, size, new Uint8Array(data.buffer)),
		label: scene.label,
		...lookAt(canvas, scene),
	};
}
