/**
 * Stands in for the backend of tfjs-node, which cannot be installed without a download.
 *
 * It computes what TensorFlow.js's JavaScript computes, has the kernels that tfjs-node 4.22 registers, and
 * refuses what their source or TensorFlow's registry of operations refuses: see `refusalOf`. Its gradients of
 * resizing are those of tfjs-node, with what they forget. Importing it registers it.
 */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { resizeGradient } from "./resize-gradient.js";
import { refusalOf } from "./tensorflow-refusals.js";

const { kernels } = JSON.parse(
	readFileSync(
		new URL(
			"../../../test/fixtures/engine/tfjs-node-kernels.json",
			import.meta.url,
		),
		"utf8",
	),
) as { kernels: Record<string, string[]> };

const binding = { TF_ATTR_TYPE: 2, TF_ATTR_BOOL: 3, TF_FLOAT: 1 };

class StandIn extends MathBackendCPU {
	readonly binding = binding;
	readonly isUsingGpuDevice = process.env.STAND_IN_GPU === "1";

	/** The two operations that are called by name. */
	executeSingleOutput(
		operation: string,
		attributes: readonly { readonly name: string; readonly value: unknown }[],
		[dy, images]: readonly tf.TensorInfo[],
	): tf.TensorInfo {
		const attribute = (name: string) =>
			attributes.find((one) => one.name === name)?.value === true;
		const size =
			operation === "ResizeNearestNeighborGrad"
				? Array.from(this.readSync(images!.dataId) as Int32Array)
				: images!.shape.slice(1, 3);
		const { shape, values } = resizeGradient(
			{
				shape: dy!.shape,
				values: this.readSync(dy!.dataId) as Float32Array,
			},
			size as [number, number],
			{
				nearest: operation === "ResizeNearestNeighborGrad",
				alignCorners: attribute("align_corners"),
				halfPixelCenters: attribute("half_pixel_centers"),
			},
		);
		return this.makeTensorInfo(shape, "float32", values);
	}
}

/** What tfjs-node does with a gradient of resizing: all but one attribute reach TensorFlow. */
const forgetful =
	(operation: string): tf.KernelFunc =>
	({ inputs, attrs, backend }) => {
		const { dy, images } = inputs as Record<string, tf.TensorInfo>;
		const [, height = 0, width = 0] = images!.shape;
		const size = tf.tensor1d([height, width], "int32");
		const value = (attrs as { alignCorners?: boolean }).alignCorners;
		const second = operation.startsWith("ResizeN") ? size : images!;
		const result = (backend as StandIn).executeSingleOutput(
			operation,
			[{ name: "align_corners", value }],
			[dy!, second],
		);
		size.dispose();
		return result;
	};

function kernelOf(kernelName: string, javascript: tf.KernelFunc) {
	const kernelFunc: tf.KernelFunc = (call) => {
		const tensors = Object.values(call.inputs)
			.flat()
			.filter((input) => input !== undefined && input !== null);
		const reason = refusalOf(kernelName, tensors, {
			inputs: call.inputs as never,
			attrs: (call.attrs ?? {}) as never,
			paddings: kernels[kernelName] ?? [],
			valuesOf: ({ dataId }) => (call.backend as StandIn).readSync(dataId),
		});
		if (reason !== undefined)
			throw new Error(`tfjs-node refuses ${kernelName}: ${reason}`);
		return javascript(call);
	};
	return { kernelName, backendName: "tensorflow", kernelFunc };
}

for (const { kernelName, kernelFunc } of tf.getKernelsForBackend("cpu")) {
	if (!(kernelName in kernels)) continue;
	const isGradient = /^Resize\w+Grad$/.test(kernelName);
	const javascript = isGradient ? forgetful(kernelName) : kernelFunc;
	tf.registerKernel(kernelOf(kernelName, javascript));
}
tf.registerBackend("tensorflow", () => new StandIn(), 3);
