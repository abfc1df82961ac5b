import { fromHsv, toHsv } from "../image/hsv.js";
import { defineCorruption } from "./define-corruption.js";

const imagenet = [0.1, 0.2, 0.3, 0.4, 0.5] as const;

/** The constant added to the value of every pixel, hue and saturation kept. */
export const brightness = defineCorruption<number>({
	name: "brightness",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [0.05, 0.1, 0.15, 0.2, 0.3],
	},
	apply(image, constant) {
		const hsv = toHsv(image);
		const { data } = hsv;
		for (let i = 2; i < data.length; i += 3) {
			data[i] = Math.min(data[i]! + constant, 1);
		}
		return fromHsv(hsv);
	},
	source: { module: import.meta.url, name: "brightness" },
});
