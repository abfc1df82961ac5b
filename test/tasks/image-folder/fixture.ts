import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodePng } from "../../../src/image/encode.js";
import { createImage } from "../../../src/image/image.js";
import { Random } from "../../../src/random.js";
import type { ImageViewOptions } from "../../../src/tasks/image-views.js";

/** What torchvision and Salman et al. make of folders of images; see make_image_folder.py. */
export const fixture = JSON.parse(
	readFileSync(
		new URL(
			"../../../../test/fixtures/tasks/image-folder.json",
			import.meta.url,
		),
		"utf8",
	),
) as {
	readonly listed: {
		readonly places: readonly string[];
		readonly classes: readonly string[];
		readonly samples: readonly (readonly [place: string, label: number])[];
	};
	readonly views: readonly {
		readonly size: readonly [height: number, width: number];
		readonly options: ImageViewOptions;
		readonly draws: readonly number[];
		readonly seen: { readonly train: string; readonly test: string };
	}[];
	readonly scores: readonly {
		readonly classes: readonly string[];
		readonly labels: readonly number[];
		readonly predictions: readonly number[];
		readonly accuracy: number;
		readonly meanPerClass: number;
		readonly each: Readonly<Record<string, number>>;
	}[];
};

/** Writes files below a folder, whose folders are made. */
export function write(
	folder: string,
	files: Readonly<Record<string, Uint8Array>>,
): void {
	for (const [place, bytes] of Object.entries(files)) {
		const path = join(folder, place);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, bytes);
	}
}

/** A noisy PNG, in which one channel is brighter. */
export function drawn(key: string, channel: number): Uint8Array {
	const random = new Random("drawn", key);
	const image = createImage(random.integer(30, 50), random.integer(30, 50));
	for (let i = 0; i < image.data.length; i++)
		image.data[i] = random.integer(0, 120) + (i % 3 === channel ? 100 : 0);
	return encodePng(image);
}

/** Folders of the classes red, green and blue, some images of each. */
export const colors = (
	part: string,
	counts: readonly [red: number, green: number, blue: number],
): Record<string, Uint8Array> =>
	Object.fromEntries(
		["red", "green", "blue"].flatMap((name, channel) =>
			Array.from({ length: counts[channel]! }, (_, i) => {
				const place = `${part}${name}/${i}.png`;
				return [place, drawn(place, channel)];
			}),
		),
	);
