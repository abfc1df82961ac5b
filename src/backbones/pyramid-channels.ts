import { architectureForm } from "./architecture-form.js";
import type { Architecture } from "./architectures.js";
import { familyOf } from "./families.js";

/**
 * The channels of the feature maps at strides 4, 8, 16 and 32: 256, 512, 1024 and 2048 of a ResNet-50.
 *
 * Throws where the architecture has other feature maps.
 */
export function pyramidChannels(
	net: Architecture,
): [number, number, number, number] {
	const family = familyOf(net);
	const channels = family.pyramidChannels?.(net);
	if (channels?.length === 4)
		return [...channels] as [number, number, number, number];
	throw new Error(
		family.pyramidChannels
			? `a pyramid has strides 4, 8, 16 and 32: only a network of four stages with an ImageNet stem has one, not ${JSON.stringify(architectureForm(net))}`
			: `the family ${family.name} does not say that it has feature maps at strides 4, 8, 16 and 32: give it \`pyramidChannels\`, the channels of each, where it has`,
	);
}
