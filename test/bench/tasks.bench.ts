/** How long the images of a task take: drawn, cropped, resized. */
import { Random } from "../../src/random.js";
import { cifar10 } from "../../src/tasks/cifar10/cifar10.js";
import { shapes } from "../../src/tasks/shapes/shapes.js";
import { picture } from "../lcg.js";
import {
	heading,
	median,
	print,
	pythonWith,
	runJson,
	table,
} from "./report.js";

const count = 200;

/** Median milliseconds of a piece of work. */
function time(work: (index: number) => unknown): number {
	const times: number[] = [];
	for (let i = 0; i < 2 * count; i++) {
		const start = performance.now();
		work(i % count);
		if (i >= count) times.push(performance.now() - start);
	}
	return median(times);
}

const program = `
import json, statistics, time
import numpy as np
from PIL import Image
from torchvision import transforms as t
image = Image.fromarray(np.random.RandomState(0).randint(0, 256, (32, 32, 3), np.uint8))
def clock(work):
    times = []
    for i in range(${2 * count}):
        start = time.perf_counter()
        np.asarray(work(image))
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[${count}:])
print(json.dumps([
    clock(t.Compose([t.RandomResizedCrop(224), t.RandomHorizontalFlip()])),
    clock(t.Compose([t.Resize(256), t.CenterCrop(224)])),
    clock(t.Compose([t.RandomCrop(32, 4), t.RandomHorizontalFlip()])),
]))`;

const random = new Random("bench");
const image = picture(32, 32);
const study = cifar10();
const small = cifar10({ inputSize: 32 });
const own = [
	time(() => study.augment({ image, target: 0 }, random)),
	time(() => study.prepare(image)),
	time(() => small.augment({ image, target: 0 }, random)),
];
const python = pythonWith("torchvision");
const theirs = python ? runJson<number[]>(python, ["-c", program]) : undefined;
const worlds = [32, 64, 128, 224].map((size) => {
	const { train } = shapes({ size });
	return { size, milliseconds: time((index) => train.sample(index)) };
});

print(heading("Images of the tasks", {}));
if (!theirs)
	print("torchvision is left out: no Python that has it was found.\n");
const names = [
	"CIFAR-10: random resized crop to 224, flip",
	"CIFAR-10: resize to 256, middle 224",
	"CIFAR-10: random crop of 32 from 40, flip",
];
print(
	table([
		["work", "ms per image", "torchvision", "ratio"],
		...names.map((name, i) => [
			name,
			own[i]!.toFixed(3),
			theirs?.[i]?.toFixed(3) ?? "",
			theirs ? (own[i]! / theirs[i]!).toFixed(2) : "",
		]),
		...worlds.map(({ size, milliseconds }) => [
			`shapes: a picture of ${size} x ${size}, drawn`,
			milliseconds.toFixed(3),
			"",
			"",
		]),
	]),
);
