/** The job of a worker of `corruptAll`. */
import type { Image } from "../image/image.js";
import type { Job } from "../parallel/pool.js";
import { type CorruptOptions, corrupt } from "./corrupt.js";
import type { AnyCorruption, Severity } from "./corruption.js";
import {
	findCorruption,
	isForHere,
	type SentCorruption,
} from "./find-corruption.js";

/** The part of a request that a worker needs. */
export interface CorruptionInput {
	readonly id: string;
	readonly image: Image;
	readonly corruption: SentCorruption;
	readonly severity: Severity;
}

/** Corrupts one image; a failure names image and corruption. */
export function corruptOne(
	image: Image,
	corruption: AnyCorruption,
	options: CorruptOptions,
): Image {
	try {
		return corrupt(image, corruption, options);
	} catch (error) {
		const { id, severity } = options;
		const name = typeof corruption === "object" ? corruption?.name : corruption;
		throw new Error(
			`image ${id}, ${name}, severity ${severity}: ${(error as Error).message}`,
			{ cause: error },
		);
	}
}

export function startJob(
	settings: Omit<CorruptOptions, "severity" | "id">,
): Job<CorruptionInput, Image> {
	return {
		run({ id, image, corruption, severity }) {
			const options = { ...settings, id, severity };
			if (typeof corruption === "string")
				return corruptOne(image, corruption, options);
			if (isForHere(corruption))
				return corruptOne(image, corruption.here, options);
			return findCorruption(corruption).then((found) =>
				corruptOne(image, found, options),
			);
		},
		transfer: ({ data }) => [data.buffer as ArrayBuffer],
	};
}
