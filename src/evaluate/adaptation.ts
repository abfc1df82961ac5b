import type { Checks } from "../check/check-options.js";
import {
	callable,
	flag,
	keyed,
	oneOf,
	required,
	text,
	that,
} from "../check/checks.js";
import type { Own } from "../own.js";
import { Random } from "../random.js";
import type { Task } from "../tasks/task.js";
import type { Model } from "../train/model.js";
import type { Predictor } from "../train/predictor.js";

/** A network that changes with the images it is shown. */
export interface Adapter<Prediction = unknown>
	extends Pick<Predictor<Prediction>, "predict" | "dispose">,
		Partial<Pick<Predictor<Prediction>, "predictSurely">> {
	/** Begins anew, before each cell: what it adapted to is forgotten. */
	reset(): void;
}

/** What is adapted: a trained network of a task. */
export interface Adapting {
	readonly task: Task;
	/** Its weights are variables of the adapter's own, which it may change. */
	readonly model: Model;
	/** Whether what no step changes may become part of compiled graphs: images then come in few sizes. */
	readonly isFrozen: boolean;
}

/**
 * How a network is adapted to the images it is scored on, without their labels: `{ name, options, make }`, where `make`
 * gives of the options what prepares a network.
 *
 * Rows are called by the name, and keyed by all of it, the size of a batch and the order of the images. One's own is
 * made the same way as `batchNormAdaptation` and `tent`.
 */
export interface Adaptation<Options = unknown>
	extends Own<(given: Adapting) => Adapter, Options> {
	/**
	 * The order in which the test images come, of which batches are made: `shuffled`, always the same way, by default where
	 * batches are of more than one image; `listed`, as the data set has them.
	 */
	readonly order?: "shuffled" | "listed";
	/** Whether it is shown the targets beside the images, as an attack is; no adapting network is. */
	readonly usesTargets?: boolean;
}

/** The order in which an adaptation sees the test images of a task. */
export const orderName = (
	{ order }: Pick<Adaptation, "order">,
	{ testBatchSize }: Pick<Task, "testBatchSize">,
): NonNullable<Adaptation["order"]> =>
	order ?? (testBatchSize === 1 ? "listed" : "shuffled");

/** The check of an order. */
export const orderCheck = oneOf(["shuffled", "listed"]);

const checks: Checks<Adaptation> = {
	name: required(text),
	options: that("options in plain JSON", () => true),
	make: required(callable),
	source: keyed({ module: required(text), name: required(text) }),
	order: orderCheck,
	usesTargets: flag,
};

/** The check of an adaptation. */
export const adaptationCheck = keyed(checks);

/** The places of so many test images in the order of an adaptation; undefined for one after another. */
export function orderOf(
	adaptation: Pick<Adaptation, "order">,
	task: Pick<Task, "testBatchSize">,
	images: number,
): readonly number[] | undefined {
	if (orderName(adaptation, task) === "listed") return undefined;
	const random = new Random();
	const drawn = Array.from({ length: images }, (_, place) => {
		random.reseed("order of adaptation", place);
		return { place, at: random.uint32() };
	});
	return drawn
		.sort((a, b) => a.at - b.at || a.place - b.place)
		.map(({ place }) => place);
}

/** Makes the adapter; throws where what `make` gives is none. */
export function makeAdapter<Prediction>(
	{ name, make, options }: Adaptation,
	given: Adapting,
): Adapter<Prediction> {
	const prepare = make(options);
	if (typeof prepare !== "function")
		throw new TypeError(
			`the adaptation ${name} must make a function ({ task, model, isFrozen }) => { predict, reset, dispose }`,
		);
	const adapter = prepare(given) as Adapter<Prediction>;
	for (const part of ["predict", "reset", "dispose"] as const)
		if (typeof adapter?.[part] !== "function")
			throw new TypeError(
				`the adaptation ${name} gives no function \`${part}\`: it must give { predict, reset, dispose }`,
			);
	return adapter;
}

const mean = /\.running_mean$/;

/** The batch norms of a network, by their names; throws where it has none. */
export function batchNormsOf(
	{ task, model }: Adapting,
	what: string,
): readonly string[] {
	const names = Object.keys(model.params)
		.filter((name) => mean.test(name))
		.map((name) => name.replace(mean, ""));
	if (names.length > 0) return names;
	throw new Error(
		`${what} changes batch norms, and this network of ${task.name} has none: transformers and ConvNeXts have layer norms, which see one image at a time`,
	);
}
