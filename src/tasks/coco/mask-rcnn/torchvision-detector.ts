import { isDerived } from "../../../backbones/state-dict.js";
import { type Checks, checkOptions } from "../../../check/check-options.js";
import { list, number, whole } from "../../../check/checks.js";
import {
	elementCount,
	type NamedTensor,
	type NamedTensors,
} from "../../../checkpoint/tensor.js";

/** What torchvision's file leaves open: its classes, and the epsilon of its batch norms. */
export interface TorchvisionDetectorOptions {
	/**
	 * Which of its classes are ours, in our order: the ids of the categories for a checkpoint trained on COCO,
	 * which numbers them with gaps. All but the background where it is left out.
	 */
	readonly categories?: readonly number[];
	/** What its batch norms add to the variance: 0 for the checkpoint that torchvision publishes; 1e-5. */
	readonly epsilon?: number;
}

const checks: Checks<TorchvisionDetectorOptions> = {
	categories: list(whole({ from: 0 })),
	epsilon: number({ from: 0 }),
};

// Of a batch norm here.
const ownEpsilon = 1e-5;

const renamings: readonly (readonly [RegExp, string])[] = [
	[/^backbone\.body\./, ""],
	[/^backbone\.fpn\.inner_blocks\.(\d)(\.0)?\./, "neck.lateral_convs.$1.conv."],
	[/^backbone\.fpn\.layer_blocks\.(\d)(\.0)?\./, "neck.fpn_convs.$1.conv."],
	[/^rpn\.head\.conv(\.0\.0)?\./, "rpn_head.rpn_conv."],
	[/^rpn\.head\.cls_logits\./, "rpn_head.rpn_cls."],
	[/^rpn\.head\.bbox_pred\./, "rpn_head.rpn_reg."],
	[/^roi_heads\.box_head\.fc6\./, "roi_head.bbox_head.shared_fcs.0."],
	[/^roi_heads\.box_head\.fc7\./, "roi_head.bbox_head.shared_fcs.1."],
	[/^roi_heads\.box_predictor\.cls_score\./, "roi_head.bbox_head.fc_cls."],
	[/^roi_heads\.box_predictor\.bbox_pred\./, "roi_head.bbox_head.fc_reg."],
	[/^roi_heads\.mask_head\.(\d)\.0\./, "roi_head.mask_head.convs.$1.conv."],
	[/^roi_heads\.mask_predictor\.conv5_mask\./, "roi_head.mask_head.upsample."],
	[
		/^roi_heads\.mask_predictor\.mask_fcn_logits\./,
		"roi_head.mask_head.conv_logits.",
	],
];

// As torchvision named them up to 0.12, from 1 on.
const oldMaskLayer = /^roi_heads\.mask_head\.mask_fcn(\d)\./;

function ownName(name: string): string {
	const current = name.replace(
		oldMaskLayer,
		(_, layer) => `roi_heads.mask_head.${Number(layer) - 1}.0.`,
	);
	return renamings.reduce(
		(renamed, [from, to]) => renamed.replace(from, to),
		current,
	);
}

/** The blocks of `length` rows of a tensor's first axis, in the order of `indices`. */
function choose(
	{ dtype, shape, data }: NamedTensor,
	indices: readonly number[],
	length = 1,
): NamedTensor {
	const [rows, ...rest] = shape;
	const size = length * elementCount(rest);
	const last = rows / length - 1;
	const beyond = indices.find((index) => !(index >= 0 && index <= last));
	if (beyond !== undefined)
		throw new RangeError(
			`the checkpoint has classes 0 to ${last}, and no ${beyond}`,
		);
	const chosen = data.slice(0, 0).constructor as new (
		size: number,
	) => typeof data;
	const moved = new chosen(indices.length * size);
	indices.forEach((index, i) => {
		const block = data.subarray(index * size, (index + 1) * size);
		moved.set(block as never, i * size);
	});
	return { dtype, shape: [indices.length * length, ...rest], data: moved };
}

function withEpsilon(tensor: NamedTensor, epsilon: number): NamedTensor {
	const data = Float32Array.from(
		tensor.data as Float32Array,
		(variance) => variance + epsilon - ownEpsilon,
	);
	return { dtype: "float32", shape: tensor.shape, data };
}

/**
 * The weights of torchvision's `maskrcnn_resnet50_fpn` under mmdetection's names, those of the backbone without
 * `backbone.`, as a Mask R-CNN here has them and `importRun` takes them.
 *
 * The background, torchvision's first class, becomes the last, and what is predicted of its boxes and masks is
 * dropped. Names of torchvision before 0.13 are known too. Weights under other names are left as they are:
 * whether all are there is for the model to check that is made of them. Throws a `RangeError` for a category
 * that the checkpoint does not have.
 */
export function torchvisionDetector(
	tensors: NamedTensors,
	options: TorchvisionDetectorOptions = {},
): NamedTensors {
	checkOptions("torchvisionDetector", options, checks);
	const { categories, epsilon = ownEpsilon } = options;
	const scores = tensors["roi_heads.box_predictor.cls_score.bias"];
	const count = scores?.shape[0] ?? 1;
	const classes =
		categories ?? Array.from({ length: count - 1 }, (_, i) => i + 1);
	const convert = (name: string, tensor: NamedTensor): NamedTensor => {
		if (name.includes(".cls_score.")) return choose(tensor, [...classes, 0]);
		if (name.includes(".box_predictor.bbox_pred."))
			return choose(tensor, classes, 4);
		if (name.includes(".mask_fcn_logits.")) return choose(tensor, classes);
		const isMoved = epsilon !== ownEpsilon && name.endsWith(".running_var");
		return isMoved ? withEpsilon(tensor, epsilon) : tensor;
	};
	return Object.fromEntries(
		Object.entries(tensors)
			.filter(([name]) => !isDerived(name))
			.map(([name, tensor]) => [ownName(name), convert(name, tensor)]),
	);
}
