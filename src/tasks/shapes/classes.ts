import {
	arc,
	crescent,
	drop,
	heart,
	type Outline,
	regular,
	round,
	star,
	toothed,
	wavy,
} from "./outline.js";
import type { TextureName } from "./texture.js";

/** What a class looks like. */
export interface ShapeClass {
	readonly outline: Outline;
	/** The texture that most things of this class have: a hint, not a proof. */
	readonly texture: TextureName;
}

/** The classes that backbones are trained on beforehand, in the role of ImageNet. */
export const sourceClasses = {
	disk: { outline: [round(0.85)], texture: "stripes" },
	ring: { outline: [round(0.95), round(0.5)], texture: "checks" },
	square: { outline: [regular(4)], texture: "dots" },
	triangle: { outline: [regular(3)], texture: "waves" },
	star: { outline: [star(5, 0.42)], texture: "noise" },
	gear: { outline: [toothed(8, 0.3)], texture: "rings" },
	crescent: { outline: [crescent(0.5, 0.8)], texture: "stripes" },
	heart: { outline: [heart()], texture: "checks" },
	drop: { outline: [drop()], texture: "dots" },
	cross: {
		outline: [
			[
				[-0.3, -0.95],
				[0.3, -0.95],
				[0.3, -0.3],
				[0.95, -0.3],
				[0.95, 0.3],
				[0.3, 0.3],
				[0.3, 0.95],
				[-0.3, 0.95],
				[-0.3, 0.3],
				[-0.95, 0.3],
				[-0.95, -0.3],
				[-0.3, -0.3],
			],
		],
		texture: "waves",
	},
	bar: {
		outline: [
			[
				[-0.32, -0.94],
				[0.32, -0.94],
				[0.32, 0.94],
				[-0.32, 0.94],
			],
		],
		texture: "noise",
	},
	arrow: {
		outline: [
			[
				[0, -1],
				[0.75, -0.1],
				[0.28, -0.1],
				[0.28, 0.95],
				[-0.28, 0.95],
				[-0.28, -0.1],
				[-0.75, -0.1],
			],
		],
		texture: "rings",
	},
	elbow: {
		outline: [
			[
				[-0.7, -0.7],
				[-0.1, -0.7],
				[-0.1, 0.15],
				[0.7, 0.15],
				[0.7, 0.7],
				[-0.7, 0.7],
			],
		],
		texture: "stripes",
	},
	tee: {
		outline: [
			[
				[-0.8, -0.6],
				[0.8, -0.6],
				[0.8, -0.05],
				[0.28, -0.05],
				[0.28, 0.9],
				[-0.28, 0.9],
				[-0.28, -0.05],
				[-0.8, -0.05],
			],
		],
		texture: "checks",
	},
	frame: {
		outline: [regular(4), regular(4, 0.5)],
		texture: "dots",
	},
	flower: { outline: [wavy(5, 0.45)], texture: "waves" },
} as const satisfies Record<string, ShapeClass>;

/** The classes that a backbone is transferred to; none of them is among the source's. */
export const targetClasses = {
	hexagon: { outline: [regular(6)], texture: "bricks" },
	diamond: {
		outline: [
			[
				[0, -1],
				[0.55, 0],
				[0, 1],
				[-0.55, 0],
			],
		],
		texture: "zigzag",
	},
	trapezoid: {
		outline: [
			[
				[-0.4, -0.6],
				[0.4, -0.6],
				[0.85, 0.5],
				[-0.85, 0.5],
			],
		],
		texture: "grid",
	},
	spark: { outline: [star(4, 0.38)], texture: "marble" },
	sun: { outline: [star(9, 0.66)], texture: "speckles" },
	horseshoe: { outline: [arc(0.5, 0.95, 0.7)], texture: "bricks" },
	chevron: {
		outline: [
			[
				[0, -0.72],
				[0.74, 0.14],
				[0.74, 0.67],
				[0, -0.08],
				[-0.74, 0.67],
				[-0.74, 0.14],
			],
		],
		texture: "zigzag",
	},
	hourglass: {
		outline: [
			[
				[-0.7, -0.7],
				[0.7, -0.7],
				[0.14, 0],
				[0.7, 0.7],
				[-0.7, 0.7],
				[-0.14, 0],
			],
		],
		texture: "grid",
	},
	bolt: {
		outline: [
			[
				[0.3, -0.95],
				[0.1, -0.2],
				[0.6, -0.25],
				[-0.3, 0.95],
				[-0.08, 0.15],
				[-0.6, 0.2],
			],
		],
		texture: "marble",
	},
	clover: { outline: [wavy(3, 0.55)], texture: "speckles" },
} as const satisfies Record<string, ShapeClass>;
