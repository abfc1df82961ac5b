import type { Architecture } from "./architectures.js";

/** The channels of the feature maps at strides 4, 8, 16 and 32: 256, 512, 1024 and 2048 of a ResNet-50. */
export function pyramidChannels(
	net: Architecture,
): [number, number, number, number] {
	const isBottleneck = net.family === "resnet" && net.block === "bottleneck";
	const first = net.width * (isBottleneck ? 4 : 1);
	return [first, 2 * first, 4 * first, 8 * first];
}
