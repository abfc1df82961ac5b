import { packer, unpacker } from "../per-image/packing.js";
import type { ImageSums } from "../per-image/per-image.js";
import {
	areaFigures,
	type ClassAreas,
	meanIouName,
	meanIouOf,
	noAreas,
} from "./class-areas.js";

/** Packs the areas of the classes in each image: those of the classes that occur there. */
export function areaPacker() {
	const out = packer();
	return {
		add({ predicted, labeled, both }: ClassAreas): void {
			const there = [...predicted.keys()].filter(
				(i) => predicted[i]! > 0 || labeled[i]! > 0,
			);
			out.whole(there.length);
			for (const i of there) {
				out.whole(i);
				out.whole(both[i]!);
				out.whole(predicted[i]! - both[i]!);
				out.whole(labeled[i]! - both[i]!);
			}
		},
		bytes: out.bytes,
	};
}

/** The classes in each of some images, one image behind the other. */
interface Entries {
	/** `[images + 1]`: where each image begins. */
	readonly starts: readonly number[];
	readonly classes: Uint16Array;
	readonly predicted: Float64Array;
	readonly labeled: Float64Array;
	readonly both: Float64Array;
}

function entriesOf(bytes: Uint8Array): Entries {
	const from = unpacker(bytes);
	const starts = [0];
	const [classes, predicted, labeled, both]: number[][] = [[], [], [], []];
	while (!from.isAtEnd) {
		for (let left = from.whole(); left > 0; left--) {
			classes!.push(from.whole());
			const shared = from.whole();
			both!.push(shared);
			predicted!.push(shared + from.whole());
			labeled!.push(shared + from.whole());
		}
		starts.push(classes!.length);
	}
	return {
		starts,
		classes: Uint16Array.from(classes!),
		predicted: Float64Array.from(predicted!),
		labeled: Float64Array.from(labeled!),
		both: Float64Array.from(both!),
	};
}

function addTo(areas: ClassAreas, entries: Entries, times: Float64Array): void {
	const { starts, classes, predicted, labeled, both } = entries;
	for (let i = 0; i < times.length; i++) {
		const count = times[i]!;
		if (count === 0) continue;
		for (let at = starts[i]!; at < starts[i + 1]!; at++) {
			const one = classes[at]!;
			areas.predicted[one]! += count * predicted[at]!;
			areas.labeled[one]! += count * labeled[at]!;
			areas.both[one]! += count * both[at]!;
		}
	}
}

class AreaSums implements ImageSums {
	readonly images: number;
	readonly #parts: readonly Entries[];
	readonly #classes: readonly string[];

	constructor(parts: readonly Entries[], classes: readonly string[]) {
		this.#parts = parts;
		this.#classes = classes;
		this.images = parts.reduce((sum, { starts }) => sum + starts.length - 1, 0);
	}

	figure(times: Float64Array, name: string): number | undefined {
		const areas = noAreas();
		let first = 0;
		for (const part of this.#parts) {
			const end = first + part.starts.length - 1;
			addTo(areas, part, times.subarray(first, end));
			first = end;
		}
		return name === meanIouName
			? meanIouOf(areas, this.#classes)
			: areaFigures(areas, this.#classes)[name];
	}

	and(others: ImageSums): ImageSums {
		if (!(others instanceof AreaSums))
			throw new TypeError("only areas can be joined with areas");
		return new AreaSums([...this.#parts, ...others.#parts], this.#classes);
	}
}

/** Reads what `areaPacker` packed: mIoU, and the figures of `meanIou` by name. */
export const areaSums = (
	bytes: Uint8Array,
	classes: readonly string[],
): ImageSums => new AreaSums([entriesOf(bytes)], classes);
