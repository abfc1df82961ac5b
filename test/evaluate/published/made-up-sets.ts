import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { corrupt } from "../../../src/corruptions/corrupt.js";
import type {
	CorruptionName,
	Severity,
} from "../../../src/corruptions/corruption.js";
import { severities } from "../../../src/corruptions/corruption.js";
import { type Cell, cellsOf } from "../../../src/evaluate/cell.js";
import type { PublishedCorruption } from "../../../src/evaluate/published/published-corruption.js";
import {
	type Corrupting,
	type TestImage,
	testImages,
} from "../../../src/evaluate/test-image.js";
import { encodePng } from "../../../src/image/encode.js";
import type { Image } from "../../../src/image/image.js";
import type { Task } from "../../../src/tasks/task.js";

/** A `.npy` file of version 1, as NumPy writes it. */
export function npy(
	dtype: "|u1" | "<i8",
	shape: readonly number[],
	data: ArrayBufferView,
): Buffer {
	const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
	const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
	const head = Buffer.alloc(10 + length, " ");
	head.write("\x93NUMPY\x01\x00", 0, "latin1");
	head.writeUInt16LE(length, 8);
	head.write(text, 10, "latin1");
	head[head.length - 1] = 10;
	return Buffer.concat([
		head,
		Buffer.from(data.buffer, data.byteOffset, data.byteLength),
	]);
}

export function writeFile(path: string, bytes: Uint8Array): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, bytes);
}

/** The test images of a task under a corruption: as they are given, or as they are seen. */
export function corruptedImages(
	task: Task<never, unknown>,
	name: CorruptionName,
	{ severity, seen }: { severity: Severity; seen: boolean },
): Image[] {
	const { test, corruptionVariant: variant } = task;
	return Array.from({ length: test.length }, (_, i) => {
		const { id, image } = test.sample(i);
		const shown = seen ? task.prepare(image) : image;
		return corrupt(shown, name, { id, severity, variant });
	});
}

/** The file names of CIFAR-10-C. */
export const fileName = (name: string): string => name.replaceAll("-", "_");

/** Writes a set as CIFAR-10-C is published, of a task's own images. */
export function writeArrays(
	folder: string,
	task: Task<number, unknown>,
	names: readonly CorruptionName[],
): void {
	const { test } = task;
	for (const name of names) {
		const all = severities.flatMap((severity) =>
			corruptedImages(task as never, name, { severity, seen: false }),
		);
		const [{ height, width }] = all as [Image];
		const bytes = Buffer.concat(all.map(({ data }) => data));
		const shape = [all.length, height, width, 3];
		writeFile(join(folder, `${fileName(name)}.npy`), npy("|u1", shape, bytes));
	}
	const labels = Array.from({ length: test.length }, (_, i) =>
		BigInt(test.sample(i).target),
	);
	const five = BigInt64Array.from(severities.flatMap(() => labels));
	writeFile(join(folder, "labels.npy"), npy("<i8", [five.length], five));
}

/** Writes a set as ImageNet-C is published, without loss. */
export function writeFolders(
	folder: string,
	task: Task<never, unknown>,
	{
		names,
		seen,
		severityName = String,
	}: {
		names: readonly CorruptionName[];
		seen: boolean;
		severityName?: (severity: Severity) => string;
	},
): void {
	for (const name of names)
		for (const severity of severities)
			corruptedImages(task, name, { severity, seen }).forEach((image, i) => {
				const place = task.test.place?.(i) as string;
				const png = place.replace(/\.\w+$/, ".png");
				const own = join(folder, fileName(name), severityName(severity));
				writeFile(join(own, png), encodePng(image));
			});
}

const corrupting = (
	task: Task<never, unknown>,
	corruptedAt: "given" | "seen",
) =>
	({
		variant: task.corruptionVariant,
		seed: 0,
		channelOrder: "rgb",
		corruptedAt,
	}) satisfies Corrupting;

/** All test images of a task as the network sees them, of a published or a drawn corruption. */
export function shownImages<Target>(
	task: Task<Target, unknown>,
	condition: PublishedCorruption | CorruptionName,
	{
		severity,
		corruptedAt = "given",
	}: { severity: Severity; corruptedAt?: "given" | "seen" },
): TestImage<Target>[] {
	const scored = { data: "", images: 1, scoring: "", isAsEver: false };
	const [, cell] = cellsOf([condition], [severity], {
		...scored,
		metric: "",
		scoredOf: () => scored,
		settings: {
			...corrupting(task as never, corruptedAt),
			frost: "procedural",
		},
	});
	const imageAt = testImages(task, corrupting(task as never, corruptedAt));
	return Array.from({ length: task.test.length }, (_, i) =>
		imageAt(i, cell as Cell),
	);
}
