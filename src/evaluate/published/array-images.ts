import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { shortHash } from "../../canonical.js";
import { type Severity, severities } from "../../corruptions/corruption.js";
import { exampleTarget } from "../../tasks/example-target.js";
import { fingerprint } from "../../tasks/fingerprint.js";
import type { Task } from "../../tasks/task.js";
import { type NpyFile, openNpy } from "./npy.js";
import type { PublishedImages } from "./published-corruption.js";
import { rowName, type SetKind } from "./set-kind.js";

const labelsName = "labels.npy";
const ending = ".npy";

const fileOf = (folder: string, name: string): string => {
	const found = readdirSync(folder).find(
		(file) => file.endsWith(ending) && rowName(file.slice(0, -4)) === name,
	);
	return join(folder, found ?? `${name.replaceAll("-", "_")}${ending}`);
};

/** The two files of a corruption, and how many images there are of each severity. */
interface Opened {
	readonly images: NpyFile;
	readonly labels: NpyFile;
	readonly each: number;
}

function open(path: string, labelsPath: string): Opened {
	if (!existsSync(labelsPath))
		throw new Error(`${path} has no ${labelsName} beside it`);
	const [images, labels] = [openNpy(path), openNpy(labelsPath)];
	const [count = 0, height = 0, width, channels] = images.shape;
	if (
		images.dtype !== "|u1" ||
		images.shape.length !== 4 ||
		channels !== 3 ||
		height === 0 ||
		width === 0 ||
		count === 0 ||
		count % severities.length !== 0
	)
		throw new Error(
			`${path} holds ${images.dtype} of [${images.shape.join(", ")}], not bytes of [5 × images, height, width, 3]`,
		);
	if (labels.shape.length !== 1 || labels.shape[0] !== count)
		throw new Error(
			`${labelsPath} holds [${labels.shape.join(", ")}] labels, not one for each of the ${count} images in ${path}`,
		);
	return { images, labels, each: count / severities.length };
}

/** Throws where the labels of a severity are not what the task's first test images are to be predicted as. */
function checkLabels(
	{ test, name }: Task,
	{ images, labels, each }: Opened,
	{ count, severity }: { count: number; severity: Severity },
): void {
	if (test.length > each)
		throw new Error(
			`${images.path} has ${each} images of each severity, and ${test.name} has ${test.length}: they are not the same`,
		);
	const found = labels.numbers((severity - 1) * each, count);
	found.forEach((label, i) => {
		const target = exampleTarget(test, i);
		if (target === label) return;
		const said = typeof target === "number" ? target : "no class";
		throw new Error(
			`${labels.path} has the label ${label} for image ${i} of severity ${severity}, and the test data of ${name} have ${said}: they are not the same images, or not in the same order`,
		);
	});
}

function imagesOf<Target>(
	task: Task<Target, unknown>,
	opened: Opened,
	severity: Severity,
): PublishedImages<Target> {
	const { images, each } = opened;
	const [, height, width] = images.shape as [number, number, number, number];
	const { test } = task;
	return {
		isSeen: false,
		data: {
			name: test.name,
			length: test.length,
			sample(index) {
				const at = (severity - 1) * each + index;
				const bytes = images.bytes(at, 1);
				return {
					id: test.id?.(index) ?? String(index),
					image: { data: Uint8Array.from(bytes), height, width },
					target: exampleTarget(test, index),
				};
			},
		},
		check: (count) => checkLabels(task as Task, opened, { count, severity }),
		checkImage() {},
	};
}

/**
 * Corruptions as in CIFAR-10-C: an array of bytes for each, `[5 × images, height, width, 3]`, all images of severity 1
 * before those of 2, and `labels.npy`.
 */
export const arraySets: SetKind = {
	list: (folder) =>
		readdirSync(folder)
			.filter((file) => file.endsWith(ending) && file !== labelsName)
			.map((file) => rowName(file.slice(0, -ending.length)))
			.sort(),
	find(folder, { name }) {
		const path = fileOf(folder, name);
		if (!existsSync(path)) throw new Error(`there is no ${path}`);
		const labelsPath = join(folder, labelsName);
		let opened: Opened | undefined;
		return {
			severities,
			code: () => shortHash([name, fingerprint(path), fingerprint(labelsPath)]),
			open(task, severity) {
				opened ??= open(path, labelsPath);
				return imagesOf(task, opened, severity);
			},
		};
	},
};
