import type { Draws } from "../corruption.js";

/** A star of rays of random lengths around a point, in pixels. */
export interface Star {
	readonly top: number;
	readonly left: number;
	readonly rays: Float64Array;
	/** How fast it fades: the power of the ratio of squared length and distance. */
	readonly falloff: number;
}

/** The lengths of `count` rays: `radius`, give or take a quarter. */
export const drawRays = (
	draws: Draws,
	count: number,
	radius: number,
): Float64Array =>
	draws
		.normals(count, 0, 1)
		.map((deviation) => radius + (25 / 100) * radius * deviation);

/** How much of a pixel is the star's, from 0 to 1. */
export function starAt(
	{ top, left, rays, falloff }: Star,
	x: number,
	y: number,
): number {
	const dy = y - top;
	const dx = x - left;
	const distance = Math.sqrt(dy * dy + dx * dx);
	const turn = ((Math.atan2(dx, dy) + Math.PI) / (2 * Math.PI)) * rays.length;
	const ray = Math.trunc(turn);
	const between = turn - ray;
	const near = rays[ray % rays.length]!;
	const length = near + between * (rays[(ray + 1) % rays.length]! - near);
	const light = (length * length) / (distance * distance + 1e-4);
	const faded = falloff === 1 ? light : light ** falloff;
	const middle = between - 0.5;
	return Math.max(0, Math.min(1, (1 - middle * middle) * faded));
}
