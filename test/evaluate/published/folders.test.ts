/** Sets of folders, as ImageNet-C and COCO-3DCC are published. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { untrainedBackbone } from "../../../src/backbones/backbone.js";
import { useEngine } from "../../../src/engine/engine.js";
import { publishedSet } from "../../../src/evaluate/published/published-set.js";
import type { ResultRow } from "../../../src/evaluate/result-row.js";
import { scoreBackbone } from "../../../src/evaluate/score-backbone.js";
import { encodePng } from "../../../src/image/encode.js";
import { createImage } from "../../../src/image/image.js";
import { imageFolder } from "../../../src/tasks/image-folder/image-folder.js";
import { imagenet } from "../../../src/tasks/imagenet/imagenet.js";
import { wnids } from "../../../src/tasks/imagenet/wnids.js";
import { colors, write } from "../../tasks/image-folder/fixture.js";
import { bytes, labels, names } from "../../tasks/imagenet/fixture.js";
import { scratchFolder } from "../../train/folders.js";
import { shownImages, writeFolders } from "./made-up-sets.js";

/** A row without what it has of its folder and its time. */
const elsewhere = ({ seconds: _, perImage: _file, ...row }: ResultRow) => row;

const folder = scratchFolder();
const data = join(folder, "imagenet");
write(
	data,
	Object.fromEntries(
		names.map((name, i) => [
			`val/${wnids[labels[i] as number]}/${name}.JPEG`,
			bytes[i] as Uint8Array,
		]),
	),
);
const task = imagenet({ folder: data, inputSize: 32 });
const corruptions = ["contrast", "defocus-blur"] as const;
const set = join(folder, "ImageNet-C");
const backbone = untrainedBackbone({
	family: "resnet",
	variant: "cifar",
	block: "basic",
	depths: [1, 1],
	width: 8,
	classes: 1000,
});
const runs = join(folder, "runs");
const score = (
	conditions: Parameters<typeof scoreBackbone>[2] = {},
	own = task,
) =>
	scoreBackbone(backbone, own, {
		severities: [2],
		folder: runs,
		workers: 0,
		...conditions,
	});

before(async () => {
	await useEngine();
	writeFolders(set, task as never, { names: corruptions, seen: true });
});

describe("ImageNet-C", () => {
	test("images are seen as they are published, which is what is drawn where it is seen", () => {
		for (const condition of publishedSet("imagenet-c", {
			folder: set,
			corruptions,
		}))
			for (const severity of [1, 4] as const)
				assert.deepEqual(
					shownImages(task, condition, { severity }).map((one) => {
						assert.ok("image" in one);
						return one.image;
					}),
					shownImages(task, condition.name as "contrast", {
						severity,
						corruptedAt: "seen",
					}).map((one) => "image" in one && one.image),
				);
	});

	test("rows are those of drawn corruptions, also by threads and of a subset", async () => {
		const published = publishedSet("imagenet-c", { folder: set, corruptions });
		const few = imagenet({
			folder: data,
			inputSize: 32,
			subset: { images: 5 },
		});
		for (const own of [task, few]) {
			const rows = await score({ corruptions: published }, own);
			const drawn = await score({ corruptions }, own);
			const threads = await score(
				{ corruptions: published, workers: 2, folder: join(folder, "threads") },
				own,
			);
			for (const [i, row] of rows.entries()) {
				assert.equal(row.correct, drawn[i]?.correct);
				assert.deepEqual(row.details, drawn[i]?.details);
				assert.deepEqual(elsewhere(threads[i] as ResultRow), elsewhere(row));
			}
			assert.deepEqual(
				drawn.map(({ corruptedAt }) => corruptedAt),
				[undefined, "seen", "seen"],
			);
		}
	});

	test("archives may lie in the folders of their groups", () => {
		const grouped = join(folder, "grouped");
		for (const [name, group] of [
			["contrast", "digital"],
			["defocus_blur", "blur"],
		] as const)
			cpSync(join(set, name), join(grouped, group, name), { recursive: true });
		const [contrast] = publishedSet("imagenet-c", {
			folder: grouped,
			corruptions,
		});
		const [other] = publishedSet("imagenet-c", { folder: set, corruptions });
		assert.equal(contrast?.code, other?.code);
	});

	test("folders of strengths are severities, the lowest first", () => {
		const bar = join(folder, "ImageNet-C-Bar");
		const strengths = ["4.75", "7.00", "8.50", "9.25", "10.00"];
		writeFolders(bar, task as never, {
			names: ["contrast"],
			seen: true,
			severityName: (severity) => strengths[severity - 1] as string,
		});
		renameSync(join(bar, "contrast"), join(bar, "plasma_noise"));
		const [plasma] = publishedSet("imagenet-c-bar", {
			folder: bar,
			corruptions: ["plasma_noise"],
		});
		assert.deepEqual([plasma?.name, plasma?.group], ["plasma-noise", "c-bar"]);
		assert.deepEqual(
			shownImages(task, plasma!, { severity: 5 }).map(
				(one) => "image" in one && one.image,
			),
			shownImages(task, "contrast", {
				severity: 5,
				corruptedAt: "seen",
			}).map((one) => "image" in one && one.image),
		);
	});

	test("images that are not those of the task are refused, the first by name", async () => {
		const copy = (name: string) => {
			const path = join(folder, name);
			cpSync(set, path, { recursive: true });
			return path;
		};
		const scored = (path: string, own = task) =>
			score(
				{
					corruptions: publishedSet("imagenet-c", {
						folder: path,
						corruptions: ["contrast"],
					}),
					folder: join(folder, "refused"),
				},
				own,
			);
		const own = (path: string) => join(path, "contrast", "2");
		const [first = "", second = ""] = [0, 1].map((i) =>
			String(task.test.place?.(i)).replace(".JPEG", ".png"),
		);
		const swapped = copy("swapped");
		mkdirSync(join(own(swapped), "n02000000"));
		renameSync(
			join(own(swapped), second),
			join(own(swapped), "n02000000", second.split("/")[1] as string),
		);
		await assert.rejects(
			scored(swapped),
			/contrast\/2 has no n\d+\/ILSVRC2012_val_\d+\.JPEG, image 1 of imagenet\/val, but one of that name in n02000000/,
		);
		const lacking = copy("lacking");
		rmSync(join(own(lacking), first));
		await assert.rejects(scored(lacking), /image 0 of imagenet\/val: they are/);
		const large = copy("large");
		writeFileSync(join(own(large), first), encodePng(createImage(33, 32)));
		await assert.rejects(
			scored(large),
			/with 33 x 32 pixels .*, not 32 x 32, which is what the network sees/,
		);
		// What cannot be decoded is left out and counted, as of the test images themselves.
		const torn = copy("torn");
		writeFileSync(join(own(torn), first), "no picture");
		const [, row] = await scored(torn);
		assert.equal(row?.skipped, 1);
		rmSync(join(copy("few"), "contrast", "2"), { recursive: true });
		await assert.rejects(
			scored(join(folder, "few")),
			/contrast has no severity 2, only 1, 3, 4, 5/,
		);
		await assert.rejects(
			score({
				corruptions: [
					...publishedSet("imagenet-c", { folder: set, corruptions }),
					...publishedSet("imagenet-c", { folder: set, corruptions }),
				],
			}),
			/corruptions has contrast of imagenet-c twice/,
		);
	});
});

test("images of other sizes are prepared as the task's own are", () => {
	const hues = join(folder, "hues");
	write(hues, {
		...colors("train/", [1, 1, 1]),
		...colors("val/", [2, 2, 1]),
	});
	const own = imageFolder({ folder: hues, inputSize: 24 });
	const copies = join(folder, "hues-c");
	writeFolders(copies, own as never, { names: ["contrast"], seen: false });
	const [contrast] = publishedSet("folders", {
		folder: copies,
		name: "hues-c",
	});
	assert.equal(contrast?.published, "hues-c");
	assert.deepEqual(
		shownImages(own, contrast!, { severity: 3 }),
		shownImages(own, "contrast", { severity: 3 }),
	);
	const renamed = join(folder, "kebab");
	cpSync(copies, renamed, { recursive: true });
	renameSync(join(renamed, "contrast"), join(renamed, "gaussian_noise"));
	mkdirSync(join(renamed, "annotations", "old"), { recursive: true });
	assert.deepEqual(
		publishedSet("folders", { folder: renamed }).map(({ name, group }) => [
			name,
			group,
		]),
		[["gaussian-noise", "noise"]],
	);
});
