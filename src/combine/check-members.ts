import { isDeepStrictEqual } from "node:util";
import { architectureIdentity } from "../backbones/architecture-form.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import { concernOf } from "../tasks/task-identity.js";
import type { Run, RunRecord } from "../train/run.js";

/** What all runs that become one must agree in. */
function agreedIn({ backbone, task }: RunRecord): Record<string, unknown> {
	const { name, inputSize, normalization, settings, classes, changes } = task;
	const ofNetwork = Object.entries(changes ?? {}).filter(
		([part]) => concernOf(part) === "network",
	);
	return {
		task: name,
		"number of classes": classes,
		"input size": inputSize,
		normalization,
		settings,
		"change of the task's network": Object.fromEntries(ofNetwork),
		"text of the task's network": task.code?.network,
		architecture: {
			...architectureIdentity(backbone.architecture),
			classes: 0,
		},
		"weights of the backbone": backbone.sha256,
	};
}

const shown = (value: unknown): string => JSON.stringify(value) ?? "none";

/** Throws one error that lists all in which runs differ that are to become one, and those that are not finished. */
export function checkMembers(runs: readonly Run[]): void {
	const [first] = runs;
	if (!first)
		throw new RangeError("combineRuns needs runs, and was given none");
	const agreed = agreedIn(first.record);
	const problems = runs.flatMap(({ id, finished, record }) => [
		...(finished ? [] : [`${id} is not finished`]),
		...Object.entries(agreedIn(record))
			.filter(([what, own]) => !isDeepStrictEqual(own, agreed[what]))
			.map(
				([what, own]) =>
					`${id} has the ${what} ${shown(own)}, and ${first.id} ${shown(agreed[what])}`,
			),
	]);
	if (problems.length > 0)
		throw new Error(
			`these runs cannot be combined:\n  ${problems.join("\n  ")}`,
		);
}

const kindOf = (tensors: NamedTensors, name: string): string => {
	const tensor = tensors[name];
	return tensor ? `${tensor.dtype}[${tensor.shape}]` : "missing";
};

/** In what the weights of a run differ from those of the first one; all must be float32 numbers of the same shapes. */
export function tensorProblems(
	id: string,
	tensors: NamedTensors,
	first: NamedTensors,
): string[] {
	const names = new Set([...Object.keys(first), ...Object.keys(tensors)]);
	return [...names].flatMap((name) => {
		const [own, other] = [kindOf(tensors, name), kindOf(first, name)];
		const isRight = own === other && own.startsWith("float32");
		return isRight ? [] : [`${name} of ${id} is ${own}, of the first ${other}`];
	});
}

/** Of what a run began with all that two runs must share to lie in one basin: backbone and head. */
const startOf = ({ from, recipe }: RunRecord): unknown =>
	from
		? { sha256: from.sha256, rescaleHead: from.rescaleHead ?? false }
		: { seed: recipe.seed };

const startName = ({ from, recipe }: RunRecord): string =>
	from ? `from ${from.id}` : `with a head drawn with seed ${recipe.seed}`;

/** Throws where runs began with other heads, whose mean is of no use. */
export function checkSameStart(what: string, runs: readonly Run[]): void {
	const [first] = runs as [Run];
	const others = runs.filter(
		({ record }) => !isDeepStrictEqual(startOf(record), startOf(first.record)),
	);
	if (others.length === 0) return;
	const list = [first, ...others].map(
		({ id, record }) => `${id} ${startName(record)}`,
	);
	throw new Error(
		`${what} is a mean of runs that share the start of backbone and head, and these began apart: ${list.join("; ")}; fine-tune each with { from: probe }, one probe for all`,
	);
}

/** Runs by their ids, so that a mean does not depend on their order. */
export const byId = (runs: readonly Run[]): readonly Run[] =>
	runs.toSorted((a, b) => (a.id < b.id ? -1 : 1));
