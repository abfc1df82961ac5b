/**
 * The layers of the region proposal network, as in mmdetection; torchvision's are the same.
 *
 * https://github.com/open-mmlab/mmdetection/blob/v2.11.0/mmdet/models/dense_heads/rpn_head.py
 */
import * as tf from "@tensorflow/tfjs";
import { conv2d, conv2dParams } from "../../../nn/conv2d.js";
import type { ParamSpecs, Params } from "../../../nn/params.js";

/** What the network says of the anchors, one feature map after the other. */
export interface RpnOutput {
	/** `[batch, anchors]`: logits of whether there is an object. */
	readonly objectness: tf.Tensor2D;
	/** `[batch, anchors, 4]`: how the boxes are to be moved. */
	readonly deltas: tf.Tensor3D;
}

/** Applies the same three layers to each feature map. */
export function rpnHead(
	params: Params,
	features: readonly tf.Tensor4D[],
): RpnOutput {
	const outputs = features.map((x) => {
		const hidden = tf.relu(conv2d(params, "rpn_head.rpn_conv", x, { pad: 1 })); // [3, 3, 256, 256]
		const objectness = conv2d(params, "rpn_head.rpn_cls", hidden); // [1, 1, 256, 3]
		const deltas = conv2d(params, "rpn_head.rpn_reg", hidden); // [1, 1, 256, 12]
		const batch = x.shape[0];
		return {
			objectness: tf.reshape(objectness, [batch, -1]) as tf.Tensor2D,
			deltas: tf.reshape(deltas, [batch, -1, 4]) as tf.Tensor3D,
		};
	});
	return {
		objectness: tf.concat(
			outputs.map(({ objectness }) => objectness),
			1,
		),
		deltas: tf.concat(
			outputs.map(({ deltas }) => deltas),
			1,
		),
	};
}

/** The weights of the head; as in mmdetection, they start normal with deviation 0.01, the biases at 0. */
export function rpnHeadParams(channels = 256, anchors = 3): ParamSpecs {
	const conv = (name: string, to: number, kernel: number): ParamSpecs =>
		conv2dParams(name, [channels, to], kernel, {
			bias: true,
			initial: { deviation: 0.01 },
			initialBias: { constant: 0 },
		});
	return {
		...conv("rpn_head.rpn_conv", channels, 3),
		...conv("rpn_head.rpn_cls", anchors, 1),
		...conv("rpn_head.rpn_reg", 4 * anchors, 1),
	};
}
