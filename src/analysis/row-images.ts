import { type ResultRow, unpackHits } from "../evaluate/result-row.js";
import { readPerImage } from "../runs/per-image-file.js";
import { imageSums } from "../tasks/per-image/image-sums.js";
import type { ImageSums, PerImageKind } from "../tasks/per-image/per-image.js";

/** What a row is called in errors. */
export const rowName = ({ run, corruption, severity }: ResultRow): string =>
	`${run}, ${corruption} ${severity}`;

/** Whether single predictions are right; throws where they are not those of the score. */
export function hitsOf(row: ResultRow): readonly boolean[] {
	const { correct, images, score } = row;
	const hits = unpackHits(correct ?? "", images);
	const share = (100 * hits.filter(Boolean).length) / images;
	if (!(Math.abs(share - score) < 1e-6))
		throw new Error(
			`${rowName(row)} is damaged: its predictions are right in ${share} %, its score is ${score} %; remove the row and evaluate again`,
		);
	return hits;
}

/** The per-image data of a row, of one kind where it matters; throws, saying what to do, where there are none. */
export function perImageOf(row: ResultRow, kind?: PerImageKind) {
	const { perImage, metric } = row;
	if (typeof perImage !== "string")
		throw new RangeError(
			`${rowName(row)}: the row has no per-image data, as it is of an early version, or the metric of ${metric} does not say them: evaluate again with { perImage: true }`,
		);
	const { head, bytes } = readPerImage(perImage);
	if (kind !== undefined && head.kind !== kind)
		throw new RangeError(
			`${rowName(row)}: its per-image data are ${head.kind}, not ${kind}, which only other tasks have`,
		);
	return { head, bytes };
}

/** A figure of a row's images, each of which counts so many times. */
export interface RowImages {
	/** All test images, those that could not be read too. */
	readonly images: number;
	/** Those of them that could not be read. */
	readonly skipped: readonly number[];
	/** In percent; NaN where none of the images has anything to score. */
	figure(times: Float64Array): number;
	/** These images, and behind them those of another row. */
	and(others: RowImages): RowImages;
	readonly sums: ImageSums;
}

function rowImages(
	sums: ImageSums,
	{ images, skipped }: Pick<RowImages, "images" | "skipped">,
	name: string,
): RowImages {
	const left = new Set(skipped);
	const read = (times: Float64Array) =>
		left.size === 0 ? times : times.filter((_, i) => !left.has(i));
	return {
		images,
		skipped,
		sums,
		figure: (times) => sums.figure(read(times), name) ?? Number.NaN,
		and: (others) =>
			rowImages(
				sums.and(others.sums),
				{
					images: images + others.images,
					skipped: [...skipped, ...others.skipped.map((i) => images + i)],
				},
				name,
			),
	};
}

/** The images of a row whose score is computed of them anew; throws where it is not the score that is stored. */
export function imagesOfRow(row: ResultRow): RowImages {
	const { metric, images, score } = row;
	const { head, bytes } = perImageOf(row);
	const { kind, classes, figure, skipped } = head;
	const sums = imageSums({
		kind: kind as PerImageKind,
		classes,
		figure,
		bytes,
	});
	const name = metric === head.metric ? figure : metric;
	const found = rowImages(sums, { images, skipped }, name);
	const again = found.figure(new Float64Array(images).fill(1));
	if (again !== score)
		throw new Error(
			`${rowName(row)}: its per-image data give ${again} %, its score is ${score} %: remove ${row.perImage}, and evaluate again with { perImage: true }`,
		);
	return found;
}
