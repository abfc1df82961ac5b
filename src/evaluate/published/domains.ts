import { existsSync } from "node:fs";
import { join } from "node:path";
import { cityscapesClasses } from "../../tasks/ade20k/cityscapes.js";
import { segmentationFolder } from "../../tasks/ade20k/segmentation-folder.js";
import { annotatedImages } from "../../tasks/coco/data/annotated-images.js";
import type { Dataset, Task } from "../../tasks/task.js";
import type { SetKind } from "./set-kind.js";

/** A kind of sets whose domains have images of their own, of a task of some classes. */
const domainSets = (
	place: (folder: string, name: string) => string,
	dataOf: (
		folder: string,
		name: string,
		task: Pick<Task, "classes" | "name">,
	) => Dataset<unknown>,
): SetKind => ({
	find(folder, { name }) {
		const own = place(folder, name);
		if (!existsSync(own)) throw new Error(`there is no folder ${own}`);
		let data: Dataset<unknown> | undefined;
		const open = (task: Pick<Task, "classes" | "name">) => {
			data ??= dataOf(folder, name, task);
			return data;
		};
		return {
			severities: [1],
			// What is in it is in the hash of how it is scored.
			code: () => "",
			open: <Target>(task: Task<Target, unknown>) => ({
				isSeen: false,
				data: open(task as Task) as Dataset<Target>,
				check() {},
				checkImage() {},
			}),
		};
	},
});

/** COCO-O: a folder for each domain, with `val2017` and `annotations/instances_val2017.json`. */
export const cocoO: SetKind = domainSets(join, (folder, name, { classes }) =>
	annotatedImages({
		name: `coco-o/${name}`,
		annotations: join(folder, name, "annotations", "instances_val2017.json"),
		images: join(folder, name, "val2017"),
		classes,
	}),
);

/** ACDC: the validation images of each condition, in the classes of Cityscapes. */
export const acdc: SetKind = domainSets(
	(folder, name) => join(folder, "rgb_anon", name, "val"),
	(folder, name, { classes, name: task }) => {
		const odd = cityscapesClasses.findIndex((one, i) => classes[i] !== one);
		if (odd >= 0 || classes.length !== cityscapesClasses.length)
			throw new Error(
				`ACDC has the ${cityscapesClasses.length} classes of Cityscapes, and ${task} has ${classes.length}${odd >= 0 ? `: its class ${odd} is "${classes[odd]}", not "${cityscapesClasses[odd]}"` : ""}`,
			);
		return segmentationFolder({
			name: `acdc/${name}`,
			images: join(folder, "rgb_anon", name, "val"),
			annotations: join(folder, "gt", name, "val"),
			suffixes: ["_rgb_anon", "_gt_labelTrainIds"],
			classes: cityscapesClasses.length,
		});
	},
);
