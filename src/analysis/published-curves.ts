import type { CorruptionName } from "../corruptions/corruption.js";

/** Scores that others published by corruption and severity. */
export interface PublishedCurve {
	/** What they are scores of: `Mask R-CNN R50-FPN 1x`. */
	readonly model: string;
	/** Who published them: `Michaelis et al. 2019`. */
	readonly source: string;
	readonly task: "coco";
	readonly metric: "box AP" | "mask AP";
	/** In percent. */
	readonly clean: number;
	/** In percent, at severities 1 to 5. */
	readonly scores: Readonly<Record<CorruptionName, readonly number[]>>;
}

const common = {
	model: "Mask R-CNN R50-FPN 1x",
	source: "Michaelis et al. 2019",
	task: "coco",
} as const;

/**
 * The average precision of mmdetection's Mask R-CNN with a ResNet-50 on COCO's val2017, 12 epochs from the regular
 * backbone, under all nineteen corruptions: a line to compare with.
 *
 * Source: Michaelis et al., "Benchmarking robustness in object detection", 2019; the results in
 * bethgelab/robust-detection-benchmark (MIT), rounded to two digits.
 */
export const publishedCocoCurves: readonly PublishedCurve[] = Object.freeze([
	{
		...common,
		metric: "box AP",
		clean: 37.27,
		scores: {
			"gaussian-noise": [29.81, 24.89, 17.8, 10.64, 4.3],
			"shot-noise": [29.68, 24.48, 18.17, 9.84, 5.5],
			"impulse-noise": [20.76, 18.8, 16.7, 10.7, 5.2],
			"defocus-blur": [28.2, 23.65, 16.71, 11.78, 8.37],
			"glass-blur": [22.72, 16.71, 7.2, 5.73, 3.95],
			"motion-blur": [29.11, 22.09, 14.63, 8.66, 6.04],
			"zoom-blur": [13.12, 8.85, 7.17, 5.25, 4.37],
			snow: [26.69, 17.83, 17.95, 13.49, 12.31],
			frost: [29.61, 23.63, 19.96, 19.37, 17.12],
			fog: [33.57, 32.19, 30.91, 30.61, 28.56],
			brightness: [36.47, 34.94, 33.26, 31.12, 28.57],
			contrast: [33.68, 31.45, 27.19, 17.3, 7.29],
			"elastic-transform": [29.56, 25.87, 20.82, 17.42, 13.38],
			pixelate: [27.48, 23.68, 10.53, 5.46, 3.01],
			"jpeg-compression": [26.06, 20.55, 16.84, 9.28, 4.73],
			"speckle-noise": [31.22, 28.6, 21.03, 16.97, 12.47],
			"gaussian-blur": [33.76, 25.4, 18.34, 12.88, 6.46],
			spatter: [36.46, 30.18, 25.93, 20.45, 14.22],
			saturate: [34.5, 32.51, 35.4, 30.17, 26.08],
		},
	},
	{
		...common,
		metric: "mask AP",
		clean: 34.16,
		scores: {
			"gaussian-noise": [27.19, 22.52, 15.93, 9.42, 3.79],
			"shot-noise": [27.02, 22.1, 16.26, 8.78, 4.86],
			"impulse-noise": [18.74, 17.01, 15.06, 9.64, 4.56],
			"defocus-blur": [25.61, 21.29, 14.62, 10.1, 6.99],
			"glass-blur": [20.42, 15.13, 6.2, 4.99, 3.33],
			"motion-blur": [25.86, 19.32, 12.56, 7.37, 5.13],
			"zoom-blur": [10.97, 7.02, 5.65, 4.03, 3.32],
			snow: [24.2, 15.85, 16.08, 11.9, 10.75],
			frost: [26.83, 21.19, 17.87, 17.37, 15.38],
			fog: [30.49, 29.17, 27.93, 27.63, 25.68],
			brightness: [33.46, 31.83, 30.25, 28.19, 25.83],
			contrast: [30.74, 28.62, 24.52, 15.48, 6.38],
			"elastic-transform": [26.53, 22.94, 18.19, 15.06, 11.4],
			pixelate: [25.87, 22.48, 10.5, 5.6, 3.2],
			"jpeg-compression": [23.79, 18.46, 15.12, 8.48, 4.4],
			"speckle-noise": [28.52, 26.01, 19.09, 15.34, 11.26],
			"gaussian-blur": [31.07, 23.26, 16.61, 11.56, 5.69],
			spatter: [33.53, 27.5, 23.49, 18.47, 12.56],
			saturate: [31.58, 29.69, 32.49, 27.61, 23.92],
		},
	},
]);
