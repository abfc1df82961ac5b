import { batchNormParams } from "../nn/batch-norm.js";
import { conv2dParams } from "../nn/conv2d.js";
import { linearParams } from "../nn/linear.js";
import type { ParamSpecs } from "../nn/params.js";
import {
	type ResNetArchitecture,
	type ResNetBlock,
	resnetBlocks,
} from "./resnet.js";

type Conv = (
	name: string,
	channels: readonly [inner: number, outer: number],
	kernel: number,
	groups?: number,
) => ParamSpecs;

const kaiming = (fan: number) => ({ deviation: Math.sqrt(2 / fan) });

function basicBlock(
	conv: Conv,
	{ name, inplanes, planes }: ResNetBlock,
	scale: number,
): ParamSpecs {
	return {
		...conv(`${name}.conv1`, [inplanes, planes], 3),
		...batchNormParams(`${name}.bn1`, planes),
		...conv(`${name}.conv2`, [planes, planes], 3),
		...batchNormParams(`${name}.bn2`, planes, { scale }),
	};
}

function bottleneck(
	conv: Conv,
	{ name, inplanes, planes, groups, outplanes }: ResNetBlock,
	scale: number,
): ParamSpecs {
	return {
		...conv(`${name}.conv1`, [inplanes, planes], 1),
		...batchNormParams(`${name}.bn1`, planes),
		...conv(`${name}.conv2`, [planes, planes], 3, groups),
		...batchNormParams(`${name}.bn2`, planes),
		...conv(`${name}.conv3`, [planes, outplanes], 1),
		...batchNormParams(`${name}.bn3`, outplanes, { scale }),
	};
}

/** The name of the classifier. */
export const resnetHead = ({ variant }: ResNetArchitecture): string =>
	variant === "cifar" ? "linear" : "fc";

/**
 * The weights of a ResNet, in the order of its state_dict.
 *
 * As in torchvision, convolutions start normal by fan-out, and `zeroInitResidual` starts the last batch
 * norm of each block at 0; as in pytorch_resnet_cifar10, all of the CIFAR variant's start normal by fan-in.
 */
export function resnetParams(
	net: ResNetArchitecture,
	{ zeroInitResidual = false } = {},
): ParamSpecs {
	const cifar = net.variant === "cifar";
	const conv: Conv = (name, channels, kernel, groups = 1) =>
		conv2dParams(name, channels, kernel, {
			groups,
			initial: kaiming(
				(cifar ? channels[0] / groups : channels[1]) * kernel ** 2,
			),
		});
	const branch = net.block === "basic" ? basicBlock : bottleneck;
	const specs: Record<string, ParamSpecs[string]> = {
		...conv("conv1", [3, net.width], cifar ? 3 : 7),
		...batchNormParams("bn1", net.width),
	};
	let features = net.width;
	for (const block of resnetBlocks(net).flat()) {
		const { name, inplanes, outplanes, downsample } = block;
		Object.assign(specs, branch(conv, block, zeroInitResidual ? 0 : 1));
		features = outplanes;
		if (cifar || !downsample) continue;
		Object.assign(
			specs,
			conv(`${name}.downsample.0`, [inplanes, outplanes], 1),
			batchNormParams(`${name}.downsample.1`, outplanes),
		);
	}
	const initial = cifar ? kaiming(features) : undefined;
	if (net.classes > 0) {
		const channels = [features, net.classes] as const;
		Object.assign(specs, linearParams(resnetHead(net), channels, { initial }));
	}
	return specs;
}
