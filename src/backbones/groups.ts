import type { Params } from "../nn/params.js";

/** Chooses weights, or layers, by name. */
export type NameFilter = (name: string) => boolean;

/** The classifier. */
export const isHead: NameFilter = (name) =>
	/^(fc|linear|head)(\.|$)/.test(name);

/** Batch and layer norms. */
export const isNorm: NameFilter = (name) =>
	/(^|\.)(bn|norm)\d*(\.|$)|\.downsample\.1(\.|$)/.test(name);

/** The tables of relative position bias, which are trained without weight decay. */
export const isRelativePositionBias: NameFilter = (name) =>
	name.endsWith(".relative_position_bias_table");

/**
 * The stem and the first stages, as `frozen_stages` of mmdetection: 0 is the stem alone, -1 nothing.
 *
 * A stage of a Swin Transformer has the patch merging behind it and the norm on its level.
 */
export function isInFirstStages(stages: number): NameFilter {
	return (name) => {
		if (/^(conv1|bn1|patch_embed)(\.|$)/.test(name)) return stages >= 0;
		const [, layer, rest] = /^(layer|layers\.|norm)(\d)/.exec(name) ?? [];
		if (rest === undefined) return false;
		return Number(rest) + (layer === "layer" ? 0 : 1) <= stages;
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
