import type { CorruptionName } from "../corruptions/corruption.js";
import { cleanScore, corruptedScore, mean } from "./mean-score.js";
import {
	type ScoreGroup,
	type ScoreGroups,
	scoreGroups,
} from "./score-groups.js";
import { type Results, rowsOf } from "./table-rows.js";

/**
 * AlexNet's errors on ImageNet-C, from 0 to 1, means over the five severities.
 *
 * Source: google-research/augmix, imagenet.py.
 */
export const alexnetErrors: Readonly<Partial<Record<CorruptionName, number>>> =
	Object.freeze({
		"gaussian-noise": 0.886428,
		"shot-noise": 0.894468,
		"impulse-noise": 0.92264,
		"defocus-blur": 0.81988,
		"glass-blur": 0.826268,
		"motion-blur": 0.785948,
		"zoom-blur": 0.79836,
		snow: 0.866816,
		frost: 0.826572,
		fog: 0.819324,
		brightness: 0.564592,
		contrast: 0.853204,
		"elastic-transform": 0.646056,
		pixelate: 0.71784,
		"jpeg-compression": 0.6065,
	});

/**
 * AlexNet's clean error on ImageNet, from 0 to 1.
 *
 * Source: torchvision, `AlexNet_Weights.IMAGENET1K_V1`, acc@1 56.522; Hendrycks and Dietterich have 43.5 %.
 */
const alexnetCleanError = 0.43478;

/** What corruption errors are relative to. */
export interface ReferenceOptions {
	/** `alexnet` for ImageNet, or the id of a run of the same task. */
	readonly reference?: string;
}

/** The corruption errors of a group of runs in percent, one for each corruption. */
export interface CorruptionErrors {
	readonly errors: readonly number[];
	/** Of what corruption adds to the clean error. */
	readonly relative: readonly number[];
}

interface Reference {
	/** The clean error in percent. */
	readonly clean: number;
	/** In percent, one for each corruption. */
	readonly errors: readonly number[];
}

function alexnet(
	{ task, metric }: ScoreGroup,
	{ corruptions, severities }: ScoreGroups,
): Reference {
	if (!/imagenet/i.test(task) || metric !== "accuracy")
		throw new RangeError(
			`AlexNet's errors are of ImageNet accuracy, not of ${task} ${metric}: name a run of ${task} as the reference`,
		);
	if (severities.length !== 5)
		throw new RangeError(
			`AlexNet's errors are over the severities 1 to 5, not ${severities.join(", ")}: evaluate under the others too`,
		);
	const errors = corruptions.map(({ name }) => {
		if (!Object.hasOwn(alexnetErrors, name))
			throw new RangeError(
				`AlexNet's error under ${name} is not known: take the mean over the fifteen common corruptions`,
			);
		return 100 * (alexnetErrors[name as CorruptionName] as number);
	});
	return { clean: 100 * alexnetCleanError, errors };
}

function namedRun(
	results: Results,
	scored: ScoreGroups,
	{ run, group }: { readonly run: string; readonly group: ScoreGroup },
): Reference {
	const rows = rowsOf(results).filter((row) => row.run === run);
	const own = rows.filter(
		({ task, metric }) => task === group.task && metric === group.metric,
	);
	if (own.length === 0)
		throw new RangeError(
			rows.length === 0
				? `there is no run ${run} to compare with: the reference is "alexnet" or the id of a run in the results`
				: `the reference ${run} has no ${group.task} ${group.metric}: compare runs of one task`,
		);
	const { groups } = scoreGroups(own, ["run"], scored);
	const reference = groups[0] as ScoreGroup;
	return {
		clean: 100 - cleanScore(reference),
		errors: errorsOf(reference, scored),
	};
}

const errorsOf = (
	group: ScoreGroup,
	{ corruptions, severities }: ScoreGroups,
): number[] =>
	corruptions.map((one) => 100 - corruptedScore(group, [one], severities));

/**
 * The error of each group under each corruption in percent of the reference's: `CE = E / E_reference`,
 * both sums over severities; relative: `(E - E_clean) / (E_reference - E_reference_clean)`.
 *
 * Throws where the reference is not of the same task, metric and cells.
 *
 * Source: Hendrycks and Dietterich 2019; Kamann and Rother 2020 for segmentation.
 */
export function corruptionErrors(
	results: Results,
	scored: ScoreGroups,
	reference: string,
): CorruptionErrors[] {
	return scored.groups.map((group) => {
		const { clean, errors } =
			reference === "alexnet"
				? alexnet(group, scored)
				: namedRun(results, scored, { run: reference, group });
		const own = errorsOf(group, scored);
		const ownClean = 100 - cleanScore(group);
		const percent = (value: number, c: number, less: number) =>
			(100 * value) / ((errors[c] as number) - less);
		return {
			errors: own.map((error, c) => percent(error, c, 0)),
			relative: own.map((error, c) => percent(error - ownClean, c, clean)),
		};
	});
}

/** What the error of one corruption, and the means over corruptions, are called: in segmentation, degradations. */
export const errorNames = ({ metric }: Pick<ScoreGroup, "metric">) =>
	metric === "mIoU"
		? ({ one: "CD", mean: "mCD", relative: "rCD" } as const)
		: ({ one: "CE", mean: "mCE", relative: "relativeMCE" } as const);

/** The means over corruptions, by their names for the metric of a group. */
export function meanCorruptionError(
	{ errors, relative }: CorruptionErrors,
	group: Pick<ScoreGroup, "metric">,
): Readonly<Record<string, number>> {
	const names = errorNames(group);
	return { [names.mean]: mean(errors), [names.relative]: mean(relative) };
}
