import { createHash } from "node:crypto";
import { shortHash } from "../canonical.js";
import type { Image } from "../image/image.js";
import { ownForm } from "../own.js";
import { isNamedInFull } from "../tasks/published-data.js";
import type { Task } from "../tasks/task.js";
import { taskIdentity } from "../tasks/task-identity.js";
import { type Adaptation, orderName } from "./adaptation.js";
import type { Cell } from "./cell.js";
import type { Settled } from "./evaluate-options.js";

/** A short hash of some pictures. */
export function hashOfImages(images: readonly Image[]): string {
	const hash = createHash("sha256");
	for (const { data, height, width } of images)
		hash.update(`${height} x ${width}`).update(data);
	return hash.digest("hex").slice(0, 8);
}

/** What an adaptation makes of images, which depends on those of one batch together. */
const adaptedBy = (
	adaptation: Adaptation,
	task: Task,
	batchSize: number,
): Pick<Cell, "adaptation" | "adaptationCode"> => ({
	adaptation: adaptation.name,
	adaptationCode: shortHash({
		...taskIdentity(
			task,
			"adapting",
			...(adaptation.usesTargets ? (["training"] as const) : []),
		),
		adaptation: ownForm(adaptation),
		order: orderName(adaptation, task),
		batchSize,
	}),
});

/**
 * A hash of all that the scores of a run depend on besides its weights and the columns of a row: classes, test
 * data, changes of the task, and the size of a batch where images are padded together; of other images than the task's
 * own, how it calls those, which says how it looks at images. Beside it, what adapts the network.
 */
export function scoringOf(
	task: Task,
	{ batchSize, adaptation }: Pick<Settled, "batchSize" | "adaptation">,
	own?: string,
): Pick<Cell, "scoring" | "isAsEver" | "adaptation" | "adaptationCode"> {
	const { classes, test, testBatchSize = 64, uses } = task;
	const identity = taskIdentity(task, "scoring");
	const isPadded = uses === "pyramid" && batchSize !== testBatchSize;
	const { contents } = test;
	return {
		scoring: shortHash({
			...identity,
			classes,
			contents,
			...(isPadded && { batchSize }),
			...(own !== undefined && { own }),
		}),
		...(adaptation && adaptedBy(adaptation, task, batchSize)),
		isAsEver:
			!adaptation &&
			Object.keys(identity).length === 0 &&
			!isPadded &&
			isNamedInFull(test),
	};
}
