import type { Architecture } from "../backbones/architectures.js";
import { familyOf } from "../backbones/families.js";
import type { LayerIndex } from "../backbones/family.js";

/**
 * The layers of a network for layer-wise learning-rate decay, as its family counts them.
 *
 * Throws where that does not.
 */
export function layerIndex(net: Architecture): LayerIndex {
	const family = familyOf(net);
	if (family.layerIndex) return family.layerIndex(net);
	throw new Error(
		`the learning rate of a network of the family ${family.name} cannot decay by layers, since it does not count them: give it \`layerIndex\`, or decay nothing with layerDecay: 1`,
	);
}
