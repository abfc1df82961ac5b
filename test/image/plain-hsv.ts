import {
	createImage,
	type FloatImage,
	type Image,
} from "../../src/image/image.js";

/** Hue, saturation and value of each pixel, all in [0, 1]; operation by operation `skimage.color.rgb2hsv`. */
export function toHsv({ data, height, width }: Image): FloatImage {
	const hsv = new Float64Array(data.length);
	for (let i = 0; i < data.length; i += 3) {
		const red = data[i]! / 255;
		const green = data[i + 1]! / 255;
		const blue = data[i + 2]! / 255;
		const value = Math.max(red, green, blue);
		const delta = value - Math.min(red, green, blue);
		hsv[i + 2] = value;
		if (delta === 0) {
			hsv[i] = 0;
			hsv[i + 1] = 0;
			continue;
		}
		let hue: number;
		if (blue === value) hue = 4 + (red - green) / delta;
		else if (green === value) hue = 2 + (blue - red) / delta;
		else hue = (green - blue) / delta;
		hue /= 6;
		hsv[i] = hue < 0 ? hue + 1 : hue;
		hsv[i + 1] = delta / value;
	}
	return { data: hsv, height, width, channels: 3 };
}

/** The 8-bit image of hues, saturations and values, cut down to integers; `skimage.color.hsv2rgb`, then `numpy.uint8`. */
export function fromHsv({ data: hsv, height, width }: FloatImage): Image {
	const image = createImage(height, width);
	const { data } = image;
	for (let i = 0; i < data.length; i += 3) {
		const saturation = hsv[i + 1]!;
		const value = hsv[i + 2]!;
		const sixth = Math.floor(hsv[i]! * 6);
		const part = hsv[i]! * 6 - sixth;
		const top = value * 255;
		const bottom = value * (1 - saturation) * 255;
		const falling = value * (1 - part * saturation) * 255;
		const rising = value * (1 - (1 - part) * saturation) * 255;
		switch (sixth) {
			case 1:
				setPixel(data, i, [falling, top, bottom]);
				break;
			case 2:
				setPixel(data, i, [bottom, top, rising]);
				break;
			case 3:
				setPixel(data, i, [bottom, falling, top]);
				break;
			case 4:
				setPixel(data, i, [rising, bottom, top]);
				break;
			case 5:
				setPixel(data, i, [top, bottom, falling]);
				break;
			default:
				setPixel(data, i, [top, rising, bottom]);
		}
	}
	return image;
}

function setPixel(
	data: Uint8Array,
	at: number,
	[red, green, blue]: readonly [number, number, number],
): void {
	data[at] = red;
	data[at + 1] = green;
	data[at + 2] = blue;
}
