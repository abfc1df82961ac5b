/**
 * Whose Mask R-CNN: that of mmdetection 2.11, which the paper used, or torchvision's 0.14.
 *
 * They have the same layers and differ in many small rules; `rpnSettings` names those of the first stage.
 */
export type Convention = "mmdetection" | "torchvision";
