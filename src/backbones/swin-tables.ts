import type { NamedTensor, NamedTensors } from "../checkpoint/tensor.js";
import { patchSize, type SwinArchitecture } from "./swin.js";
import { relativePositionIndex, shiftMaskValues } from "./window-attention.js";
import { windowGrid } from "./windows.js";

/** Throws where the official code could not cut a map of every stage into windows. */
function checkInputSize(
	{ window, depths }: SwinArchitecture,
	inputSize: number,
): void {
	const smallest = patchSize * 2 ** (depths.length - 1) * window;
	if (!(inputSize > 0 && inputSize % smallest === 0))
		throw new RangeError(
			`the official Swin Transformer with windows of ${window} takes images of a multiple of ${smallest} pixels, not ${inputSize}`,
		);
}

/**
 * What the official code keeps in a state_dict beside the weights, and computes from the sizes: for each block
 * `attn.relative_position_index`, and `attn_mask` where its windows are shifted.
 *
 * The masks belong to images of `inputSize` pixels on each side, by default those of which the last stage is
 * one window, as published: 224 for windows of 7. A dense Swin Transformer makes its masks as it goes. Throws
 * a `RangeError` for a size that the official code does not take.
 */
export function swinTables(
	net: SwinArchitecture,
	inputSize = patchSize * 2 ** (net.depths.length - 1) * net.window,
): NamedTensors {
	if (!net.dense) checkInputSize(net, inputSize);
	const { window } = net;
	const pixels = window ** 2;
	const index: NamedTensor = {
		dtype: "int64",
		shape: [pixels, pixels],
		data: BigInt64Array.from(relativePositionIndex(window), BigInt),
	};
	const tables: Record<string, NamedTensor> = {};
	for (const [stage, depth] of net.depths.entries()) {
		const side = inputSize / patchSize / 2 ** stage;
		const grid = windowGrid([1, side, side, 1], { window, shifted: true });
		const data = net.dense ? undefined : shiftMaskValues(grid);
		for (let i = 0; i < depth; i++) {
			const block = `layers.${stage}.blocks.${i}`;
			tables[`${block}.attn.relative_position_index`] = index;
			if (data && i % 2 === 1) {
				const shape = [grid.rows * grid.columns, pixels, pixels];
				tables[`${block}.attn_mask`] = { dtype: "float32", shape, data };
			}
		}
	}
	return tables;
}
