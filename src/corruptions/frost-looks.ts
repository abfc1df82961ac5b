/** The shares of the pixels that the quantiles of a look are given for. */
export const quantileLevels = [
	0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1,
] as const;

/** What a picture of frost looks like, measured on an original one. */
export interface FrostLook {
	readonly height: number;
	readonly width: number;
	/** How strong noise of grains of 1.5, 3, 6 ... 192 pixels is, relative to each other. */
	readonly octaves: readonly number[];
	/** For red, green and blue: the values at `quantileLevels`. */
	readonly quantiles: readonly (readonly number[])[];
}

const blue: FrostLook = {
	height: 600,
	width: 900,
	octaves: [0.78, 0.1, 0.01, 0.03, 0.28, 0.31, 0.27, 1],
	quantiles: [
		[15, 31, 40, 46, 57, 74, 95, 115, 127, 150, 201],
		[99, 116, 123, 128, 137, 148, 160, 171, 178, 190, 230],
		[115, 134, 141, 146, 155, 166, 176, 186, 191, 202, 235],
	],
};
const white: FrostLook = {
	height: 315,
	width: 560,
	octaves: [0.49, 0.21, 0.16, 0.19, 0.1, 0.05, 0.01, 1],
	quantiles: [
		[55, 138, 162, 173, 189, 204, 216, 225, 230, 241, 253],
		[56, 140, 165, 176, 193, 209, 221, 230, 235, 245, 255],
		[60, 146, 172, 184, 202, 218, 231, 240, 244, 250, 255],
	],
};
const dense: FrostLook = {
	height: 350,
	width: 527,
	octaves: [0.73, 0.21, 0.07, 0.07, 0.06, 0.03, 0.01, 1],
	quantiles: [
		[15, 69, 91, 102, 120, 138, 155, 171, 183, 218, 251],
		[24, 84, 105, 118, 135, 153, 170, 186, 199, 234, 255],
		[31, 92, 115, 129, 147, 165, 183, 201, 214, 249, 255],
	],
};
const dark: FrostLook = {
	height: 495,
	width: 660,
	octaves: [1, 0.19, 0.22, 0.44, 0.5, 0.21, 0.15, 0.89],
	quantiles: [
		[14, 34, 48, 59, 79, 107, 140, 174, 195, 233, 255],
		[25, 45, 60, 70, 91, 119, 151, 183, 203, 238, 255],
		[36, 57, 72, 83, 104, 131, 161, 192, 211, 243, 255],
	],
};

/** The looks of the five original pictures that are drawn, in their order; the second and third are the same. */
export const frostLooks = [blue, white, white, dense, dark] as const;
