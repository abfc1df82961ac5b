import { jpegRoundTrip } from "../image/jpeg/round-trip.js";
import { defineCorruption } from "./define-corruption.js";

const imagenet = [25, 18, 15, 10, 7] as const;

/** Saved as a JPEG of low quality (4:2:0) and read again; the constant is the quality. */
export const jpegCompression = defineCorruption<number>({
	name: "jpeg-compression",
	constants: {
		"any-size": imagenet,
		"imagenet-c": imagenet,
		"cifar-10-c": [80, 65, 58, 50, 40],
	},
	apply: jpegRoundTrip,
	source: { module: import.meta.url, name: "jpegCompression" },
});
