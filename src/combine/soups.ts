import { type Checks, checkOptions } from "../check/check-options.js";
import { oneOf, text } from "../check/checks.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import type { Own } from "../own.js";
import {
	dataFor,
	type StatisticsOptions,
	statisticsChecks,
	withStatistics,
} from "./batch-norm-statistics.js";
import { byId, checkSameStart } from "./check-members.js";
import type { CombineAbout, CombineRule, Member } from "./combination.js";
import { equalShares, weightedSum } from "./weighted-sum.js";

const checks: Checks<StatisticsOptions> = statisticsChecks;

async function meanOf(
	members: readonly Member[],
	options: StatisticsOptions,
	about: CombineAbout,
): Promise<NamedTensors> {
	const tensors = await weightedSum(members, equalShares, options);
	return members.length === 1
		? tensors
		: withStatistics(tensors, options, about);
}

/**
 * The mean of the weights of all runs, which began with the same backbone and head.
 *
 * Source: Wortsman et al., "Model soups", 2022.
 */
export function uniformSoup(
	options: StatisticsOptions = {},
): Own<CombineRule, StatisticsOptions> {
	checkOptions("uniformSoup", options, checks);
	return {
		name: "uniform-soup",
		options,
		source: { module: import.meta.url, name: uniformSoup.name },
		make: (settings) => ({
			uses: dataFor(settings),
			arrange(runs) {
				checkSameStart("a soup", runs);
				return byId(runs);
			},
			combine: async (members, about) => ({
				tensors: await meanOf(members, settings, about),
			}),
		}),
	};
}

/** How members of a greedy soup are chosen. */
export interface GreedySoupOptions extends StatisticsOptions {
	/** Whether a member that leaves the score as it is joins; `leave` by default, as in the published code. */
	readonly ties?: "join" | "leave";
	/** A further figure of the task's metric, in place of its score. */
	readonly metric?: string;
}

const greedyChecks: Checks<GreedySoupOptions> = {
	...statisticsChecks,
	ties: oneOf(["join", "leave"]),
	metric: text,
};

async function chosen(
	members: readonly Member[],
	options: GreedySoupOptions,
	about: CombineAbout,
) {
	const { ties, metric } = options;
	const scored: { member: Member; score: number }[] = [];
	for (const member of members)
		scored.push({
			member,
			score: await about.score(await member.read(), metric),
		});
	// Stable: of equal scores the order of the ids.
	const [best, ...others] = scored.toSorted((a, b) => b.score - a.score);
	let kept = [best?.member as Member];
	let tensors = await kept[0]?.read();
	let score = best?.score as number;
	for (const { member } of others) {
		const tried = await meanOf([...kept, member], options, about);
		const found = await about.score(tried, metric);
		if (found < score || (found === score && ties !== "join")) continue;
		[kept, tensors, score] = [[...kept, member], tried, found];
	}
	const scores = Object.fromEntries(
		scored.map(({ member, score }) => [member.run.id, score]),
	);
	return {
		tensors: tensors as NamedTensors,
		found: { kept: kept.map(({ run }) => run.id), score, scores },
	};
}

/**
 * The mean of those runs that help each other on held-out data: from the best one on, in the order of their scores,
 * each joins where the score of the mean rises.
 *
 * The runs must have been trained without those data: on `holdOut(task)`, which is given to `combineRuns` too. Source:
 * Wortsman et al., "Model soups", 2022; mlfoundations/model-soups, `main.py`.
 */
export function greedySoup(
	options: GreedySoupOptions = {},
): Own<CombineRule, GreedySoupOptions> {
	checkOptions("greedySoup", options, greedyChecks);
	return {
		name: "greedy-soup",
		options,
		source: { module: import.meta.url, name: greedySoup.name },
		make: (settings) => ({
			uses: ["watching", ...dataFor(settings)],
			arrange(runs) {
				checkSameStart("a soup", runs);
				return byId(runs);
			},
			combine: (members, about) => chosen(members, settings, about),
		}),
	};
}
