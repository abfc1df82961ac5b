import type {
	Detections,
	Id,
	Instances,
} from "../../../src/tasks/coco/instances.js";
import { polygonRle } from "../../../src/tasks/coco/rle/polygon.js";
import {
	type Box,
	type Rle,
	rleArea,
} from "../../../src/tasks/coco/rle/rle.js";
import type { Size } from "../../../src/tasks/task.js";
import type { Lcg } from "../../lcg.js";

/** One detection, as the scenes of make_average_precision.py have it. */
export interface Found {
	readonly image: Id;
	readonly label: number;
	/** In single precision. */
	readonly corners: readonly number[];
	readonly score: number;
	readonly mask: Rle;
}

/** One thing in an image. */
export interface Thing {
	readonly image: Id;
	readonly label: number;
	readonly box: Box;
	readonly crowd: boolean;
	readonly mask: Rle;
}

export const sceneSize: Size = { height: 240, width: 320 };
const classes = 4;

/** A box with its corners cut off. */
function octagon([left, top, width, height]: Box, size: Size): Rle {
	const xs = [0.3, 0.7, 1, 1, 0.7, 0.3, 0, 0];
	const ys = [0, 0, 0.3, 0.7, 1, 1, 0.7, 0.3];
	const corners = xs.flatMap((x, i) => [
		left + width * x,
		top + height * ys[i]!,
	]);
	return polygonRle(corners, size);
}

const draws = (lcg: Lcg, count: number): number[] =>
	Array.from({ length: count }, () => lcg.uniform());

function randomBox(lcg: Lcg): Box {
	const [a, b, c, d] = draws(lcg, 4) as [number, number, number, number];
	const width = 4 + 250 * a * a;
	const height = 4 + 200 * b * b;
	return [
		c * (sceneSize.width - width),
		d * (sceneSize.height - height),
		width,
		height,
	];
}

/** A box moved and resized by up to half of `amount`. */
export function jittered(
	lcg: Lcg,
	[left, top, width, height]: Box,
	amount: number,
): Box {
	const moves = draws(lcg, 4).map((value) => (value - 0.5) * amount);
	return [
		left + moves[0]! * width,
		top + moves[1]! * height,
		width * (1 + moves[2]!),
		height * (1 + moves[3]!),
	];
}

/** What a detector says of a box. */
export function detection(
	{ image, label, score }: Pick<Found, "image" | "label" | "score">,
	[left, top, width, height]: Box,
	size: Size,
): Found {
	const corners = [left, top, left + width, top + height].map(Math.fround);
	const [x, y, right, bottom] = corners as [number, number, number, number];
	const mask = octagon([x, y, right - x, bottom - y], size);
	return { image, label, corners, score, mask };
}

/** A score of which many are the same. */
export const scoreOf = (value: number): number =>
	Math.fround(Math.floor(value * 20) / 20);

const integer = (lcg: Lcg, count: number): number =>
	Math.floor(lcg.uniform() * count);

/** The scenes of make_average_precision.py. */
export function scenes(lcg: Lcg, images: number) {
	const things: Thing[] = [];
	const found: Found[] = [];
	for (let number = 0; number < images; number++) {
		const image = ((number * 7) % images) + 1;
		for (let rest = integer(lcg, 9); rest > 0; rest--) {
			const box = randomBox(lcg);
			const label = integer(lcg, classes);
			const crowd = lcg.uniform() < 0.125;
			const mask = octagon(box, sceneSize);
			things.push({ image, label, box, crowd, mask });
			for (let near = integer(lcg, 4); near > 0; near--) {
				const [amount, value] = draws(lcg, 2) as [number, number];
				const moved = jittered(lcg, box, amount * 0.6);
				const score = scoreOf(value);
				found.push(detection({ image, label, score }, moved, sceneSize));
			}
		}
		for (let rest = integer(lcg, 30); rest > 0; rest--) {
			const label = integer(lcg, classes);
			const score = scoreOf(lcg.uniform() * 0.7);
			const box = randomBox(lcg);
			found.push(detection({ image, label, score }, box, sceneSize));
		}
	}
	return { things, found };
}

/** More detections of one class in an image than count. */
export const many = (lcg: Lcg): Found[] =>
	Array.from({ length: 130 }, () => {
		const box = randomBox(lcg);
		const score = scoreOf(lcg.uniform());
		return detection({ image: 1, label: 0, score }, box, sceneSize);
	});

/** The things in one image. */
export function instancesOf(image: Id, all: readonly Thing[]): Instances {
	const things = all.filter((thing) => thing.image === image);
	return {
		image,
		boxes: Float32Array.from(
			things.flatMap(({ box: [left, top, width, height] }) => [
				left,
				top,
				left + width,
				top + height,
			]),
		),
		labels: Int32Array.from(things, ({ label }) => label),
		masks: things.map(({ mask }) => mask),
		crowd: Uint8Array.from(things, ({ crowd }) => Number(crowd)),
		annotated: {
			ids: Float64Array.from(things, (_, i) => i + 1),
			boxes: Float64Array.from(things.flatMap(({ box }) => box)),
			areas: Float64Array.from(things, ({ mask }) => rleArea(mask)),
		},
	};
}

/** The detections in one image. */
export function detectionsOf(image: Id, all: readonly Found[]): Detections {
	const found = all.filter((one) => one.image === image);
	return {
		boxes: Float32Array.from(found.flatMap(({ corners }) => corners)),
		labels: Int32Array.from(found, ({ label }) => label),
		scores: Float32Array.from(found, ({ score }) => score),
		masks: found.map(({ mask }) => mask),
	};
}
