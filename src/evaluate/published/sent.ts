import type { Corruption } from "../../corruptions/corruption.js";
import {
	findCorruption,
	isForHere,
	type SentCorruption,
	sent,
} from "../../corruptions/find-corruption.js";
import {
	isPublished,
	type PublishedAddress,
	type PublishedCorruption,
} from "./published-corruption.js";
import { publishedAt } from "./published-set.js";

/** How threads are told of what is scored under. */
export type SentCondition =
	| SentCorruption
	| { readonly published: PublishedAddress };

/** Where threads find a corruption, or a published one. */
export const sentCondition = (
	applied: Corruption | PublishedCorruption,
): SentCondition =>
	isPublished(applied) ? { published: applied.address } : sent(applied);

const isOfSet = (
	told: SentCondition,
): told is { readonly published: PublishedAddress } =>
	typeof told === "object" && "published" in told;

/** Whether no thread can find what is scored under. */
export const isForThisThread = (told: SentCondition): boolean =>
	!isOfSet(told) && isForHere(told);

/** What was told of. */
export const findCondition = async (
	told: SentCondition,
): Promise<Corruption | PublishedCorruption> =>
	isOfSet(told) ? publishedAt(told.published) : findCorruption(told);
