import * as tf from "@tensorflow/tfjs";
import type { Params } from "../nn/params.js";
import type {
	OptimizerRule,
	WeightAfter,
	WeightState,
} from "./optimizer-rule.js";
import type { ParamGroup } from "./param-groups.js";
import { plainFacts, type WeightFacts } from "./weight-facts.js";

/** A weight that an optimizer changes, and what it remembers of it. */
export interface Weight {
	readonly name: string;
	readonly variable: tf.Variable;
	readonly facts: WeightFacts;
	readonly group: number;
	readonly weightDecay: number;
	readonly slots: Params;
	readonly measured?: tf.Variable | undefined;
	/** Before the first step. */
	readonly initial?: tf.Variable;
}

/** A copy of the numbers of a variable: a clone is the same memory, which training changes. */
export const copyOf = (variable: tf.Variable): tf.Variable =>
	tf.tidy(() =>
		tf.variable(
			tf.tensor(variable.dataSync<"float32">().slice(), variable.shape),
			false,
		),
	);

/** What a rule gives for a weight or a slot; throws where that is missing or of another shape. */
function checked(
	given: unknown,
	{ shape }: tf.Variable,
	{ optimizer, what }: { readonly optimizer: string; readonly what: string },
): tf.Tensor {
	const found = given instanceof tf.Tensor ? given.shape : undefined;
	if (!found || !tf.util.arraysEqual(found, shape))
		throw new TypeError(
			`the update of the optimizer ${optimizer} gives ${found ? `[${found.join(", ")}]` : "nothing"} as ${what}, not a tensor [${shape.join(", ")}]`,
		);
	// A slot may become what another one was.
	return given instanceof tf.Variable ? tf.clone(given) : (given as tf.Tensor);
}

/** Gives a weight and its slots what a rule made of them. */
export function assignWeight(
	optimizer: string,
	{ name, variable, slots }: Weight,
	after: WeightAfter,
): void {
	const changes = [
		...Object.entries(slots).map(
			([slot, keeper]) => [slot, keeper, after.slots?.[slot]] as const,
		),
		["value", variable, after.value] as const,
	]
		.filter(([, keeper, given]) => given !== keeper)
		.map(([what, keeper, given]) => {
			const where = { optimizer, what: `${what} of ${name}` };
			return [keeper, checked(given, keeper, where)] as const;
		});
	for (const [keeper, tensor] of changes) keeper.assign(tensor);
}

/** What a rule is told of a weight. */
export function stateOf(optimizer: string, weight: Weight): WeightState {
	const { variable: value, facts, slots, initial, weightDecay } = weight;
	const { measured } = weight;
	const state = { value, facts, slots, weightDecay, measured };
	// Not met by a rule that spreads what it is told.
	return Object.defineProperty(state, "initial", {
		get(): tf.Tensor {
			if (initial) return initial;
			throw new TypeError(
				`the optimizer ${optimizer} looks at the initial value of ${weight.name}, which is remembered only for a rule that says so: \`anchored: true\``,
			);
		},
	}) as unknown as WeightState;
}

/** What is updated, and what is known of it. */
export interface Updated {
	readonly groups: readonly ParamGroup[];
	/** By the name of the weight; by its tensor alone where left out. */
	readonly factsOf?: (name: string) => WeightFacts;
}

/** The weights of all groups, their slots at zero. */
export function weightsOf(
	params: Params,
	{ groups, factsOf }: Updated,
	{ slots, shapes = {}, anchored = false }: OptimizerRule,
): Weight[] {
	const zeros = (shape: readonly number[]) =>
		tf.tidy(() => tf.variable(tf.zeros([...shape]), false));
	return groups.flatMap(({ names, weightDecay }, group) =>
		names.map((name): Weight => {
			const variable = params[name] as tf.Variable;
			const facts = factsOf?.(name) ?? plainFacts(name, variable);
			const own = slots.flatMap((slot) => {
				const shapeOf = shapes[slot];
				const shape = shapeOf ? shapeOf(facts, variable.shape) : variable.shape;
				return shape ? [[slot, zeros(shape)] as const] : [];
			});
			return {
				...{ name, variable, facts, group, weightDecay },
				slots: Object.fromEntries(own),
				...(anchored && { initial: copyOf(variable) }),
			};
		}),
	);
}
