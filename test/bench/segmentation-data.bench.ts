/** How long the images and the scores of segmentation take, besides the network. */
import {
	distortColors,
	type PhotometricDraw,
} from "../../src/augment/photometric-distortion.js";
import { scaleAndCrop } from "../../src/augment/scale-and-crop.js";
import { resizeLinear } from "../../src/image/resize-linear.js";
import { interpolatedArgmax } from "../../src/tasks/ade20k/interpolated-argmax.js";
import { meanIou } from "../../src/tasks/ade20k/mean-iou.js";
import { picture } from "../lcg.js";
import {
	heading,
	median,
	print,
	pythonWith,
	runJson,
	table,
} from "./report.js";

const count = 12;
const height = 512;
const width = 683;
const classes = 150;

/** Median milliseconds of a piece of work. */
function time(work: () => unknown): number {
	const times: number[] = [];
	for (let i = 0; i < count + 3; i++) {
		const start = performance.now();
		work();
		if (i >= 3) times.push(performance.now() - start);
	}
	return median(times);
}

const program = `
import json, statistics, time
import cv2, numpy as np, torch
import torch.nn.functional as F
cv2.setNumThreads(1); torch.set_num_threads(1)
r = np.random.RandomState(0)
image = r.randint(0, 256, (${height}, ${width}, 3), np.uint8)
labels = np.repeat(np.repeat(r.randint(0, 150, (16, 22), np.uint8), 32, 0), 32, 1)[:${height}, :${width}]
def clock(work):
    times = []
    for i in range(${count + 3}):
        start = time.perf_counter(); work(); times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[3:])
def convert(x, alpha=1, beta=0): return np.clip(x.astype(np.float32) * alpha + beta, 0, 255).astype(np.uint8)
def crop():
    a = cv2.resize(image, (888, 666)); b = cv2.resize(labels, (888, 666), interpolation=cv2.INTER_NEAREST)
    np.unique(b[100:612, 200:712], return_counts=True)
    return a[100:612, 200:712][:, ::-1].copy(), b[100:612, 200:712][:, ::-1].copy()
part = crop()[0]
def distort():
    x = convert(convert(part, beta=10), alpha=1.2)
    h = cv2.cvtColor(x, cv2.COLOR_BGR2HSV); h[..., 1] = convert(h[..., 1], alpha=1.1); x = cv2.cvtColor(h, cv2.COLOR_HSV2BGR)
    h = cv2.cvtColor(x, cv2.COLOR_BGR2HSV); h[..., 0] = (h[..., 0].astype(int) + 5) % 180; return cv2.cvtColor(h, cv2.COLOR_HSV2BGR)
y, x, c = np.mgrid[:128, :171, :${classes}]
logits = torch.from_numpy((3 * np.sin(.03 * (c % 7 + 1) * y + c) + 3 * np.cos(.02 * (c % 5 + 1) * x + 2 * c)).astype(np.float32)).permute(2, 0, 1)[None].contiguous()
def best(): return F.interpolate(logits, (${height}, ${width}), mode="bilinear").argmax(1)
guess = torch.from_numpy(labels.copy())
def score():
    for z in (guess, guess, guess[guess == guess]): torch.histc(z.float(), bins=${classes}, min=0, max=${classes - 1})
print(json.dumps([clock(lambda: cv2.resize(image, (1024, 768))), clock(crop), clock(distort), clock(best), clock(score)]))`;

const image = picture(height, width);
const target = {
	data: Uint8Array.from(
		{ length: height * width },
		(_, i) => ((i >> 5) * 7 + 13) % classes,
	),
	height,
	width,
};
const draw = {
	ratio: 1.3,
	corners: [[0.5, 0.5]] as const,
	isMirrored: true,
};
const scenes = {
	scale: [2048, 512],
	ratio: [0.5, 2],
	cropSize: 512,
	mostOfOneClass: 0.75,
} as const;
const colors: PhotometricDraw = {
	brightness: 10,
	contrast: 1.2,
	contrastFirst: true,
	saturation: 1.1,
	hue: 5,
};
const part = scaleAndCrop({ image, target }, draw, scenes).image;

const places = { height: 128, width: 171, classes };
const values = Float32Array.from(
	{ length: places.height * places.width * classes },
	(_, i) => {
		const c = i % classes;
		const place = Math.floor(i / classes);
		const x = place % places.width;
		const y = Math.floor(place / places.width);
		return (
			3 * Math.sin(0.03 * ((c % 7) + 1) * y + c) +
			3 * Math.cos(0.02 * ((c % 5) + 1) * x + 2 * c)
		);
	},
);
const given = { height, width };
const path = { padded: given, seen: given, given };
const metric = meanIou(Array.from({ length: classes }, (_, i) => `${i}`));

const own = [
	time(() => resizeLinear(image, { height: 768, width: 1024 })),
	time(() => scaleAndCrop({ image, target }, draw, scenes)),
	time(() => distortColors(part, colors)),
	time(() => interpolatedArgmax({ ...places, values }, path)),
	time(() => metric.add(target, target)),
];
const python = pythonWith("cv2", "torch");
const theirs = python ? runJson<number[]>(python, ["-c", program]) : undefined;

print(heading("Images and scores of segmentation, 512 x 683, one thread", {}));
if (!theirs)
	print(
		"OpenCV and PyTorch are left out: no Python that has both was found.\n",
	);
const names = [
	"resize to 768 x 1024",
	"training: resize, crop to 512, mirror",
	"training: distortion of colors, all steps",
	"classes of 150 logits at a quarter of the size",
	"intersections and unions of 150 classes",
];
print(
	table([
		["work", "ms", "OpenCV, PyTorch, ms", "ratio"],
		...names.map((name, i) => [
			name,
			own[i]!.toFixed(1),
			theirs?.[i]?.toFixed(1) ?? "",
			theirs ? (own[i]! / theirs[i]!).toFixed(2) : "",
		]),
	]),
);
