import type { NamedTensor, NamedTensors } from "../checkpoint/tensor.js";
import type { Architecture } from "./architectures.js";
import { familyOf } from "./families.js";
import { isDerived } from "./state-dict.js";

const prefix = "backbone.";

/**
 * Brings the weights of a detector or segmenter of OpenMMLab under the names that they have here: those of
 * the backbone as its family has them, and the other parts' own, such as `decode_head.` and `auxiliary_head.`.
 *
 * `tensors` are a state_dict of mmdetection or mmsegmentation, or of a run, which has these names already;
 * counters, and tables that follow from the sizes, are left out. Whether the weights are all there is for the
 * model to check that is made of them.
 */
export function fromOpenMmlab(
	tensors: NamedTensors,
	architecture: Architecture,
): NamedTensors {
	const backbone: Record<string, NamedTensor> = {};
	const head: Record<string, NamedTensor> = {};
	for (const [name, tensor] of Object.entries(tensors)) {
		if (isDerived(name)) continue;
		if (name.startsWith(prefix)) backbone[name.slice(prefix.length)] = tensor;
		else head[name] = tensor;
	}
	const isPrefixed = Object.keys(backbone).length > 0;
	const given = isPrefixed ? backbone : head;
	const renamed = familyOf(architecture).renamed?.(given, architecture);
	return { ...(renamed ?? given), ...(isPrefixed && head) };
}
