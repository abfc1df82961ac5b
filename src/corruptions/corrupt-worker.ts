/** The job of a worker of `corruptAll`. */
import type { Image } from "../image/image.js";
import type { Job } from "../parallel/pool.js";
import { type CorruptOptions, corrupt } from "./corrupt.js";
import type { CorruptionInput } from "./corrupt-all.js";

export function startJob(
	options: Omit<CorruptOptions, "severity" | "id">,
): Job<CorruptionInput, Image> {
	return {
		run({ id, image, corruption, severity }) {
			try {
				return corrupt(image, corruption, { ...options, id, severity });
			} catch (error) {
				throw new Error(
					`image ${id}, ${corruption}, severity ${severity}: ${(error as Error).message}`,
					{ cause: error },
				);
			}
		},
		transfer: ({ data }) => [data.buffer as ArrayBuffer],
	};
}
