import type { Polygon } from "./outline.js";

/** A rectangle of pixels. */
export interface Region {
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
}

interface Edges {
	readonly count: number;
	/** Start, direction and inverse squared length of each edge. */
	readonly x: Float64Array;
	readonly y: Float64Array;
	readonly dx: Float64Array;
	readonly dy: Float64Array;
	readonly inverse: Float64Array;
}

function edgesOf(polygons: readonly Polygon[], size: number): Edges {
	const ends = polygons.flatMap((polygon) =>
		polygon.map((start, i) => [start, polygon[(i + 1) % polygon.length]!]),
	);
	const column = (value: (edge: Polygon) => number): Float64Array =>
		Float64Array.from(ends, (edge) => value(edge as Polygon));
	const dx = column(([a, b]) => (b![0] - a![0]) * size);
	const dy = column(([a, b]) => (b![1] - a![1]) * size);
	return {
		count: ends.length,
		x: column(([a]) => a![0] * size),
		y: column(([a]) => a![1] * size),
		dx,
		dy,
		inverse: dx.map((value, i) => 1 / (value * value + dy[i]! * dy[i]!)),
	};
}

/** The distance of one point from the nearest edge, negative inside; by the even-odd rule. */
function distanceAt(
	{ count, x, y, dx, dy, inverse }: Edges,
	px: number,
	py: number,
): number {
	let nearest = Number.POSITIVE_INFINITY;
	let isInside = false;
	for (let i = 0; i < count; i++) {
		const fromX = px - x[i]!;
		const fromY = py - y[i]!;
		const edgeX = dx[i]!;
		const edgeY = dy[i]!;
		const along = (fromX * edgeX + fromY * edgeY) * inverse[i]!;
		const t = Math.min(Math.max(along, 0), 1);
		const offX = fromX - t * edgeX;
		const offY = fromY - t * edgeY;
		const square = offX * offX + offY * offY;
		if (square < nearest) nearest = square;
		// Whether a ray to the right crosses this edge.
		if (fromY < 0 !== fromY < edgeY) {
			const isLeft = fromX * edgeY < fromY * edgeX;
			if (isLeft === edgeY > 0) isInside = !isInside;
		}
	}
	const distance = Math.sqrt(nearest);
	return isInside ? -distance : distance;
}

/**
 * The signed distances, in pixels, of the pixels' centers from an outline: row by row over a region,
 * negative inside.
 *
 * The outline is in sides of a picture of `size` pixels. Source: the distance to a polygon, Inigo Quilez.
 */
export function signedDistances(
	outline: readonly Polygon[],
	size: number,
	{ left, top, width, height }: Region,
): Float64Array {
	const edges = edgesOf(outline, size);
	const distances = new Float64Array(width * height);
	for (let row = 0, i = 0; row < height; row++) {
		for (let column = 0; column < width; column++, i++) {
			distances[i] = distanceAt(edges, left + column + 0.5, top + row + 0.5);
		}
	}
	return distances;
}

/** The pixels within `margin` of an outline, which may lie outside the picture. */
export function regionOf(
	outline: readonly Polygon[],
	size: number,
	margin: number,
): Region {
	let [left, top, right, bottom] = [size, size, 0, 0];
	for (const [x, y] of outline.flat() as [number, number][]) {
		left = Math.min(left, x * size);
		right = Math.max(right, x * size);
		top = Math.min(top, y * size);
		bottom = Math.max(bottom, y * size);
	}
	left = Math.floor(left - margin);
	top = Math.floor(top - margin);
	return {
		left,
		top,
		width: Math.ceil(right + margin) - left,
		height: Math.ceil(bottom + margin) - top,
	};
}
