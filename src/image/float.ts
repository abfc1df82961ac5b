import type { Float32Image, Image } from "./image.js";
import { scratchFloat32s } from "./scratch.js";

const unit = Float64Array.from({ length: 256 }, (_, value) => value / 255);

/** The image as 32-bit numbers in [0, 1]: each byte divided by 255 and rounded. */
export function toUnit32({ data, height, width }: Image): Float32Image {
	const floats = scratchFloat32s(data.length);
	for (let i = 0; i < data.length; i++) floats[i] = unit[data[i]!]!;
	return { data: floats, height, width };
}
