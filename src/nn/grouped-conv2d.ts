import * as tf from "@tensorflow/tfjs";
import { backendName } from "../engine/backend.js";

/** The steps of a convolution, and the zeros around it as `tf.conv2d` takes them. */
export interface Steps {
	readonly stride: number;
	readonly pad: "same" | "valid" | number;
}

type Kernel = "Conv2D" | "Conv2DBackpropInput" | "Conv2DBackpropFilter";

function runKernel(
	kernel: Kernel,
	inputs: Record<string, tf.Tensor>,
	attributes: Record<string, unknown>,
): tf.Tensor4D {
	const given = { dataFormat: "NHWC", dilations: [1, 1], ...attributes };
	return tf.engine().runKernel(kernel, inputs, given as tf.NamedAttrMap);
}

/** By one kernel for all groups, which TensorFlow.js has no function for. */
function together(
	x: tf.Tensor4D,
	filter: tf.Tensor4D,
	{ stride, pad }: Steps,
): tf.Tensor4D {
	const steps = { strides: [stride, stride], pad };
	const operation = tf.customGrad((...inputs) => {
		const [x, filter, save] = inputs as [
			tf.Tensor4D,
			tf.Tensor4D,
			tf.GradSaveFunc,
		];
		save([x, filter]);
		const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
			const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
			const [inputShape, filterShape] = [x.shape, filter.shape];
			return [
				runKernel(
					"Conv2DBackpropInput",
					{ dy, filter },
					{ ...steps, inputShape },
				),
				runKernel("Conv2DBackpropFilter", { x, dy }, { ...steps, filterShape }),
			];
		};
		return { value: runKernel("Conv2D", { x, filter }, steps), gradFunc };
	});
	return operation(x, filter) as tf.Tensor4D;
}

/**
 * The convolution of groups of channels: of `[batch, height, width, in]` with a filter `[kh, kw, in / groups, out]`,
 * whose outputs see one group each, the first of them the first.
 *
 * Engines other than ours do group by group.
 */
export function groupedConv2d(
	x: tf.Tensor4D,
	filter: tf.Tensor4D,
	steps: Steps,
): tf.Tensor4D {
	if (tf.getBackend() === backendName) return together(x, filter, steps);
	const groups = x.shape[3] / filter.shape[2];
	const filters = tf.split(filter, groups, 3);
	const parts = tf.split(x, groups, 3).map((part, i): tf.Tensor4D => {
		const own = filters[i] as tf.Tensor4D;
		return tf.conv2d(part as tf.Tensor4D, own, steps.stride, steps.pad);
	});
	return tf.concat(parts, 3);
}
