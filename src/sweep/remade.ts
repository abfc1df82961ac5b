import { findArchitecture } from "../backbones/architecture-form.js";
import { type Backbone, backbone } from "../backbones/backbone.js";
import { isPlain } from "../canonical.js";
import {
	findCondition,
	type SentCondition,
} from "../evaluate/published/sent.js";
import { readImage } from "../image/decode.js";
import type { Image } from "../image/image.js";
import { remakeOwn, type WrittenOwn } from "../own.js";
import { readWeights } from "../runs/weights-file.js";
import type { Task, TaskSource } from "../tasks/task.js";
import { makeTask } from "../tasks/task-source.js";
import { planFiles } from "./plan-files.js";
import { located, type Stand, type WrittenBackbone } from "./written.js";

/** Where the weights of backbones, and images, are that a plan only names. */
export interface Shelf {
	backbone(written: WrittenBackbone): Promise<Backbone>;
	image(name: string): Promise<Image>;
}

/** The files of a sweep. */
export const shelfOf = (folder: string): Shelf => ({
	async backbone({ name, architecture, sha256 }) {
		const { tensors } = await readWeights(
			planFiles(folder).backbone(sha256),
			"it is a backbone of the sweep: plan the sweep again, which writes it anew",
		);
		const net = await findArchitecture(located(architecture) as never);
		const made = backbone(net, tensors);
		return name === undefined ? made : { ...made, name };
	},
	image: (name) => readImage(planFiles(folder).image(name)),
});

async function standsFor(given: Stand, shelf: Shelf): Promise<unknown> {
	if ("$own" in given) {
		const own = located(given.$own) as WrittenOwn;
		const { code: _, ...rest } = own;
		return { ...rest, make: (await remakeOwn(own)).make };
	}
	if ("$condition" in given)
		return findCondition(located(given.$condition) as SentCondition);
	if ("$backbone" in given) return shelf.backbone(given.$backbone);
	return shelf.image(given.$image);
}

const stands = ["$own", "$condition", "$backbone", "$image"];

/** Makes again what `written` wrote down; throws where something is not found, or is another thing now. */
export async function remade(content: unknown, shelf: Shelf): Promise<unknown> {
	if (typeof content === "string") return located(content);
	if (Array.isArray(content))
		return Promise.all(content.map((item) => remade(item, shelf)));
	if (!isPlain(content)) return content;
	if (stands.some((key) => Object.hasOwn(content, key)))
		return standsFor(content as unknown as Stand, shelf);
	const entries = Object.entries(content).map(
		async ([key, item]) => [key, await remade(item, shelf)] as const,
	);
	return Object.fromEntries(await Promise.all(entries));
}

/** The task that a plan has written down. */
export const remadeTask = async (
	source: unknown,
	shelf: Shelf,
): Promise<Task> => makeTask((await remade(source, shelf)) as TaskSource);
