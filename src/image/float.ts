import {
	createImage,
	type Float32Image,
	type FloatImage,
	type Image,
} from "./image.js";
import { scratchFloat32s, scratchFloats } from "./scratch.js";

const unit = Float64Array.from({ length: 256 }, (_, value) => value / 255);

/** The image as numbers in [0, 1]: each byte divided by 255. */
export function toUnit({ data, height, width }: Image): FloatImage {
	const floats = scratchFloats(data.length);
	for (let i = 0; i < data.length; i++) floats[i] = unit[data[i]!]!;
	return { data: floats, height, width, channels: 3 };
}

/** The image as 32-bit numbers in [0, 1]: each byte divided by 255 and rounded. */
export function toUnit32({ data, height, width }: Image): Float32Image {
	const floats = scratchFloat32s(data.length);
	for (let i = 0; i < data.length; i++) floats[i] = unit[data[i]!]!;
	return { data: floats, height, width };
}

/** The 8-bit image of numbers in [0, 1]: clipped, times 255, and cut down to an integer as `numpy.uint8` does. */
export function fromUnit({ data, height, width }: FloatImage): Image {
	const image = createImage(height, width);
	const bytes = image.data;
	for (let i = 0; i < bytes.length; i++) {
		const value = data[i]!;
		bytes[i] = value <= 0 ? 0 : value >= 1 ? 255 : value * 255;
	}
	return image;
}
