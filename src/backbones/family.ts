import type * as tf from "@tensorflow/tfjs";
import type { KeyChecks } from "../check/check-options.js";
import type { NamedTensors } from "../checkpoint/tensor.js";
import type { ParamSpecs, Params } from "../nn/params.js";
import type { CodeSource } from "../own.js";
import type { ForwardOptions } from "./forward.js";

/** What every architecture says of itself; the other settings are its family's own, in plain JSON. */
export interface Settings {
	/** Outputs of the classifier; 0 for none. */
	readonly classes: number;
}

/** An architecture and its weights. */
export interface Weighted<Net> {
	readonly net: Net;
	readonly params: Params;
}

/** How weights are drawn before training. */
export interface InitialOptions {
	/** Whether each residual block starts as the identity, where the family can do that. */
	readonly zeroInitResidual?: boolean;
}

/** Which layer of the network a weight belongs to, from 0, the stem, to `last`, the head. */
export interface LayerIndex {
	readonly last: number;
	/** The layer of a weight of that name. */
	of(name: string): number;
}

/**
 * A kind of network, of which architectures are made by settings: `{ family: mine, classes: 10, width: 16 }` stands
 * wherever the name of an architecture does.
 *
 * Images and feature maps are `[batch, height, width, channels]`. Names are those of the state_dict. What the
 * functions close over is not in their text, of which the ids of runs are made: what varies belongs into the settings.
 * What may be left out is asked for by an error where it is needed.
 */
export interface Family<Net extends Settings = Settings> {
	/** What records and messages call it. */
	readonly name: string;
	/** What each setting must be; without it, any settings are taken. */
	readonly settings?: KeyChecks;
	/** Throws where the settings do not go together. */
	check?(net: Net): void;
	/** The weights, in the order of the state_dict: the classifier's where there are classes. */
	params(net: Net, options?: InitialOptions): ParamSpecs;
	/** The name of the classifier, one linear layer on the features. */
	head(net: Net): string;
	/** The feature maps, from the first to the last. */
	stages(
		model: Weighted<Net>,
		images: tf.Tensor4D,
		options: ForwardOptions,
	): tf.Tensor4D[];
	/** What the classifier sees, `[batch, channels]`; by default the last feature map, averaged. */
	features?(
		model: Weighted<Net>,
		images: tf.Tensor4D,
		options: ForwardOptions,
	): tf.Tensor2D;
	/** The channels of the feature maps, where there are four at strides 4, 8, 16 and 32: UPerNet and Mask R-CNN need them. */
	pyramidChannels?(net: Net): readonly number[] | undefined;
	/** The architecture as detectors and segmenters have it; by default the same. */
	dense?(net: Net): Net;
	/** The stage of a weight or layer, 0 for the stem, undefined behind the stages: by it, first stages are frozen. */
	stageOf?(name: string, net: Net): number | undefined;
	/** The layers by which the learning rate decays towards the stem. */
	layerIndex?(net: Net): LayerIndex;
	/** The same by stages; by default, those of `stageOf`, the head behind them. */
	stageIndex?(net: Net): LayerIndex;
	/** Whether a name is that of a norm; by default, `bn` or `norm` and a number, as in torchvision. */
	isNorm?(name: string, net: Net): boolean;
	/** The tensors under the names of the family, where others published the same network under other names. */
	renamed?(tensors: NamedTensors, net: Net): NamedTensors;
	/** Whether a tensor of a checkpoint is left out, as tables that follow from the sizes are. */
	isUnused?(name: string, net: Net): boolean;
	/** What PyTorch's state_dict has beside the weights, for images of that size. */
	tables?(net: Net, inputSize?: number): NamedTensors;
	/** Where later processes find it: the module that exports it. */
	readonly source?: CodeSource;
}
