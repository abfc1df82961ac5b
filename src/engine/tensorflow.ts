import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";

/** The packages that bring TensorFlow. */
export type TensorFlowName = "tfjs-node" | "tfjs-node-gpu";

const require = createRequire(import.meta.url);

/** Whether a package is there, whatever state it is in. */
export function isInstalled(packageName: string): boolean {
	try {
		require.resolve(packageName);
		return true;
	} catch {
		return false;
	}
}

// tfjs-node 4.22 calls these two functions, of which Node 22 warns and which Node 23 removed.
function replaceRemovedUtilities(): void {
	const util = require("node:util") as Record<string, unknown>;
	util.isNullOrUndefined = (value: unknown) =>
		value === null || value === undefined;
	util.isArray = Array.isArray;
}

interface Attribute {
	readonly name: string;
	readonly type: number;
	readonly value: unknown;
}

/** What we use of the backend of tfjs-node. */
interface TensorFlowBackend extends tf.KernelBackend {
	readonly isUsingGpuDevice?: boolean;
	readonly binding: Readonly<
		Record<"TF_ATTR_TYPE" | "TF_ATTR_BOOL" | "TF_FLOAT", number>
	>;
	executeSingleOutput(
		operation: string,
		attributes: readonly Attribute[],
		inputs: readonly tf.TensorInfo[],
	): tf.TensorInfo;
}

type Call = Parameters<tf.KernelFunc>[0];

/** Runs TensorFlow's own gradient of a resizing, with all of its attributes. */
function resizeGradient(
	operation: string,
	{ attrs = {}, ...call }: Call,
	inputs: readonly tf.TensorInfo[],
): tf.TensorInfo {
	const backend = call.backend as TensorFlowBackend;
	const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = backend.binding;
	const flag = (name: string, value: unknown): Attribute => ({
		name,
		type: TF_ATTR_BOOL,
		value: value === true,
	});
	const attributes = [
		{ name: "T", type: TF_ATTR_TYPE, value: TF_FLOAT },
		flag("align_corners", attrs.alignCorners),
		flag("half_pixel_centers", attrs.halfPixelCenters),
	];
	return backend.executeSingleOutput(operation, attributes, inputs);
}

/**
 * Registers the gradients of resizing anew.
 *
 * Those of tfjs-node 4.22 forget that pixels have centers, and are silently those of another resizing.
 */
function mendResizeGradients(): void {
	const mend = (kernelName: string, kernelFunc: tf.KernelFunc) => {
		tf.unregisterKernel(kernelName, "tensorflow");
		tf.registerKernel({ kernelName, backendName: "tensorflow", kernelFunc });
	};
	mend(tf.ResizeBilinearGrad, (call) => {
		const { images, dy } = call.inputs as Record<string, tf.TensorInfo>;
		return resizeGradient("ResizeBilinearGrad", call, [dy!, images!]);
	});
	mend(tf.ResizeNearestNeighborGrad, (call) => {
		const { images, dy } = call.inputs as Record<string, tf.TensorInfo>;
		const [, height = 0, width = 0] = images!.shape;
		const size = tf.tensor1d([height, width], "int32");
		const operation = "ResizeNearestNeighborGrad";
		const result = resizeGradient(operation, call, [dy!, size]);
		size.dispose();
		return result;
	});
}

const mended = new Set<TensorFlowName>();

/**
 * Makes an installed TensorFlow the backend.
 *
 * Throws, saying what to do, where the package is there but what its installer downloads is not, or does not load.
 */
export async function startTensorFlow(name: TensorFlowName): Promise<void> {
	replaceRemovedUtilities();
	try {
		require(`@tensorflow/${name}`);
	} catch (error) {
		const [reason = ""] = (error as Error).message.split("\n");
		throw new Error(
			`@tensorflow/${name} is installed, but does not load: ${reason.trim().replace(/\.$/, "")}; "npm rebuild @tensorflow/${name}" downloads what is missing`,
			{ cause: error },
		);
	}
	if (!mended.has(name)) mendResizeGradients();
	mended.add(name);
	await tf.setBackend("tensorflow");
}

/** What TensorFlow computes on. */
export const tensorFlowDevice = (): "cpu" | "gpu" =>
	(tf.findBackend("tensorflow") as TensorFlowBackend).isUsingGpuDevice
		? "gpu"
		: "cpu";
