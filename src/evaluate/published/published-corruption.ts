import { isRecord, type Rule } from "../../check/check-options.js";
import type {
	AnyCorruption,
	CorruptionGroup,
	Severity,
} from "../../corruptions/corruption.js";
import {
	corruptionCheck,
	corruptionsCheck,
} from "../../corruptions/define-corruption.js";
import type { Image } from "../../image/image.js";
import type { Dataset, Task } from "../../tasks/task.js";

/** Test images as someone published them, and what to predict of them. */
export interface PublishedImages<Target = unknown> {
	readonly data: Dataset<Target>;
	/** Whether the network sees them as they are, neither resized nor cropped. */
	readonly isSeen: boolean;
	/** Throws where the first so many are not those that the task tests on. */
	check(images: number): void;
	/** Throws where an image is not of the size that it must have. */
	checkImage(image: Image, index: number): void;
}

/** Where threads find a published corruption: which of which set, made with which options. */
export interface PublishedAddress {
	readonly set: string;
	readonly options: unknown;
	readonly name: string;
}

/** A corruption, or a domain, whose images are read, not drawn, as `publishedSet` makes it. */
export interface PublishedCorruption {
	/** Small letters, digits and hyphens: `gaussian-noise`, `sketch`. */
	readonly name: string;
	/** `domain` where the images are others than the task's own. */
	readonly group: CorruptionGroup | (string & {});
	/** The name of the set. */
	readonly published: string;
	/** A hash of what the files hold, as far as their sizes and ends tell. */
	readonly code: string;
	/** 1 alone for a domain, which has none. */
	readonly severities: readonly Severity[];
	readonly address: PublishedAddress;
	/** The images as a task has them; throws where they cannot be its test images. */
	open<Target>(
		task: Task<Target, unknown>,
		severity: Severity,
	): PublishedImages<Target>;
}

/** What `evaluate` scores under: the name of a built-in corruption, one of one's own, or a published one. */
export type TestCondition = AnyCorruption | PublishedCorruption;

const made = new WeakSet<object>();

/** Marks a published corruption as one that this package made. */
export function published(
	corruption: PublishedCorruption,
): PublishedCorruption {
	made.add(corruption);
	return corruption;
}

/** Whether a value is a published corruption as `publishedSet` made it. */
export const isPublished = (value: unknown): value is PublishedCorruption =>
	isRecord(value) && made.has(value);

/** Whether its images are others than the task's own. */
export const isDomain = ({ group }: Pick<PublishedCorruption, "group">) =>
	group === "domain";

/** The check of what is scored under. */
const conditionCheck: Rule = {
	expected: `${corruptionCheck.expected}, or as publishedSet made it`,
	problems: (value, name, expected = conditionCheck.expected) =>
		isPublished(value) ? [] : corruptionCheck.problems(value, name, expected),
};

/** The check of all that is scored under, in which no two that differ have one name. */
export const conditionsCheck: Rule = {
	...corruptionsCheck(conditionCheck),
	problems(value, name, expected) {
		const isList = Array.isArray(value);
		const drawn = isList ? value.filter((one) => !isPublished(one)) : value;
		const problems = corruptionsCheck(conditionCheck).problems(
			drawn,
			name,
			expected,
		);
		if (problems.length > 0 || !isList) return problems;
		const keys = value
			.filter(isPublished)
			.map((one) => `${one.name} of ${one.published}`);
		const twin = keys.find((key, i) => keys.indexOf(key) !== i);
		return twin === undefined
			? []
			: [new RangeError(`${name} has ${twin} twice`)];
	},
};
