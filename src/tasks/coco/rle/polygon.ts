import type { Size } from "../../task.js";
import type { Box, Rle } from "./rle.js";
import { mergeRles } from "./rle-merge.js";

/** How much finer the grid is on which edges are followed. */
const finer = 5;

/** The points of the fine grid along the outline, in turn. */
function outlinePoints(xy: ArrayLike<number>) {
	const corners = xy.length >> 1;
	const grid = Array.from(xy, (value) => Math.trunc(finer * value + 0.5));
	const across: number[] = [];
	const down: number[] = [];
	for (let corner = 0; corner < corners; corner++) {
		const next = (corner + 1) % corners;
		let [fromX, fromY] = [grid[2 * corner]!, grid[2 * corner + 1]!];
		let [toX, toY] = [grid[2 * next]!, grid[2 * next + 1]!];
		const wide = Math.abs(toX - fromX);
		const high = Math.abs(toY - fromY);
		const isFlat = wide >= high;
		const isBackward = isFlat ? fromX > toX : fromY > toY;
		if (isBackward) [fromX, fromY, toX, toY] = [toX, toY, fromX, fromY];
		const steps = isFlat ? wide : high;
		const rise = isFlat ? toY - fromY : toX - fromX;
		const slope = steps === 0 ? 0 : rise / steps;
		for (let step = 0; step <= steps; step++) {
			const t = isBackward ? steps - step : step;
			const aside = Math.trunc((isFlat ? fromY : fromX) + slope * t + 0.5);
			across.push(isFlat ? fromX + t : aside);
			down.push(isFlat ? aside : fromY + t);
		}
	}
	return { across, down };
}

/** Where, column by column, the outline is crossed from outside to inside or back; in order. */
function crossings(xy: ArrayLike<number>, { height, width }: Size) {
	const { across, down } = outlinePoints(xy);
	const positions: number[] = [];
	for (let i = 1; i < across.length; i++) {
		if (across[i] === across[i - 1]) continue;
		const column = Math.min(across[i]!, across[i - 1]!);
		const x = (column + 0.5) / finer - 0.5;
		if (!Number.isInteger(x) || x < 0 || x > width - 1) continue;
		const y = (Math.min(down[i]!, down[i - 1]!) + 0.5) / finer - 0.5;
		const row = Math.ceil(Math.min(Math.max(y, 0), height));
		positions.push(x * height + row);
	}
	return Uint32Array.from(positions).sort();
}

/**
 * The mask of a polygon, given as x and y of each corner in turn, in pixels from the image's corner.
 *
 * The outline is followed on a grid five times as fine as the pixels, as `rleFrPoly` of COCO's
 * `maskApi.c` does.
 */
export function polygonRle(xy: ArrayLike<number>, size: Size): Rle {
	const ends = [...crossings(xy, size), size.height * size.width];
	const counts: number[] = [];
	let last = 0;
	for (let i = 0; i < ends.length; i++) {
		const count = ends[i]! - last;
		last = ends[i]!;
		// Two crossings at one pixel take each other back.
		if (count > 0 || i === 0) counts.push(count);
		else if (++i < ends.length) {
			counts[counts.length - 1]! += ends[i]! - last;
			last = ends[i]!;
		}
	}
	return {
		height: size.height,
		width: size.width,
		counts: Uint32Array.from(counts),
	};
}

/** The mask of the pixels inside any of several polygons. */
export const polygonsRle = (
	polygons: readonly ArrayLike<number>[],
	size: Size,
): Rle =>
	mergeRles(
		polygons.map((polygon) => polygonRle(polygon, size)),
		size,
	);

/** The mask of a box, as `frBbox` of pycocotools. */
export function boxRle([left, top, width, height]: Box, size: Size): Rle {
	const right = left + width;
	const bottom = top + height;
	return polygonRle([left, top, left, bottom, right, bottom, right, top], size);
}
