import type { Architecture } from "../backbones/architectures.js";

/** Which block of the network a weight belongs to, from 0, the stem, to `last`, the head. */
export interface LayerIndex {
	readonly last: number;
	of(name: string): number;
}

const sum = (numbers: readonly number[]): number =>
	numbers.reduce((total, number) => total + number, 0);

/**
 * Counts the blocks of a network for layer-wise learning-rate decay.
 *
 * The patch merging of a Swin Transformer goes with the block before it, the norms on its levels with the
 * head. Source: microsoft/SimMIM, `optimizer.py` (`get_swin_layer`); a ResNet is counted likewise.
 */
export function layerIndex({ depths }: Architecture): LayerIndex {
	const last = sum(depths) + 1;
	return {
		last,
		of(name) {
			if (/^(conv1|bn1|patch_embed)\./.test(name)) return 0;
			const block = /^layer(?:s\.)?(\d+)\.(?:blocks\.)?(\d+)\./.exec(name);
			if (block) {
				const stage = Number(block[1]) - (name.startsWith("layers.") ? 0 : 1);
				return sum(depths.slice(0, stage)) + Number(block[2]) + 1;
			}
			const merging = /^layers\.(\d+)\.downsample\./.exec(name);
			return merging ? sum(depths.slice(0, Number(merging[1]) + 1)) : last;
		},
	};
}
