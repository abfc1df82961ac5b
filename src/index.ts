// What runs the maths.

export {
	type Compiled,
	type CompileOptions,
	compile,
} from "./engine/compile.js";
export {
	type EngineDescription,
	type EngineName,
	type EngineOptions,
	engine,
	useEngine,
} from "./engine/engine.js";
export { type HostOptions, onHost } from "./engine/host.js";
export type {
	HostArray,
	HostFunction,
	HostOutput,
} from "./engine/host-call.js";
export { HostValue } from "./engine/host-value.js";
export { drawNormal, drawUniform } from "./engine/random-tensor.js";

// Checkpoints and backbones.

export {
	type Architecture,
	type ArchitectureName,
	architectures,
	type OwnArchitecture,
} from "./backbones/architectures.js";
export {
	type Backbone,
	backbone,
	type ExportOptions,
	parameterCountOf,
	stateDictOf,
	untrainedBackbone,
} from "./backbones/backbone.js";
export type { ConvNeXtArchitecture } from "./backbones/convnext.js";
export type { Family } from "./backbones/family.js";
export {
	type FindOptions,
	type FoundCheckpoint,
	findCheckpoint,
} from "./backbones/find-checkpoint.js";
export type { ForwardOptions, Pyramid } from "./backbones/forward.js";
export {
	isHead,
	isInFirstStages,
	isNorm,
	isRelativePositionBias,
	type NameFilter,
	trainableParams,
} from "./backbones/groups.js";
export { type LoadOptions, loadBackbone } from "./backbones/load-backbone.js";
export type { ResNetArchitecture } from "./backbones/resnet.js";
export type { SwinArchitecture } from "./backbones/swin.js";
export { officialSwinNames } from "./backbones/swin-names.js";
export { type ZooName, zoo, zooEntry } from "./backbones/zoo.js";
export type { ZooEntry, ZooSource } from "./backbones/zoo-entry.js";
export { describe } from "./checkpoint/describe.js";
export type { ContainerName } from "./checkpoint/detect.js";
export { CheckpointError } from "./checkpoint/error.js";
export { PythonObject } from "./checkpoint/pickled.js";
export {
	type Checkpoint,
	type ReadOptions,
	readCheckpoint,
} from "./checkpoint/read.js";
export type { Other } from "./checkpoint/split.js";
export { type StateDictOptions, stateDict } from "./checkpoint/state-dict.js";
export {
	type NamedTensor,
	type NamedTensors,
	type TensorData,
	type TensorDType,
	toFloat32,
} from "./checkpoint/tensor.js";
export { writeSafetensors } from "./checkpoint/write-safetensors.js";
export type { BatchNormMode } from "./nn/batch-norm.js";
export {
	imagenetNormalization,
	type Normalization,
	normalize,
} from "./nn/normalize.js";
export type { Params } from "./nn/params.js";

// Images and what corrupts them.

export {
	type ChannelOrder,
	type CorruptOptions,
	corrupt,
} from "./corruptions/corrupt.js";
export {
	type CorruptAllOptions,
	type CorruptionRequest,
	corruptAll,
} from "./corruptions/corrupt-all.js";
export {
	type AnyCorruption,
	type Corruption,
	type CorruptionContext,
	type CorruptionGroup,
	type CorruptionLabel,
	type CorruptionName,
	type CorruptionParts,
	commonCorruptions,
	corruptionGroups,
	corruptionNames,
	type Draws,
	type Severity,
	type SeverityTable,
	severities,
	type Variant,
	variants,
} from "./corruptions/corruption.js";
export { defineCorruption } from "./corruptions/define-corruption.js";
export {
	type FrostSource,
	frostSource,
	loadFrostPictures,
} from "./corruptions/frost-pictures.js";
export {
	type Plot,
	type PlotCorruptionsOptions,
	plotCorruptions,
} from "./corruptions/plot-corruptions.js";
export { decodeImage, readImage } from "./image/decode.js";
export { encodePng, writeJpeg, writePng } from "./image/encode.js";
export { createImage, type Image } from "./image/image.js";
export { encodeJpeg } from "./image/jpeg/encode.js";
export {
	createLabelMap,
	ignoredLabel,
	type LabelMap,
} from "./image/label-map.js";
export { type OverlayOptions, overlay } from "./image/overlay.js";
export {
	type ResizeFilter,
	type ResizeOptions,
	resize,
} from "./image/resize.js";
export type { PoolOptions } from "./parallel/pool.js";

// What changes images in training.

export { auditPrime, type PrimeAudit } from "./augment/audit-prime.js";
export type {
	Augmentation,
	BatchAugmentation,
	BatchFacts,
	ChangeImages,
	ImageAugmentation,
	TrainingBatch,
} from "./augment/augmentation.js";
export {
	type AugmixOptions,
	augmix,
	augmixOperations,
} from "./augment/augmix.js";
export type { AugmixOperation } from "./augment/augmix-operations.js";
export { cutmix } from "./augment/cutmix.js";
export {
	type DiffeomorphismOptions,
	diffeomorphism,
} from "./augment/diffeomorphism.js";
export type { ImageOperation } from "./augment/image-operations.js";
export { imageGrid, toTensor } from "./augment/image-tensor.js";
export type { MixOptions } from "./augment/mix-batch.js";
export { mixup } from "./augment/mixup.js";
export { prime } from "./augment/prime.js";
export { drawPrime, type PrimeDraw } from "./augment/prime-draw.js";
export {
	type PrimeOptions,
	type PrimeReading,
	primePresets,
	primeReadings,
} from "./augment/prime-options.js";
export {
	type RandAugmentOptions,
	randAugment,
} from "./augment/rand-augment.js";
export {
	type RandomErasingOptions,
	randomErasing,
} from "./augment/random-erasing.js";
export {
	type RandomFilterOptions,
	randomFilter,
} from "./augment/random-filter.js";
export type { OperationOptions } from "./augment/random-operations.js";
export {
	type RandomSmoothColorOptions,
	randomSmoothColor,
} from "./augment/random-smooth-color.js";
export { trivialAugment } from "./augment/trivial-augment.js";
// What backbones are transferred to.

export { type Ade20kOptions, ade20k } from "./tasks/ade20k/ade20k.js";
export { ade20kClasses } from "./tasks/ade20k/classes.js";
export { meanIou } from "./tasks/ade20k/mean-iou.js";
export {
	ade20kPalette,
	type Palette,
	vocPalette,
} from "./tasks/ade20k/palette.js";
export {
	type SegmentationFolders,
	type SegmentationOptions,
	segmentation,
} from "./tasks/ade20k/segmentation.js";
export {
	type SegmentationFolderOptions,
	segmentationFolder,
} from "./tasks/ade20k/segmentation-folder.js";
export type {
	SceneOptions,
	SegmentationTask,
	SegmenterOptions,
} from "./tasks/ade20k/segmentation-task.js";
export type { TestViews } from "./tasks/ade20k/test-views.js";
export { type UperNetOptions, uperNet } from "./tasks/ade20k/uper-net.js";
export {
	type Cifar10Options,
	cifar10,
	cifar10Normalization,
} from "./tasks/cifar10/cifar10.js";
export { type CocoOptions, coco } from "./tasks/coco/coco.js";
export {
	type AnnotatedImages,
	type AnnotatedImagesOptions,
	annotatedImages,
} from "./tasks/coco/data/annotated-images.js";
export { cocoClasses } from "./tasks/coco/data/classes.js";
export {
	cocoMultiScale,
	type DetectionViews,
	type MultiScaleCrop,
} from "./tasks/coco/data/detection-views.js";
export {
	type DetectionData,
	type DetectionOptions,
	detection,
} from "./tasks/coco/detection.js";
export type {
	DetectionTask,
	DetectorOptions,
} from "./tasks/coco/detection-task.js";
export {
	type DrawDetectionsOptions,
	drawDetections,
} from "./tasks/coco/draw-detections.js";
export type {
	Annotated,
	Detections,
	Instances,
} from "./tasks/coco/instances.js";
export { type MaskRcnn, maskRcnn } from "./tasks/coco/mask-rcnn/mask-rcnn.js";
export type { MaskRcnnOptions } from "./tasks/coco/mask-rcnn/mask-rcnn-options.js";
export {
	type TorchvisionDetectorOptions,
	torchvisionDetector,
} from "./tasks/coco/mask-rcnn/torchvision-detector.js";
export { boxRle, polygonsRle } from "./tasks/coco/rle/polygon.js";
export {
	type Box,
	createRle,
	decodeRle,
	encodeRle,
	type Rle,
	rleArea,
	rleBox,
} from "./tasks/coco/rle/rle.js";
export { rleIou } from "./tasks/coco/rle/rle-iou.js";
export { mergeRles } from "./tasks/coco/rle/rle-merge.js";
export { rleFromString, rleToString } from "./tasks/coco/rle/rle-string.js";
export {
	type AveragePrecisionOptions,
	averagePrecision,
} from "./tasks/coco/score/average-precision.js";
export { defineTask, type TaskParts, vary } from "./tasks/define-task.js";
export { type HoldOutOptions, holdOut } from "./tasks/hold-out.js";
export {
	type ImageFolderOptions,
	imageFolder,
} from "./tasks/image-folder/image-folder.js";
export { type Domain, domains } from "./tasks/shapes/domain.js";
export {
	type MiniBackboneName,
	miniBackbone,
	miniBackboneNames,
} from "./tasks/shapes/mini-backbone.js";
export {
	type Picture,
	render,
	type VisibleThing,
} from "./tasks/shapes/render.js";
export { type Scene, type SceneKey, scene } from "./tasks/shapes/scene.js";
export {
	type ShapesOptions,
	shapes,
	shapesNormalization,
} from "./tasks/shapes/shapes.js";
export {
	type ShapesDetectionOptions,
	shapesDetection,
} from "./tasks/shapes/shapes-detection.js";
export {
	type ShapesSegmentationOptions,
	shapesSegmentation,
} from "./tasks/shapes/shapes-segmentation.js";
export type {
	BatchTargets,
	Dataset,
	Example,
	Metric,
	Network,
	NetworkOutput,
	Sample,
	Shown,
	Size,
	Task,
	TaskSource,
} from "./tasks/task.js";

export type {
	Change,
	Concern,
	Made,
	TaskIdentity,
} from "./tasks/task-identity.js";

// Fine-tuning.

export type { CodeSource, Own } from "./own.js";
export type { LogRow } from "./runs/run-folder.js";
export { type AdversarialOptions, adversarial } from "./train/adversarial.js";
export { type FinetuneOptions, finetune } from "./train/finetune.js";
export { type ImportRunOptions, importRun } from "./train/import-run.js";
export {
	type JensenShannonOptions,
	jensenShannon,
} from "./train/jensen-shannon.js";
export type { Every, TrainingView } from "./train/look.js";
export type {
	OptimizerRule,
	UpdateAt,
	WeightAfter,
	WeightBefore,
} from "./train/optimizer-rule.js";
export type {
	CrossEntropy,
	OutputLoss,
	RecipeLoss,
} from "./train/output-loss.js";
export type { Plateau } from "./train/plateau.js";
export {
	type AdamW,
	type Augment,
	cocoLearningRates,
	degreeOfFineTuning,
	type Length,
	type Recipe,
	type Rhythm,
	recipes,
	type Sgd,
	type Undecayed,
} from "./train/recipe.js";
export type { Regularizer } from "./train/regularizer.js";
export {
	type Progress,
	progressText,
	type Reporter,
} from "./train/reporter.js";
export { listRuns, openRun, type Run, type RunRecord } from "./train/run.js";
export {
	learningRateAt,
	type Position,
	type Schedule,
	type ScheduleRule,
	type WarmUp,
} from "./train/schedule.js";
export type { Watch } from "./train/watch.js";
export type { WeightRule } from "./train/weight-rules.js";

// Scoring.

export { evaluate } from "./evaluate/evaluate.js";
export type { EvaluateOptions } from "./evaluate/evaluate-options.js";
export { predict } from "./evaluate/predict.js";
export {
	packHits,
	type ResultRow,
	unpackHits,
} from "./evaluate/result-row.js";
export { readResults } from "./evaluate/results.js";

// From scores to tables, figures and reports.

export { type BootstrapOptions, bootstrap } from "./analysis/bootstrap.js";
export { byCorruption, byGroup, bySeverity } from "./analysis/breakdown.js";
export { byClass } from "./analysis/by-class.js";
export {
	alexnetErrors,
	type ReferenceOptions,
} from "./analysis/corruption-error.js";
export type { Figure, Trace } from "./analysis/figure.js";
export { figureToHtml } from "./analysis/figure-to-html.js";
export { figureToPng, type PngOptions } from "./analysis/figure-to-png.js";
export { figureToSvg } from "./analysis/figure-to-svg.js";
export type { FormatOptions } from "./analysis/format-table.js";
export type { FigureOptions } from "./analysis/intervals.js";
export {
	type FoundResults,
	findResults,
	type LoadResultsOptions,
	loadResults,
} from "./analysis/load-results.js";
export { plotAugmentation } from "./analysis/plot-augmentation.js";
export { plotDegreeOfFineTuning } from "./analysis/plot-degree-of-fine-tuning.js";
export { plotHeatMap } from "./analysis/plot-heat-map.js";
export {
	type ImageStripsOptions,
	plotImageStrips,
	type Strip,
	type StripPicture,
} from "./analysis/plot-image-strips.js";
export { plotPareto } from "./analysis/plot-pareto.js";
export {
	plotSegmentation,
	type SegmentationFigureOptions,
	type SegmentedView,
} from "./analysis/plot-segmentation.js";
export {
	plotSeverities,
	type SeveritiesOptions,
} from "./analysis/plot-severities.js";
export {
	type LoggedRun,
	plotTraining,
	type TrainingOptions,
} from "./analysis/plot-training.js";
export { type PublishedScore, publishedScores } from "./analysis/published.js";
export {
	type PublishedCurve,
	publishedCocoCurves,
} from "./analysis/published-curves.js";
export { type ReportOptions, writeReport } from "./analysis/report.js";
export { type RobustnessOptions, robustness } from "./analysis/robustness.js";
export { runColumns } from "./analysis/score-groups.js";
export type {
	CellOptions,
	ScoredCorruption,
} from "./analysis/scored-corruption.js";
export { selectMetric } from "./analysis/select-metric.js";
export { spreadOverSeeds } from "./analysis/spread.js";
export { studyTable } from "./analysis/study-table.js";
export type { Results } from "./analysis/table-rows.js";
export { tableToHtml } from "./analysis/table-to-html.js";
export { type LatexOptions, tableToLatex } from "./analysis/table-to-latex.js";
export { tableToMarkdown } from "./analysis/table-to-markdown.js";
export { writeFigure } from "./analysis/write-figure.js";
export {
	tableToArrow,
	tableToCsv,
	writeTable,
} from "./analysis/write-table.js";

// Randomness is an argument.

export { Random } from "./random.js";
