import * as tf from "@tensorflow/tfjs";
import { onRealRows } from "../../../engine/real-rows.js";
import { type Params, param } from "../../../nn/params.js";
import { maskLoss } from "./losses.js";
import { maskBins } from "./masks.js";
import { maskHead, maskHeadParams } from "./region-heads.js";

const names = Object.keys(maskHeadParams(1));

/** The weights of the layers, in their order. */
const weightsOf = (params: Params): tf.Tensor[] =>
	names.map((name) => param(params, name));

/** The layers' weights, by name, of which some are not variables where gradients are taken at other values. */
const named = (weights: readonly tf.Tensor[]): Params =>
	Object.fromEntries(names.map((name, i) => [name, weights[i] as tf.Variable]));

/** Regions as the layers of masks see them, of which the first `counts` of each image are real. */
export interface MaskRegions {
	/** `[batch, most, 14, 14, channels]`. */
	readonly seen: tf.Tensor5D;
	/** The class of each, int32: `[batch, most]`. */
	readonly labels: tf.Tensor2D;
	/** `[batch]`, int32. */
	readonly counts: tf.Tensor1D;
}

const mask = [maskBins, maskBins];

/** Draws the masks of the regions that are real: from 0 to 1, `[batch, most, 28, 28]`, 0 where there is none. */
export function drawMasks(
	params: Params,
	{ seen, labels, counts }: MaskRegions,
): tf.Tensor4D {
	const { rows } = onRealRows(
		{ rows: [seen, labels], counts, others: weightsOf(params) },
		{ rows: [mask], others: [] },
		({ rows: [x, classes], others }) => {
			const drawn = maskHead(
				named(others),
				x as tf.Tensor4D,
				classes as tf.Tensor1D,
			);
			return { rows: [tf.sigmoid(drawn)], others: [] };
		},
	);
	return rows[0] as tf.Tensor4D;
}

/**
 * The loss of the masks that are drawn of the regions that are real, where `wanted` are from 0 to 1,
 * `[batch, most, 28, 28]`; its gradients are computed with it.
 */
export function lossOfMasks(
	params: Params,
	{ seen, labels, counts }: MaskRegions,
	wanted: tf.Tensor4D,
): tf.Scalar {
	const operation = tf.customGrad((...inputs) => {
		const save = inputs.at(-1) as unknown as tf.GradSaveFunc;
		const given = inputs.slice(0, -1) as tf.Tensor[];
		const [regions, ...weights] = given as [tf.Tensor, ...tf.Tensor[]];
		const made = onRealRows(
			{ rows: [regions, labels, wanted], counts, others: weights },
			{
				rows: [regions.shape.slice(2)],
				others: [[], ...weights.map(({ shape }) => shape)],
			},
			({ rows: [x, classes, masks], isReal, others }) => {
				const { value, grads } = tf.valueAndGrads((...at) => {
					const [now, ...layers] = at as [tf.Tensor4D, ...tf.Tensor[]];
					const drawn = maskHead(named(layers), now, classes as tf.Tensor1D);
					return maskLoss(drawn, masks as tf.Tensor3D, isReal);
				})([x as tf.Tensor, ...others]);
				return { rows: grads.slice(0, 1), others: [value, ...grads.slice(1)] };
			},
		);
		const [value, ...slopes] = made.others as [tf.Scalar, ...tf.Tensor[]];
		save([...made.rows, ...slopes]);
		return {
			value,
			gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
				saved.map((slope) => tf.mul(slope, dy)),
		};
	});
	return operation(seen, ...weightsOf(params)) as tf.Scalar;
}
