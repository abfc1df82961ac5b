/** COCO's average precision beside pycocotools: 5,000 images with 100 detections each, boxes and masks. */
import { fileURLToPath } from "node:url";
import {
	heading,
	median,
	print,
	pythonWith,
	runJson,
	table,
} from "./report.js";

interface Score {
	readonly milliseconds: number;
	readonly score: number;
}
type Measured = Readonly<Record<"box" | "mask", Score>> & {
	readonly peakBytes: number;
	/** Of pycocotools. */
	readonly version?: string;
};

const images = 5000;
const rounds = 3;
const script = new URL("score-detections.js", import.meta.url);
const pythonScript = fileURLToPath(
	new URL("../../../test/bench/average-precision.py", import.meta.url),
);

/** Both in turn, so that a slow minute of the machine meets both. */
function measure(python: string | undefined) {
	const ours: Measured[] = [];
	const theirs: Measured[] = [];
	for (let round = 0; round < rounds; round++) {
		const mine = runJson<Measured>(process.execPath, [script, images]);
		if (mine) ours.push(mine);
		const other = python && runJson<Measured>(python, [pythonScript, images]);
		if (other) theirs.push(other);
	}
	return { ours, theirs };
}

const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;

function row(
	kind: "box" | "mask",
	{ ours, theirs }: ReturnType<typeof measure>,
): string[] {
	const times = (all: readonly Measured[]): number =>
		median(all.map((one) => one[kind].milliseconds));
	const [mine, other] = [ours[0], theirs[0]];
	return [
		kind,
		seconds(times(ours)),
		other ? seconds(times(theirs)) : "-",
		other ? (times(ours) / times(theirs)).toFixed(2) : "-",
		mine && other
			? Math.abs(mine[kind].score - other[kind].score).toExponential(0)
			: "-",
	];
}

const peak = (all: readonly Measured[]): string =>
	all.length > 0
		? `${(median(all.map((one) => one.peakBytes)) / 1e6).toFixed(0)} MB`
		: "-";

const python = pythonWith("pycocotools");
const measured = measure(python);
const { ours, theirs } = measured;
print(
	heading("COCO's average precision", {
		pycocotools: theirs[0]?.version ?? "not installed",
	}),
);
print(`${images.toLocaleString("en")} images with 100 detections each.\n`);
print(
	table([
		["kind", "ours", "pycocotools", "ratio", "difference of AP (%)"],
		row("box", measured),
		row("mask", measured),
	]),
);
print(
	`\nPeak memory of the process, both kinds: ${peak(ours)}, one image at a time; pycocotools: ${peak(theirs)}, all annotations and detections at once.`,
);
