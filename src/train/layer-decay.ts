import type { Architecture } from "../backbones/architectures.js";
import { paramsOf } from "../backbones/backbone.js";
import { familyOf } from "../backbones/families.js";
import type { Family, LayerIndex } from "../backbones/family.js";
import { type Check, type Checks, isRecord } from "../check/check-options.js";
import { keyed, number, oneOf, required } from "../check/checks.js";

/** How the learning rate decays from the head to the stem; a minimum of the schedule decays with it. */
export interface LayerDecay {
	/** What the learning rate is multiplied by for each layer further from the head: above 0, at most 1, which is none. */
	readonly rate: number;
	/** No layer's learning rate is multiplied by less; 0 by default. */
	readonly minScale?: number;
	/**
	 * What a layer is: a `block` as the family counts them, by default, or a `stage`, as `stage_wise` of mmsegmentation
	 * for a ConvNeXt, elsewhere the stem, each stage, and the head.
	 */
	readonly by?: "block" | "stage";
}

const rate = number({ above: 0, to: 1 });
const checks: Checks<LayerDecay> = {
	rate: required(rate),
	minScale: number({ from: 0, to: 1 }),
	by: oneOf(["block", "stage"]),
};
const whole = keyed(checks);

/** The check of the layer-wise decay of a recipe. */
export const layerDecayCheck: Check = {
	expected: `${rate.expected}, or ${whole.expected}`,
	problems: (value, name, words) =>
		(isRecord(value) ? whole : rate).problems(value, name, words),
};

const cannotDecay = ({ name }: Family, by: string, needed: string): Error =>
	new Error(
		`the learning rate of a network of the family ${name} cannot decay by ${by}, since it does not count them: give it \`${needed}\`, or decay nothing with layerDecay: 1`,
	);

/** The blocks of a network, as its family counts them; throws where that does not. */
export function layerIndex(net: Architecture): LayerIndex {
	const family = familyOf(net);
	if (family.layerIndex) return family.layerIndex(net);
	throw cannotDecay(family, "layers", "layerIndex");
}

function stagesOf(net: Architecture): LayerIndex {
	const family = familyOf(net);
	if (family.stageIndex) return family.stageIndex(net);
	if (!family.stageOf) throw cannotDecay(family, "stages", "stageOf");
	const stageOf = (name: string) => family.stageOf?.(name, net);
	const stages = Object.keys(paramsOf(net)).map((name) => stageOf(name) ?? 0);
	const last = Math.max(...stages) + 1;
	return { last, of: (name) => stageOf(name) ?? last };
}

/**
 * What the learning rate of a backbone's weight is multiplied by.
 *
 * Throws where the network's family does not count its layers. Sources: timm, `param_groups_layer_decay`; mmsegmentation,
 * `layer_decay_optimizer_constructor.py`, in whose stages the downsamplings of a ConvNeXt go with the stem, and the norms
 * on its levels with the head.
 */
export function layerScales(
	net: Architecture,
	decay: number | LayerDecay,
): (name: string) => number {
	const given = typeof decay === "number" ? { rate: decay } : decay;
	const { rate, minScale = 0, by = "block" }: LayerDecay = given;
	if (rate === 1) return () => 1;
	const { last, of } = by === "stage" ? stagesOf(net) : layerIndex(net);
	return (name) => Math.max(minScale, rate ** (last - of(name)));
}
