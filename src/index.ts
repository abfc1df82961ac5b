// What runs the maths.

export { engine, useEngine } from "./engine/engine.js";

// Checkpoints and backbones.

export { architectures } from "./backbones/architectures.js";
export {
	backbone,
	parameterCountOf,
	stateDictOf,
	untrainedBackbone,
} from "./backbones/backbone.js";
export { findCheckpoint } from "./backbones/find-checkpoint.js";
export { loadBackbone } from "./backbones/load-backbone.js";
export {
	miniBackbone,
	miniBackboneNames,
} from "./backbones/mini-backbone.js";
export { zoo, zooEntry } from "./backbones/zoo.js";
export { describeCheckpoint } from "./checkpoint/describe.js";
export { readCheckpoint } from "./checkpoint/read.js";
export { stateDict } from "./checkpoint/state-dict.js";
export { writeSafetensors } from "./checkpoint/write-safetensors.js";

// Images, and what corrupts them.

export { plotCorruptions } from "./analysis/plot-corruptions.js";
export { cifar10CBar } from "./corruptions/c-bar/cifar-10-c-bar.js";
export { imagenetCBar } from "./corruptions/c-bar/imagenet-c-bar.js";
export { corrupt } from "./corruptions/corrupt.js";
export { corruptAll } from "./corruptions/corrupt-all.js";
export {
	commonCorruptions,
	corruptionGroups,
	corruptionNames,
	corruptionVariants,
	severities,
} from "./corruptions/corruption.js";
export { defineCorruption } from "./corruptions/define-corruption.js";
export { loadFrostPictures } from "./corruptions/frost-pictures.js";
export { smallSceneCorruptions } from "./corruptions/small-scene-weather.js";
export { readImage } from "./image/decode.js";
export { writePng } from "./image/encode.js";
export { overlay } from "./image/overlay.js";
export { resize } from "./image/resize.js";

// What changes images in training.

export { augmix } from "./augment/augmix.js";
export { cutmix } from "./augment/cutmix.js";
export { mixup } from "./augment/mixup.js";
export { prime } from "./augment/prime.js";
export { primePresets } from "./augment/prime-options.js";
export { randAugment } from "./augment/rand-augment.js";
export { randomErasing } from "./augment/random-erasing.js";
export { trivialAugment } from "./augment/trivial-augment.js";

// What backbones are transferred to.

export { imagenetNormalization } from "./nn/normalize.js";
export { ade20k } from "./tasks/ade20k/ade20k.js";
export { segmentation } from "./tasks/ade20k/segmentation.js";
export { cifar10 } from "./tasks/cifar10/cifar10.js";
export { cifar100 } from "./tasks/cifar100/cifar100.js";
export { coco } from "./tasks/coco/coco.js";
export { detection } from "./tasks/coco/detection.js";
export { drawDetections } from "./tasks/coco/draw-detections.js";
export { defineTask, vary } from "./tasks/define-task.js";
export { holdOut } from "./tasks/hold-out.js";
export { imageFolder } from "./tasks/image-folder/image-folder.js";
export { imagenet } from "./tasks/imagenet/imagenet.js";
export { shapes } from "./tasks/shapes/shapes.js";
export { shapesDetection } from "./tasks/shapes/shapes-detection.js";
export { shapesSegmentation } from "./tasks/shapes/shapes-segmentation.js";
export { adversarial } from "./train/adversarial.js";

// Fine-tuning.

export { distillation } from "./train/distillation.js";
export { finetune } from "./train/finetune.js";
export { importRun } from "./train/import-run.js";
export { probe } from "./train/probe.js";
export {
	cocoLearningRates,
	degreeOfFineTuning,
	recipes,
} from "./train/recipe.js";
export { listRuns, openRun } from "./train/run.js";

// Remedies, and runs made of others.

export { combineRuns } from "./combine/combine-runs.js";
export { remedies } from "./combine/remedies.js";

// Scoring.

export { attack } from "./evaluate/attack.js";
export { barrier } from "./evaluate/barrier.js";
export { batchNormAdaptation } from "./evaluate/batch-norm-adaptation.js";
export { evaluate } from "./evaluate/evaluate.js";
export { predict } from "./evaluate/predict.js";
export { publishedSet } from "./evaluate/published/published-set.js";
export { scoreBackbone } from "./evaluate/score-backbone.js";
export { tent } from "./evaluate/tent.js";

// Many runs, on this machine or a cluster.

export { attach } from "./sweep/attach.js";
export { local } from "./sweep/local.js";
export { slurm } from "./sweep/slurm.js";
export { sweep } from "./sweep/sweep.js";

// From scores to tables, figures and reports.

export { bootstrap } from "./analysis/bootstrap.js";
export { byCorruption, byGroup, bySeverity } from "./analysis/breakdown.js";
export { byClass } from "./analysis/by-class.js";
export { calibration } from "./analysis/calibration.js";
export { compare } from "./analysis/compare.js";
export { comparePairs } from "./analysis/compare-pairs.js";
export { alexnetErrors } from "./analysis/corruption-error.js";
export { effectiveRobustness } from "./analysis/effective-robustness.js";
export { loadResults } from "./analysis/load-results.js";
export { plotAugmentation } from "./analysis/plot-augmentation.js";
export { plotDegreeOfFineTuning } from "./analysis/plot-degree-of-fine-tuning.js";
export { plotHeatMap } from "./analysis/plot-heat-map.js";
export { plotImageStrips } from "./analysis/plot-image-strips.js";
export { plotPareto } from "./analysis/plot-pareto.js";
export { plotSegmentation } from "./analysis/plot-segmentation.js";
export { plotSeverities } from "./analysis/plot-severities.js";
export { plotTraining } from "./analysis/plot-training.js";
export { plotTransfer } from "./analysis/plot-transfer.js";
export { publishedScores } from "./analysis/published.js";
export { publishedCocoCurves } from "./analysis/published-curves.js";
export { writeReport } from "./analysis/report.js";
export { writeReportCard } from "./analysis/report-card.js";
export { robustness } from "./analysis/robustness.js";
export { selectMetric } from "./analysis/select-metric.js";
export { spreadOverSeeds } from "./analysis/spread.js";
export { studyTable } from "./analysis/study-table.js";
export { writeFigure } from "./analysis/write-figure.js";
export { writeTable } from "./analysis/write-table.js";

// Randomness is an argument.

export { Random } from "./random.js";

// Types that a notebook names.

export type { Backbone } from "./backbones/backbone.js";
export type { ZooName } from "./backbones/zoo.js";
export type { ResultRow } from "./evaluate/result-row.js";
export type { Image } from "./image/image.js";
export type { Task } from "./tasks/task.js";
export type { Recipe } from "./train/recipe.js";
export type { Run } from "./train/run.js";
