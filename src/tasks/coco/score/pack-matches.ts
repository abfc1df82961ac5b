import { packer, type Unpacker, unpacker } from "../../per-image/packing.js";
import { areaNames } from "./match-detections.js";
import type { PlacedImage } from "./matches.js";
import type { Kind } from "./score-image.js";

const ranges = areaNames.length;

const isSingle = ({ scores }: PlacedImage): boolean =>
	scores.every((score) => Math.fround(score) === score);

/** Packs matched images: a few bytes for each detection; their ranks follow from their order. */
export function packMatches(
	images: readonly PlacedImage[],
	kinds: readonly Kind[],
): Uint8Array {
	const out = packer();
	const single = images.every(isSingle);
	out.whole(images.length);
	out.whole(Number(single));
	out.whole(kinds.length);
	for (const kind of kinds) out.whole(Number(kind === "mask"));
	for (const { place, labels, wanted } of images) {
		out.whole(place);
		out.whole(labels.length);
		out.whole(wanted.length);
	}
	// Column by column: like numbers next to each other are squeezed best.
	for (const { labels } of images) labels.forEach(out.whole);
	for (const { scores } of images)
		scores.forEach(single ? out.single : out.double);
	for (const kind of kinds)
		for (const { flags } of images) flags[kind]?.forEach(out.whole);
	for (const { wanted } of images)
		for (const [label, counts] of wanted) {
			out.whole(label);
			counts.forEach(out.whole);
		}
	return out.bytes();
}

const wholes = (from: Unpacker, length: number): number[] =>
	Array.from({ length }, from.whole);

/** The position of each detection among those of its class, which follow each other. */
function ranksOf(labels: Int32Array): Uint8Array {
	const ranks = new Uint8Array(labels.length);
	for (let i = 1; i < labels.length; i++)
		if (labels[i] === labels[i - 1]) ranks[i] = ranks[i - 1]! + 1;
	return ranks;
}

/** Reads what `packMatches` wrote. */
export function unpackMatches(bytes: Uint8Array): {
	readonly images: readonly PlacedImage[];
	readonly kinds: readonly Kind[];
} {
	const from = unpacker(bytes);
	const [count = 0, single, kindCount = 0] = wholes(from, 3);
	const kinds = wholes(from, kindCount).map(
		(kind): Kind => (kind === 1 ? "mask" : "box"),
	);
	const heads = Array.from({ length: count }, () => wholes(from, 3)) as [
		place: number,
		found: number,
		wanted: number,
	][];
	const columns = <Column>(read: (found: number) => Column): Column[] =>
		heads.map(([, found]) => read(found));
	const labels = columns((found) => Int32Array.from(wholes(from, found)));
	const score = single === 1 ? from.single : from.double;
	const scores = columns((length) => Float64Array.from({ length }, score));
	const flags = kinds.map((kind) => {
		const bits = columns((found) =>
			Uint32Array.from(wholes(from, found * ranges)),
		);
		return [kind, bits] as const;
	});
	const wanted = heads.map(([, , length]) =>
		Array.from({ length }, () => [from.whole(), wholes(from, ranges)] as const),
	);
	const images = heads.map(([place], i) => ({
		place,
		labels: labels[i]!,
		scores: scores[i]!,
		ranks: ranksOf(labels[i]!),
		flags: Object.fromEntries(flags.map(([kind, bits]) => [kind, bits[i]!])),
		wanted: wanted[i]!,
	}));
	return { images, kinds };
}
