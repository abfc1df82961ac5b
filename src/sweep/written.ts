import {
	type ArchitectureForm,
	architectureForm,
} from "../backbones/architecture-form.js";
import type { Backbone } from "../backbones/backbone.js";
import { weightsOf } from "../backbones/backbone.js";
import { isPlain } from "../canonical.js";
import { isRecord } from "../check/check-options.js";
import { moduleAt, portableModule } from "../code-text.js";
import { isCorruption } from "../corruptions/define-corruption.js";
import { isPublished } from "../evaluate/published/published-corruption.js";
import { isForThisThread, sentCondition } from "../evaluate/published/sent.js";
import { hashOfImages } from "../evaluate/scoring.js";
import type { Image } from "../image/image.js";
import { isOwn, type Own, ownForm } from "../own.js";
import { hashOfTensors } from "../runs/weights-file.js";

/** A backbone as a plan writes it down; its weights are in a file of the sweep. */
export interface WrittenBackbone {
	readonly name?: string;
	readonly architecture: ArchitectureForm;
	readonly sha256: string;
}

/** What a plan holds that is no JSON, by the names of the files that it becomes. */
export interface Held {
	readonly backbones: Map<string, Backbone>;
	readonly images: Map<string, Image>;
}

/** What stands in a plan in place of a thing that is no JSON. */
export type Stand =
	| { readonly $own: unknown }
	| { readonly $condition: unknown }
	| { readonly $backbone: WrittenBackbone }
	| { readonly $image: string };

const isBackbone = (value: unknown): value is Backbone =>
	isRecord(value) &&
	isRecord(value.params) &&
	typeof value.pyramid === "function" &&
	typeof value.logits === "function";

const isImage = (value: unknown): value is Image =>
	isRecord(value) &&
	value.data instanceof Uint8Array &&
	typeof value.height === "number" &&
	typeof value.width === "number";

/** Writes down a backbone; throws where its family is one's own and nothing says where it is found. */
export function writtenBackbone(
	source: Backbone,
	{ backbones }: Pick<Held, "backbones">,
): WrittenBackbone {
	const architecture = architectureForm(source.architecture);
	const { family } = architecture;
	if (typeof family !== "string" && !family.source)
		throw new Error(
			`sweep: the backbone ${source.name ?? family.name} is of a family of one's own, ${family.name}, which a worker cannot find: give the family a \`source\`, { module: import.meta.url, name }, that names what a module exports`,
		);
	const sha256 = hashOfTensors(weightsOf(source));
	backbones.set(sha256, source);
	return {
		...(source.name !== undefined && { name: source.name }),
		architecture: portable(architecture) as ArchitectureForm,
		sha256,
	};
}

function writtenOwn(what: string, own: Own<unknown>): unknown {
	const { make: _, source, ...rest } = own;
	if (source) return { ...rest, ...ownForm(own), source };
	throw new Error(
		`sweep: ${what} is of one's own, ${JSON.stringify(own.name)}, and a worker cannot find its \`make\`: put it into a module, export it, and give it a \`source\`, { module: import.meta.url, name: "the export" }`,
	);
}

/** The same content with the addresses of this package's modules as they are in every installation. */
function portable(content: unknown): unknown {
	if (typeof content === "string") return portableModule(content);
	if (Array.isArray(content)) return content.map(portable);
	if (!isPlain(content)) return content;
	return Object.fromEntries(
		Object.entries(content).map(([key, item]) => [key, portable(item)]),
	);
}

function stand(what: string, value: object, held: Held): Stand | undefined {
	if (isOwn(value)) return { $own: portable(writtenOwn(what, value)) };
	if (isCorruption(value) || isPublished(value)) {
		const told = sentCondition(value);
		if (!isForThisThread(told)) return { $condition: portable(told) };
		throw new Error(
			`sweep: ${what} is a corruption of one's own, ${value.name}, which a worker cannot find: export it from a module, and give it a \`source\`, { module: import.meta.url, name: "the export" }`,
		);
	}
	if (isBackbone(value)) return { $backbone: writtenBackbone(value, held) };
	if (!isImage(value)) return undefined;
	const name = `${hashOfImages([value])}.png`;
	held.images.set(name, value);
	return { $image: name };
}

/**
 * Some content as plain JSON that another process makes again: things of one's own, corruptions, backbones and images
 * as where they are found.
 *
 * Throws, naming the place, for what cannot be found or is no JSON.
 */
export function written(what: string, content: unknown, held: Held): unknown {
	if (typeof content === "string") return portableModule(content);
	if (content === null || content === undefined) return content;
	if (typeof content === "number" && Number.isFinite(content)) return content;
	if (typeof content === "boolean") return content;
	if (Array.isArray(content))
		return content.map((item, i) => written(`${what}[${i}]`, item, held));
	if (typeof content === "object") {
		const found = stand(what, content, held);
		if (found) return found;
		if (isPlain(content))
			return Object.fromEntries(
				Object.entries(content)
					.filter(([, item]) => item !== undefined)
					.map(([key, item]) => [key, written(`${what}.${key}`, item, held)]),
			);
	}
	const kind = typeof content === "number" ? `${content}` : typeof content;
	throw new TypeError(
		`sweep: ${what} is ${kind === "object" ? `a ${content.constructor?.name}` : `a ${kind}`}, which a plan on disk cannot hold: it takes text, finite numbers, true, false, null, lists, plain objects, and things of one's own with a \`source\``,
	);
}

/** The same content with the addresses of modules as they are in this installation. */
export function located(content: unknown): unknown {
	if (typeof content === "string") return moduleAt(content);
	if (Array.isArray(content)) return content.map(located);
	if (!isPlain(content)) return content;
	return Object.fromEntries(
		Object.entries(content).map(([key, item]) => [key, located(item)]),
	);
}
