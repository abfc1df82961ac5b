import type { Params } from "../nn/params.js";
import type { Architecture } from "./architectures.js";
import { familyOf } from "./families.js";

/** Chooses weights, or layers, by name. */
export type NameFilter = (name: string) => boolean;

const usualNorm = /(^|\.)(bn|norm)\d*(\.|$)|\.downsample\.1(\.|$)/;

/** The classifier of an architecture. */
export function isHead(net: Architecture): NameFilter {
	const head = familyOf(net).head(net);
	return (name) => name === head || name.startsWith(`${head}.`);
}

/** Batch and layer norms; those of a task's own layers too, by their usual names. */
export function isNorm(net: Architecture): NameFilter {
	const family = familyOf(net);
	return (name) =>
		usualNorm.test(name) || (family.isNorm?.(name, net) ?? false);
}

/** The tables of relative position bias, which are trained without weight decay. */
export const isRelativePositionBias: NameFilter = (name) =>
	name.endsWith(".relative_position_bias_table");

/**
 * The stem and the first stages, as `frozen_stages` of mmdetection: 0 is the stem alone, -1 nothing.
 *
 * Throws where the architecture's family does not say to which stage a weight belongs.
 */
export function isInFirstStages(net: Architecture, stages: number): NameFilter {
	if (stages < 0) return () => false;
	const family = familyOf(net);
	if (!family.stageOf)
		throw new Error(
			`the first stages of a network of the family ${family.name} cannot be frozen, since it does not say to which a weight belongs: give it \`stageOf\`, or freeze nothing with frozenStages: -1`,
		);
	return (name) => {
		const stage = family.stageOf?.(name, net);
		return stage !== undefined && stage <= stages;
	};
}

/** The trainable weights whose names pass the filter, by name. */
export function trainableParams(
	params: Params,
	isTrained: NameFilter = () => true,
): Params {
	return Object.fromEntries(
		Object.entries(params).filter(
			([name, { trainable }]) => trainable && isTrained(name),
		),
	);
}
