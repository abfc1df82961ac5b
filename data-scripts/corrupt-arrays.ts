import { join } from "node:path";
import { corruptAll } from "../src/corruptions/corrupt-all.js";
import type { Corruption } from "../src/corruptions/corruption.js";
import { severities } from "../src/corruptions/corruption.js";
import { cifar10Dataset } from "../src/tasks/cifar10/dataset.js";
import type { Dataset } from "../src/tasks/task.js";
import {
	type CorruptSetOptions,
	type FolderSummary,
	findable,
} from "./corrupt-folder.js";
import { writeNpy } from "./npy.js";
import { publishedName } from "./set-layout.js";
import { recordHashes, recordManifest } from "./set-manifest.js";
import { writeSet } from "./write-set.js";

/** Which corrupted copies to write; an array has all severities. */
export type CorruptArraysOptions = Omit<CorruptSetOptions, "severities">;

const labelsFile = "labels.npy";
const piece = 256;

/** Joins arrays, which saves a call of the system for each of them. */
async function* joined(
	arrays: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	let waiting: Uint8Array[] = [];
	for await (const array of arrays) {
		waiting.push(array);
		if (waiting.length < piece) continue;
		yield Buffer.concat(waiting);
		waiting = [];
	}
	if (waiting.length > 0) yield Buffer.concat(waiting);
}

/** The labels of all images, once for each severity. */
function* labelBytes(data: Dataset<number>): Generator<Uint8Array> {
	const labels = BigInt64Array.from({ length: data.length }, (_, i) =>
		BigInt(data.sample(i).target),
	);
	for (const _ of severities) yield new Uint8Array(labels.buffer);
}

/**
 * Writes corrupted copies of the test images of CIFAR-10, as CIFAR-10-C has them: an array of bytes
 * `[5 · images, 32, 32, 3]` for each corruption, severity 1 first, and `labels.npy`, integers of 64 bits.
 *
 * Draws are those of the task `cifar10`. An array that exists is kept, so that a call after an interruption writes what
 * is missing; settings and hashes are recorded as by `corruptFolder`.
 */
export async function corruptArrays(
	folder: string,
	output: string,
	options: CorruptArraysOptions,
): Promise<FolderSummary> {
	const { corruptions, report, workers, inFlight, waiting, ...drawn } = options;
	const chosen = findable(corruptions);
	const data = cifar10Dataset(folder, "test", ["test_batch"]);
	const { height, width } = data.sample(0).image;
	const count = severities.length * data.length;
	const total = count * chosen.length;
	let [done, kept] = [0, 0];
	async function* copiesOf(corruption: Corruption) {
		function* requests() {
			for (const severity of severities)
				for (let i = 0; i < data.length; i++)
					yield { ...data.sample(i), corruption, severity };
		}
		const pool = { workers, inFlight, waiting };
		const copies = corruptAll(requests(), { ...drawn, ...pool });
		for await (const { image } of copies) {
			report?.(++done, total);
			yield image.data;
		}
	}
	const files = chosen.map(
		({ name }) => `${publishedName("cifar-10-c", name)}.npy`,
	);
	return writeSet(output, async (present) => {
		const settings = { options: drawn, layout: "cifar-10-c" } as const;
		await recordManifest(output, settings, { corruptions: chosen, severities });
		const written = new Map<string, string>();
		for (const [i, corruption] of chosen.entries()) {
			const file = files[i] as string;
			if (present.has(file)) {
				kept += count;
				done += count;
				report?.(done, total);
				continue;
			}
			const shape = [count, height, width, 3];
			const array = { dtype: "|u1", shape } as const;
			const copies = joined(copiesOf(corruption));
			written.set(file, await writeNpy(join(output, file), array, copies));
		}
		if (!present.has(labelsFile)) {
			const array = { dtype: "<i8", shape: [count] } as const;
			const path = join(output, labelsFile);
			written.set(labelsFile, await writeNpy(path, array, labelBytes(data)));
		}
		await recordHashes(output, [...files, labelsFile], written);
		return { written: total - kept, kept, failures: [] };
	});
}
