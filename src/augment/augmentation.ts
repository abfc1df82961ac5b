import type { Tensor4D } from "@tensorflow/tfjs";
import type { Random } from "../random.js";

/**
 * A change of training images, drawn anew at every call.
 *
 * Images are `[batch, height, width, 3]` in 0-1, before normalization; so is the result, a new tensor.
 */
export type Augmentation = (images: Tensor4D, random: Random) => Tensor4D;
