import type { Id } from "../instances.js";
import { areaNames } from "./match-detections.js";
import type { Kind, ScoredImage } from "./score-image.js";

/** The detections of some images, matched, one image behind the other. */
export interface Matches {
	readonly images: number;
	/** `[detections]`: its image, by the order in which images were added. */
	readonly image: Uint32Array;
	/** `[detections]`: the place of that image; of equal scores, those of the first place count first. */
	readonly place: Uint32Array;
	readonly labels: Int32Array;
	readonly scores: Float64Array;
	/** `[detections]`: the position among those of its class in its image. */
	readonly ranks: Uint8Array;
	/** `[detections * ranges]` bits of `matchDetections` for each kind. */
	readonly flags: Readonly<Partial<Record<Kind, Uint32Array>>>;
	/** What there is to find: of a class in an image. */
	readonly wanted: Wanted;
}

/** How many things of a class there are in an image. */
export interface Wanted {
	readonly image: Uint32Array;
	readonly labels: Int32Array;
	/** `[wanted * ranges]` */
	readonly counts: Uint32Array;
}

/** An image whose detections were matched, with its position and its place. */
export interface PlacedImage extends Omit<ScoredImage, "id"> {
	readonly place: number;
}

/** Numbers by value, texts by their characters' codes, as NumPy sorts them. */
const compareIds = (a: Id, b: Id): number =>
	typeof a === "number" && typeof b === "number"
		? a - b
		: Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));

/** Gives images their places: by their ids where all have one. */
export function placed(images: readonly ScoredImage[]): PlacedImage[] {
	const order = [...images.keys()];
	const idOf = (i: number) => images[i]?.id as Id;
	if (images.every(({ id }) => id !== undefined))
		order.sort((i, j) => compareIds(idOf(i), idOf(j)));
	const places = new Uint32Array(images.length);
	order.forEach((image, place) => {
		places[image] = place;
	});
	return images.map((image, i) => ({ ...image, place: places[i] as number }));
}

type List = Uint8Array | Uint32Array | Int32Array | Float64Array;

/** One list of the numbers of several. */
function joined<Typed extends List>(
	empty: new (length: number) => Typed,
	lists: readonly ArrayLike<number>[],
): Typed {
	const all = new empty(lists.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const list of lists) {
		all.set(list, at);
		at += list.length;
	}
	return all;
}

/** As many times the same number as a list is long. */
const repeated = (value: number, { length }: ArrayLike<unknown>): Uint32Array =>
	new Uint32Array(length).fill(value);

/** Puts images one behind the other, in the order in which they were added. */
export function matchesOf(
	images: readonly PlacedImage[],
	kinds: readonly Kind[],
): Matches {
	const all = <Typed extends List>(
		empty: new (length: number) => Typed,
		listOf: (image: PlacedImage, i: number) => ArrayLike<number>,
	): Typed => joined(empty, images.map(listOf));
	const flags = kinds.map((kind) => [
		kind,
		all(Uint32Array, (image) => image.flags[kind] ?? []),
	]);
	return {
		images: images.length,
		image: all(Uint32Array, ({ labels }, i) => repeated(i, labels)),
		place: all(Uint32Array, ({ labels, place }) => repeated(place, labels)),
		labels: all(Int32Array, ({ labels }) => labels),
		scores: all(Float64Array, ({ scores }) => scores),
		ranks: all(Uint8Array, ({ ranks }) => ranks),
		flags: Object.fromEntries(flags),
		wanted: {
			image: all(Uint32Array, ({ wanted }, i) => repeated(i, wanted)),
			labels: all(Int32Array, ({ wanted }) => wanted.map(([label]) => label)),
			counts: all(Uint32Array, ({ wanted }) =>
				wanted.flatMap(([, counts]) => counts),
			),
		},
	};
}

/** The images of two, those of the second behind those of the first, but in the same places. */
export function joinMatches(a: Matches, b: Matches): Matches {
	const moved = (list: Uint32Array) => list.map((image) => image + a.images);
	const kinds = Object.keys(a.flags) as Kind[];
	const noFlags = new Uint32Array(b.labels.length * areaNames.length);
	const flags = kinds.map((kind) => [
		kind,
		joined(Uint32Array, [a.flags[kind] ?? [], b.flags[kind] ?? noFlags]),
	]);
	return {
		images: a.images + b.images,
		image: joined(Uint32Array, [a.image, moved(b.image)]),
		place: joined(Uint32Array, [a.place, b.place]),
		labels: joined(Int32Array, [a.labels, b.labels]),
		scores: joined(Float64Array, [a.scores, b.scores]),
		ranks: joined(Uint8Array, [a.ranks, b.ranks]),
		flags: Object.fromEntries(flags),
		wanted: {
			image: joined(Uint32Array, [a.wanted.image, moved(b.wanted.image)]),
			labels: joined(Int32Array, [a.wanted.labels, b.wanted.labels]),
			counts: joined(Uint32Array, [a.wanted.counts, b.wanted.counts]),
		},
	};
}
