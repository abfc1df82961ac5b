import { existsSync } from "node:fs";
import { canonical, shortHash } from "../../canonical.js";
import {
	type Checks,
	checkArgument,
	checkOptions,
} from "../../check/check-options.js";
import { list, oneOf, required, text } from "../../check/checks.js";
import { didYouMean } from "../../check/did-you-mean.js";
import {
	type PublishedAddress,
	type PublishedCorruption,
	published,
} from "./published-corruption.js";
import { rowName } from "./set-kind.js";
import { knownSet, type PublishedSetName, publishedSets } from "./sets.js";

/** Where a published set is, and what of it is wanted. */
export interface PublishedSetOptions {
	/** Its folder, as its archives unpack. */
	readonly folder: string;
	/** Which of its corruptions or domains, by their names: `["gaussian-noise", "sketch"]`; all by default. */
	readonly corruptions?: readonly string[];
	/** What rows call a set of another name in the layout `folders` or `arrays`. */
	readonly name?: string;
}

const checks: Checks<PublishedSetOptions> = {
	folder: required(text),
	corruptions: list(text, { least: 1 }),
	name: text,
};

function namesOf(
	set: PublishedSetName,
	{ folder, corruptions }: PublishedSetOptions,
): readonly string[] {
	const { kind, names: usual, others = [] } = knownSet(set);
	const names = usual ?? kind.list?.(folder) ?? [];
	if (names.length === 0)
		throw new Error(`${folder} holds no corruptions in the layout of ${set}`);
	const known = [...names, ...others];
	const wanted = corruptions?.map(rowName) ?? names;
	const strange = wanted.find((name) => !known.includes(name));
	if (strange !== undefined)
		throw new RangeError(
			`publishedSet: ${set} has no "${strange}", only ${known.join(", ")}${didYouMean(strange, known)}`,
		);
	return wanted;
}

/** Finds all that is wanted; throws one error that names all that is not there. */
function foundIn<Value>(
	names: readonly string[],
	find: (name: string) => Value,
	set: string,
): Value[] {
	const problems: string[] = [];
	const found = names.flatMap((name) => {
		try {
			return [find(name)];
		} catch (error) {
			problems.push((error as Error).message);
			return [];
		}
	});
	if (problems.length === 0) return found;
	throw new Error(
		`publishedSet: ${set} is not whole: ${problems.join("; ")}${problems.length < names.length ? "; name those that are there with `corruptions`" : ""}`,
	);
}

/**
 * Corrupted test images as they were published, for `evaluate` to score under in place of corruptions that are drawn:
 * `evaluate(run, task, { corruptions: publishedSet("imagenet-c", { folder }), severities: [1, 2, 3, 4, 5] })`.
 *
 * | | layout | of the task |
 * |---|---|---|
 * | `imagenet-c`, `imagenet-c-bar`, `imagenet-3dcc` | `<corruption>/<severity>/<wnid>/`, 224 pixels, seen as they are | `imagenet` |
 * | `cifar-10-c`, `cifar-100-c`, `cifar-10-c-bar` | `<corruption>.npy`, all of severity 1 first, and `labels.npy` | `cifar10`, `cifar100` |
 * | `coco-3dcc` | `<corruption>/<severity>/` | `coco` |
 * | `coco-o` | `<domain>/val2017`, `<domain>/annotations/instances_val2017.json` | `coco` |
 * | `acdc` | `rgb_anon/<domain>/val`, `gt/<domain>/val` | of Cityscapes' 19 classes |
 * | `folders`, `arrays` | as `coco-3dcc` and `cifar-10-c`, of any names | any |
 *
 * Files are called by their own names, `gaussian_noise`, rows have `gaussian-noise`. Their rows say `source:
 * "published"`, and no mean is taken over them and rows that were drawn. A domain has images of its own and no
 * severities: its rows are of severity 1. Throws where the folder or a wanted corruption is not there; `evaluate`
 * throws where the images are not those of the task, by what is to be predicted of them.
 */
export function publishedSet(
	set: PublishedSetName,
	options: PublishedSetOptions,
): PublishedCorruption[] {
	checkArgument(
		"publishedSet",
		["set", set],
		oneOf(Object.keys(publishedSets)),
	);
	checkOptions("publishedSet", options, checks);
	const { folder, name: own = set } = options;
	const { kind, group } = knownSet(set);
	if (!existsSync(folder))
		throw new Error(`publishedSet: there is no folder ${folder} of ${set}`);
	const make = (name: string): PublishedCorruption => {
		const corruption = { name, group: group(name) };
		const { severities, code, open } = kind.find(folder, corruption);
		let hash: string | undefined;
		return published({
			...corruption,
			published: own,
			get code() {
				hash ??= shortHash([own, name, code()]);
				return hash;
			},
			severities,
			address: { set, options: { ...options, corruptions: [name] }, name },
			open,
		});
	};
	return foundIn(namesOf(set, options), make, set);
}

const known = new Map<string, PublishedCorruption>();

/** The published corruption of an address, which is found once in each thread. */
export function publishedAt(address: PublishedAddress): PublishedCorruption {
	const key = canonical(address);
	const found =
		known.get(key) ??
		publishedSet(
			address.set as PublishedSetName,
			address.options as PublishedSetOptions,
		)[0];
	if (!found) throw new Error(`${address.set} has no ${address.name}`);
	known.set(key, found);
	return found;
}
