import type { Check } from "../check/check-options.js";
import { callable } from "../check/checks.js";
import { shown } from "../check/shown.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import type { Image } from "../image/image.js";
import type { Dataset, Task } from "../tasks/task.js";
import { distances, type WeightValues } from "./distances.js";
import { expectedSteps, isInRhythm, rhythmCheck } from "./length.js";
import { type Model, modelStateDict } from "./model.js";
import { makePredictor, type Predictor, predictAll } from "./predictor.js";
import type { Rhythm } from "./recipe.js";
import type { RunRecord } from "./run.js";
import { scoreOn } from "./score.js";
import type { LogEntry } from "./training-log.js";
import type { LastUpdate, TrainingState } from "./training-state.js";
import { hasStopped, nothingSeen, seeScore } from "./watch.js";

/** A network while it is trained, as it is after an update. */
export interface TrainingView<Target = unknown, Prediction = unknown>
	extends LastUpdate {
	/** Updates made so far. */
	readonly step: number;
	/** How many there will be, as far as can be told. */
	readonly steps: number;
	/**
	 * The task's score with the weights as they are now, in percent, on its held-out data or on `data`; or `metric`,
	 * another figure of the task's metric.
	 */
	score(options?: {
		readonly data?: Dataset<Target>;
		readonly metric?: string;
	}): Promise<number>;
	/** What the network makes of images now, which are prepared as test images are. */
	predict(images: readonly Image[]): Prediction[];
	/**
	 * How far the weights are from where the run began, part by part (`distance: stem`, `distance: stage 1`, ...,
	 * `distance: head`): the norm of their difference by the norm of where they began, a part that began at zero left
	 * out. `log(distance())` writes it down.
	 */
	distance(): Readonly<Record<string, number>>;
	/** Writes numbers by name into the row of this update in `log.jsonl`; `plotTraining` draws them. */
	log(numbers: Readonly<Record<string, number>>): void;
}

/**
 * Something that is done while a network is trained, every so many updates or epochs and after the last update.
 *
 * It looks and writes down; what the run learns does not depend on it, and neither does the run's id.
 */
export type Every<Target = unknown, Prediction = unknown> = Rhythm & {
	do(training: TrainingView<Target, Prediction>): void | Promise<void>;
};

/** The check of `every`. */
export const everyCheck: Check = {
	expected: "an object { steps, do } or { epochs, do }",
	problems(value, name, words) {
		const { do: work, ...rhythm } = (value ?? {}) as Partial<Every>;
		const given = typeof value === "object" ? rhythm : value;
		return [
			...rhythmCheck.problems(given, name, words),
			...callable.problems(work, `${name}.do`),
		];
	},
};

/** What is looked at. */
interface Seen<Target, Prediction> {
	readonly record: RunRecord;
	readonly model: Model;
	/** The weights that it began with; looked at where there is `every`. */
	readonly initial: WeightValues;
	readonly state: TrainingState;
	readonly every: Every<Target, Prediction> | undefined;
	readonly signal: AbortSignal | undefined;
}

/** What is done between updates. */
export interface Lookout {
	/** Whether anything is to be done after the last update. */
	isDue(isLast: boolean): boolean;
	/** Does it, and says what is to be written down of the update; where it throws, nothing has changed. */
	look(last: LastUpdate, isLast: boolean): Promise<LogEntry>;
	dispose(): void;
}

function checkNumbers(numbers: Readonly<Record<string, number>>): void {
	for (const [name, number] of Object.entries(numbers))
		if (!Number.isFinite(number))
			throw new TypeError(
				`${name} cannot be logged: it must be a finite number, not ${shown(number)}`,
			);
}

/** A copy of the weights, which go on being trained. */
const copyOf = (model: Model): NamedTensors =>
	Object.fromEntries(
		Object.entries(modelStateDict(model)).map(([name, tensor]) => [
			name,
			{ ...tensor, data: tensor.data.slice() },
		]),
	);

/** What can be asked of a network between updates. */
function questions<Target, Prediction>(
	task: Task<Target, Prediction>,
	model: Model,
	signal: AbortSignal | undefined,
): Pick<TrainingView<Target, Prediction>, "score" | "predict"> & {
	dispose(): void;
} {
	let made: Predictor<Prediction> | undefined;
	const predictor = (): Predictor<Prediction> => {
		made ??= makePredictor(task, model, []);
		return made;
	};
	return {
		score: ({ data = task.heldOut, metric } = {}) => {
			if (data) return scoreOn(task, predictor(), { data, metric, signal });
			throw new Error(
				"the task has no held-out data to score on: fine-tune on holdOut(task, { share: 0.1 }), or name the data",
			);
		},
		predict: (given) => predictAll(task, predictor(), given),
		dispose: () => made?.dispose(),
	};
}

/** Prepares what the recipe watches and what `every` does between updates. */
export function lookout<Target, Prediction>(
	task: Task<Target, Prediction>,
	{ record, model, initial, state, every, signal }: Seen<Target, Prediction>,
): Lookout {
	const { recipe } = record;
	const { watch, batchSize } = recipe;
	const { standing } = state;
	const images = record.task.trainImages;
	const { score, predict, dispose } = questions(task, model, signal);
	const isNow = (rhythm: Rhythm | undefined, isLast: boolean): boolean =>
		rhythm !== undefined &&
		(isLast || isInRhythm(standing.step, rhythm, { batchSize, images }));
	const viewOf = (
		last: LastUpdate,
		numbers: Record<string, number>,
	): TrainingView<Target, Prediction> => ({
		...last,
		step: standing.step,
		steps: expectedSteps(record, standing),
		score,
		predict,
		distance: () => distances(model, initial),
		log(more) {
			checkNumbers(more);
			Object.assign(numbers, more);
		},
	});
	const watched = async (numbers: Record<string, number>) => {
		const { metric = task.metricName } = watch ?? {};
		const found = await score({ metric });
		numbers[`held-out ${metric}`] = found;
		return seeScore(
			standing.watch ?? nothingSeen,
			{ score: found, step: standing.step },
			recipe,
		);
	};
	return {
		isDue: (isLast) => isNow(watch?.every, isLast) || isNow(every, isLast),
		async look(last, isLast) {
			const numbers: Record<string, number> = {};
			const seen = isNow(watch?.every, isLast)
				? await watched(numbers)
				: undefined;
			const isEnd = isLast || hasStopped(recipe, seen);
			if (every && isNow(every, isEnd)) await every.do(viewOf(last, numbers));
			if (!seen) return { ...last, numbers };
			const isBest = seen.best?.step === standing.step;
			if (isBest && watch?.keep === "best") state.best = copyOf(model);
			standing.watch = seen;
			return {
				...last,
				numbers,
				...(seen.best && { best: seen.best.step }),
			};
		},
		dispose,
	};
}
