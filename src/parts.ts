// Checks of options.

export type {
	Check,
	KeyChecks,
	RequiredCheck,
	Rule,
} from "./check/check-options.js";

// Things of one's own.

export { type CodeSource, isOwn, type Own, type OwnForm } from "./own.js";

// What is on the disk.

export type { FolderRecord, LogRow, RunFolder } from "./runs/run-folder.js";

// Threads.

export type { PoolOptions } from "./parallel/pool.js";

// The engine.

export {
	type Compiled,
	type CompileOptions,
	compile,
} from "./engine/compile.js";
export type {
	EngineDescription,
	EngineName,
	EngineOptions,
} from "./engine/engine.js";
export { type HostOptions, onHost } from "./engine/host.js";
export type {
	HostArray,
	HostDType,
	HostFunction,
	HostOutput,
} from "./engine/host-call.js";
export { HostValue } from "./engine/host-value.js";
export { drawNormal, drawUniform } from "./engine/random-tensor.js";
export { isRecomputing } from "./engine/recompute.js";

// Layers.

export { adaptiveAveragePool } from "./nn/adaptive-average-pool.js";
export {
	type BatchNormMode,
	type BatchNormModes,
	type BatchStatistics,
	batchNorm,
	batchNormParams,
} from "./nn/batch-norm.js";
export { convBnRelu, convBnReluParams } from "./nn/conv-bn-relu.js";
export { type Conv2dOptions, conv2d, conv2dParams } from "./nn/conv2d.js";
export { type CrossEntropyOptions, crossEntropy } from "./nn/cross-entropy.js";
export { dropout2d, stochasticDepth } from "./nn/drop.js";
export { gelu } from "./nn/gelu.js";
export { globalAveragePool } from "./nn/global-average-pool.js";
export { layerNorm, layerNormParams } from "./nn/layer-norm.js";
export { linear, linearParams } from "./nn/linear.js";
export { maxPool } from "./nn/max-pool.js";
export { meanEntropy } from "./nn/mean-entropy.js";
export { type Normalization, normalize } from "./nn/normalize.js";
export {
	type Initial,
	type ParamSpec,
	type ParamSpecs,
	type Params,
	param,
	parameterCount,
} from "./nn/params.js";
export { resizeBilinear } from "./nn/resize.js";
export { shownPositions } from "./nn/shown-positions.js";

// Checkpoints.

export type { ContainerName } from "./checkpoint/detect.js";
export { CheckpointError } from "./checkpoint/error.js";
export {
	PersistentId,
	type Pickled,
	PythonObject,
	type Scalar,
} from "./checkpoint/pickled.js";
export type { Checkpoint, ReadOptions } from "./checkpoint/read.js";
export type { Other } from "./checkpoint/split.js";
export type { StateDictOptions } from "./checkpoint/state-dict.js";
export {
	type NamedTensor,
	type NamedTensors,
	type TensorData,
	type TensorDType,
	toFloat32,
} from "./checkpoint/tensor.js";

// Backbones.

export type {
	ArchitectureForm,
	FamilyForm,
} from "./backbones/architecture-form.js";
export type {
	Architecture,
	ArchitectureName,
	OwnArchitecture,
} from "./backbones/architectures.js";
export type { ExportOptions, UntrainedOptions } from "./backbones/backbone.js";
export { blockIndex, type Place } from "./backbones/block-index.js";
export { checkpointed, type NetworkPart } from "./backbones/checkpointed.js";
export type { ConvNeXtArchitecture } from "./backbones/convnext.js";
export type {
	Family,
	InitialOptions,
	LayerIndex,
	Settings,
	Weighted,
} from "./backbones/family.js";
export type {
	FindOptions,
	FoundCheckpoint,
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
export type { LoadOptions } from "./backbones/load-backbone.js";
export { pyramidChannels } from "./backbones/pyramid-channels.js";
export type { ResNetArchitecture } from "./backbones/resnet.js";
export type { SwinArchitecture } from "./backbones/swin.js";
export { officialSwinNames } from "./backbones/swin-names.js";
export type { ZooEntry, ZooSource } from "./backbones/zoo-entry.js";

// Images.

export { centerCrop, type Rectangle } from "./image/crop.js";
export { decodeImage } from "./image/decode.js";
export { encodePng, writeJpeg } from "./image/encode.js";
export { createImage } from "./image/image.js";
export { encodeJpeg } from "./image/jpeg/encode.js";
export {
	createLabelMap,
	ignoredLabel,
	type LabelMap,
	type ResizedPart,
} from "./image/label-map.js";
export type { ImageNote, NotedImage } from "./image/noted-image.js";
export type { OverlayOptions } from "./image/overlay.js";
export { rescaledSize } from "./image/rescaled-size.js";
export type { ResizeFilter, ResizeOptions } from "./image/resize.js";
export { resizeLinear } from "./image/resize-linear.js";
export { resizeShorter } from "./image/resize-shorter.js";

// Corruptions.

export type { ChannelOrder, CorruptOptions } from "./corruptions/corrupt.js";
export type {
	CorruptAllOptions,
	CorruptionRequest,
} from "./corruptions/corrupt-all.js";
export type {
	AnyCorruption,
	Corruption,
	CorruptionContext,
	CorruptionGroup,
	CorruptionLabel,
	CorruptionName,
	CorruptionParts,
	Draws,
	Severity,
	SeverityTable,
	Variant,
} from "./corruptions/corruption.js";
export { type FrostSource, frostSource } from "./corruptions/frost-pictures.js";
export { smallSceneWeather } from "./corruptions/small-scene-weather.js";

// Augmentation.

export { auditPrime, type PrimeAudit } from "./augment/audit-prime.js";
export type {
	Augmentation,
	BatchAugmentation,
	BatchFacts,
	ChangeImages,
	ImageAugmentation,
	TrainingBatch,
} from "./augment/augmentation.js";
export { type AugmixOptions, augmixOperations } from "./augment/augmix.js";
export type { AugmixOperation } from "./augment/augmix-operations.js";
export { diffeomorphism } from "./augment/diffeomorphism.js";
export type {
	DiffeomorphismDraw,
	DiffeomorphismOptions,
} from "./augment/draw-diffeomorphism.js";
export type {
	RandomFilterDraw,
	RandomFilterOptions,
} from "./augment/draw-filter.js";
export type {
	RandomSmoothColorDraw,
	RandomSmoothColorOptions,
} from "./augment/draw-smooth-color.js";
export type {
	ImageOperation,
	Interpolation,
} from "./augment/image-operations.js";
export {
	type GridOptions,
	imageGrid,
	toTensor,
} from "./augment/image-tensor.js";
export type { MixOptions } from "./augment/mix-batch.js";
export {
	drawPrime,
	type PrimeDraw,
	type PrimeStep,
} from "./augment/prime-draw.js";
export {
	type PrimeOptions,
	type PrimeReading,
	type Primitive,
	primeReadings,
} from "./augment/prime-options.js";
export type { RandAugmentOptions } from "./augment/rand-augment.js";
export { randomCrop } from "./augment/random-crop.js";
export type { RandomErasingOptions } from "./augment/random-erasing.js";
export { randomFilter } from "./augment/random-filter.js";
export { randomFlip } from "./augment/random-flip.js";
export type { OperationOptions } from "./augment/random-operations.js";
export {
	type RandomResizedCropOptions,
	randomResizedCrop,
} from "./augment/random-resized-crop.js";
export { randomSmoothColor } from "./augment/random-smooth-color.js";
export {
	type LabeledImage,
	type ScaleAndCropDraw,
	type ScaleAndCropOptions,
	scaleAndCrop,
} from "./augment/scale-and-crop.js";

// Tasks.

export type { MiniBackboneName } from "./backbones/mini-backbone.js";
export { accuracy } from "./tasks/accuracy.js";
export type { Ade20kOptions } from "./tasks/ade20k/ade20k.js";
export {
	cityscapesClasses,
	cityscapesLabelIds,
} from "./tasks/ade20k/cityscapes.js";
export { ade20kClasses } from "./tasks/ade20k/classes.js";
export type { LabelValues } from "./tasks/ade20k/label-values.js";
export { meanIou } from "./tasks/ade20k/mean-iou.js";
export {
	ade20kPalette,
	type Palette,
	vocPalette,
} from "./tasks/ade20k/palette.js";
export type {
	SegmentationFolders,
	SegmentationOptions,
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
export {
	type UperNet,
	type UperNetOptions,
	uperNet,
} from "./tasks/ade20k/uper-net.js";
export {
	type Cifar10Options,
	cifar10Normalization,
} from "./tasks/cifar10/cifar10.js";
export {
	type Cifar100Options,
	cifar100Normalization,
} from "./tasks/cifar100/cifar100.js";
export {
	type Classification,
	type ClassificationMetric,
	classification,
} from "./tasks/classification.js";
export type { BoxArray } from "./tasks/coco/box-array.js";
export type { CocoOptions } from "./tasks/coco/coco.js";
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
	type Scale,
} from "./tasks/coco/data/detection-views.js";
export type {
	DetectionData,
	DetectionOptions,
} from "./tasks/coco/detection.js";
export type {
	DetectionTask,
	DetectorOptions,
} from "./tasks/coco/detection-task.js";
export type { DrawDetectionsOptions } from "./tasks/coco/draw-detections.js";
export type {
	Annotated,
	Detections,
	Id,
	Instances,
} from "./tasks/coco/instances.js";
export type {
	AssignOptions,
	SampleOptions,
} from "./tasks/coco/mask-rcnn/assign.js";
export type { BoxCoder, Boxes } from "./tasks/coco/mask-rcnn/box.js";
export { type MaskRcnn, maskRcnn } from "./tasks/coco/mask-rcnn/mask-rcnn.js";
export { type NmsOptions, nms } from "./tasks/coco/mask-rcnn/nms.js";
export type { AlignRule } from "./tasks/coco/mask-rcnn/region-taps.js";
export {
	type Regions,
	type RoiAlignOptions,
	roiAlign,
} from "./tasks/coco/mask-rcnn/roi-align.js";
export type {
	Convention,
	DetectSettings,
	MaskRcnnOptions,
	RegionSettings,
} from "./tasks/coco/mask-rcnn/settings.js";
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
export { type IouOptions, rleIou } from "./tasks/coco/rle/rle-iou.js";
export { type MergeRule, mergeRles } from "./tasks/coco/rle/rle-merge.js";
export { rleFromString, rleToString } from "./tasks/coco/rle/rle-string.js";
export {
	type AveragePrecisionOptions,
	averagePrecision,
} from "./tasks/coco/score/average-precision.js";
export type { Kind } from "./tasks/coco/score/score-image.js";
export type { TaskParts } from "./tasks/define-task.js";
export type { HoldOutOptions } from "./tasks/hold-out.js";
export type { ImageFolderOptions } from "./tasks/image-folder/image-folder.js";
export type { PictureSplit } from "./tasks/image-folder/split-pictures.js";
export type {
	ImageViewOptions,
	TestCrop,
	TrainingCrop,
} from "./tasks/image-views.js";
export type { ImagenetOptions } from "./tasks/imagenet/imagenet.js";
export type {
	ImageSubset,
	ValidationOptions,
} from "./tasks/imagenet/validation-images.js";
export { wnids } from "./tasks/imagenet/wnids.js";
export { imageSums } from "./tasks/per-image/image-sums.js";
export type {
	ImageSums,
	PerImage,
	PerImageKind,
} from "./tasks/per-image/per-image.js";
export type { ShapeClass } from "./tasks/shapes/classes.js";
export type { CrowdedPictureOptions } from "./tasks/shapes/crowded-pictures.js";
export { type Domain, domains } from "./tasks/shapes/domain.js";
export type { Outline, Polygon } from "./tasks/shapes/outline.js";
export {
	type Picture,
	render,
	type VisibleThing,
} from "./tasks/shapes/render.js";
export {
	type Color,
	type Paint,
	type Scene,
	type SceneKey,
	scene,
	type Thing,
} from "./tasks/shapes/scene.js";
export {
	type ShapesOptions,
	shapesNormalization,
} from "./tasks/shapes/shapes.js";
export type { ShapesDetectionOptions } from "./tasks/shapes/shapes-detection.js";
export type { ShapesSegmentationOptions } from "./tasks/shapes/shapes-segmentation.js";
export type { TextureName } from "./tasks/shapes/texture.js";
export type {
	BatchTargets,
	CorruptedAt,
	Dataset,
	Example,
	Metric,
	Network,
	NetworkOutput,
	Sample,
	Shown,
	Size,
	TaskSource,
} from "./tasks/task.js";
export type {
	Change,
	Concern,
	Made,
	TaskIdentity,
} from "./tasks/task-identity.js";

// Training.

export {
	type JensenShannonOptions,
	jensenShannon,
} from "./nn/jensen-shannon.js";
export type { AdversarialOptions } from "./train/adversarial.js";
export type { Corrected } from "./train/anchored.js";
export type { AnchoredDecayOptions } from "./train/anchored-decay.js";
export type { AttackNorm } from "./train/attack-ball.js";
export type { AutoRgnOptions } from "./train/auto-rgn.js";
export type { Average } from "./train/average.js";
export type { BlockMatch } from "./train/blocks.js";
export type { FinetuneOptions } from "./train/finetune.js";
export type { FtpOptions } from "./train/ftp.js";
export type { ImportRunOptions } from "./train/import-run.js";
export type { L2SpOptions } from "./train/l2-sp.js";
export type { LayerDecay } from "./train/layer-decay.js";
export type { Ancestor, Derived, Origin } from "./train/lineage.js";
export type { Every, TrainingView } from "./train/look.js";
export type { Measured } from "./train/measured.js";
export type {
	HeldOutRule,
	OptimizerRule,
	Slopes,
	UpdateAt,
	WeightAfter,
	WeightBefore,
	WeightState,
} from "./train/optimizer-rule.js";
export type {
	CrossEntropy,
	OutputLoss,
	RecipeLoss,
} from "./train/output-loss.js";
export type { Plateau } from "./train/plateau.js";
export type { ProbeOptions } from "./train/probe.js";
export type { Probed, ProbeSettings } from "./train/probe-settings.js";
export type {
	AdamW,
	Augment,
	Length,
	NamedAugment,
	Rhythm,
	Sgd,
	Undecayed,
} from "./train/recipe.js";
export type {
	LossRegularizer,
	PulledWeight,
	PullRegularizer,
	Regularizer,
} from "./train/regularizer.js";
export {
	type Progress,
	progressText,
	type Reporter,
} from "./train/reporter.js";
export type { RgnOptions } from "./train/rgn.js";
export type { RunRecord } from "./train/run.js";
export {
	type BuiltInSchedule,
	type Course,
	learningRateAt,
	type Position,
	type Schedule,
	type ScheduleRule,
	type WarmUp,
} from "./train/schedule.js";
export type { SpdOptions } from "./train/spd.js";
export type { TpgmOptions } from "./train/tpgm.js";
export type { LastUpdate } from "./train/training-state.js";
export type { Watch } from "./train/watch.js";
export type { WeightFacts } from "./train/weight-facts.js";
export type { WeightRule } from "./train/weight-rules.js";

// Runs made of others.

export type { StatisticsOptions } from "./combine/batch-norm-statistics.js";
export type {
	Combination,
	CombineAbout,
	Combined,
	CombineRule,
	FisherOptions,
	Member,
} from "./combine/combination.js";
export type { CombineRunsOptions } from "./combine/combine-runs.js";
export type { InterpolateOptions } from "./combine/interpolate.js";
export type { ModelStockOptions } from "./combine/model-stock.js";
export type { Remedies } from "./combine/remedies.js";
export type { GreedySoupOptions } from "./combine/soups.js";

// Scoring.

export type {
	Adaptation,
	Adapter,
	Adapting,
} from "./evaluate/adaptation.js";
export type { AttackOptions, AttackSettings } from "./evaluate/attack.js";
export type { Barrier, BarrierOptions } from "./evaluate/barrier.js";
export type { BatchNormAdaptationOptions } from "./evaluate/batch-norm-adaptation.js";
export type { EvaluateOptions } from "./evaluate/evaluate-options.js";
export type {
	PublishedAddress,
	PublishedCorruption,
	PublishedImages,
	TestCondition,
} from "./evaluate/published/published-corruption.js";
export type { PublishedSetOptions } from "./evaluate/published/published-set.js";
export type { PublishedSetName } from "./evaluate/published/sets.js";
export { packHits, unpackHits } from "./evaluate/result-row.js";
export { readResults } from "./evaluate/results.js";
export type { ScoreBackboneOptions } from "./evaluate/score-backbone.js";
export type { TentOptions, TentSettings } from "./evaluate/tent.js";
export type { Consistency, DetectionConsistency } from "./tasks/consistency.js";
export type { DistillationOptions } from "./train/distillation.js";
export type { Model } from "./train/model.js";
export type { Input, Predictor, Prepared } from "./train/predictor.js";

// Tables and figures.

export type { BenchmarkScore } from "./analysis/benchmark-score.js";
export type { BootstrapOptions, DrawOptions } from "./analysis/bootstrap.js";
export { byFigure, type FigureTableOptions } from "./analysis/by-figure.js";
export type { ColumnValue, RunChoice } from "./analysis/choose-runs.js";
export { cocoORobustness } from "./analysis/coco-o.js";
export type { CompareOptions, DifferenceOptions } from "./analysis/compare.js";
export type { PairOptions } from "./analysis/compare-pairs.js";
export type { Over } from "./analysis/comparison.js";
export type { ReferenceOptions } from "./analysis/corruption-error.js";
export type { EffectiveRobustnessOptions } from "./analysis/effective-robustness.js";
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
} from "./analysis/load-results.js";
export { readMmdetectionResults } from "./analysis/mmdetection-results.js";
export type { PlotCorruptionsOptions } from "./analysis/plot-corruptions.js";
export type {
	ImageStripsOptions,
	Strip,
	StripPicture,
} from "./analysis/plot-image-strips.js";
export type { ParetoOptions } from "./analysis/plot-pareto.js";
export type {
	SegmentationFigureOptions,
	SegmentedView,
} from "./analysis/plot-segmentation.js";
export type { SeveritiesOptions } from "./analysis/plot-severities.js";
export type { LoggedRun, TrainingOptions } from "./analysis/plot-training.js";
export type { TransferOptions } from "./analysis/plot-transfer.js";
export type { PublishedScore } from "./analysis/published.js";
export type { PublishedCurve } from "./analysis/published-curves.js";
export type { ReportOptions } from "./analysis/report.js";
export type { CardFormat, ReportCardOptions } from "./analysis/report-card.js";
export type { ScoreName } from "./analysis/resample.js";
export { readRobustBench } from "./analysis/robustbench.js";
export type { RobustnessOptions } from "./analysis/robustness.js";
export { runColumns } from "./analysis/run-columns.js";
export type {
	CellOptions,
	ScoredCorruption,
} from "./analysis/scored-corruption.js";
export type { Results } from "./analysis/table-rows.js";
export { tableToHtml } from "./analysis/table-to-html.js";
export { type LatexOptions, tableToLatex } from "./analysis/table-to-latex.js";
export { tableToMarkdown } from "./analysis/table-to-markdown.js";
export { tableToArrow, tableToCsv } from "./analysis/write-table.js";

// Sweeps.

export type { CellStatus, SweepStatus } from "./sweep/cell-status.js";
export type { Estimate } from "./sweep/estimate.js";
export type { EstimateOptions } from "./sweep/estimate-sweep.js";
export type {
	CellState,
	Executor,
	ExecutorSettings,
	Job,
	SubmitRequest,
	SweepPlace,
} from "./sweep/executor.js";
export type { AnyExecutor } from "./sweep/executors.js";
export type { LocalOptions } from "./sweep/local.js";
export type { StatusOptions, Sweep } from "./sweep/open-sweep.js";
export type { GivenRecipes, Grid, RecipesOption } from "./sweep/recipes-of.js";
export type { SlurmOptions } from "./sweep/slurm-options.js";
export type { Submitted } from "./sweep/submit-cells.js";
export type { SweepEvaluateOptions, SweepOptions } from "./sweep/sweep.js";
export type { SweepCell } from "./sweep/sweep-cell.js";
export type { WatchOptions } from "./sweep/watch-sweep.js";
