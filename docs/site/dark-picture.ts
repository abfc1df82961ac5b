/** The figures of light pages in the colors that they have on dark ones. */
import { liveColors } from "../../src/analysis/live-figure.js";

/** The color of dark pages, as the style sheet of the site says it. */
export const darkPage = "#1b1b1f";

const rgb = (color: string): string =>
	`rgb(${[1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)).join(", ")})`;

const swap = new Map([
	["white", darkPage],
	["rgb(255, 255, 255)", darkPage],
	...Object.entries(liveColors)
		.filter(([light]) => light.startsWith("#"))
		.map(([light, dark]): [string, string] => [rgb(light), dark]),
]);

/** An SVG of the house style with dark paper, light ink and the colors that suit them. */
export const inDarkColors = (svg: string): string =>
	svg.replaceAll(
		/(?<=(?:fill|stroke|background)(?:: ?|="))(?:white|rgb\([^)]*\))/g,
		(one) => swap.get(one) ?? one,
	);
