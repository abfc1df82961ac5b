import assert from "node:assert/strict";
import { test } from "node:test";
import { corrupt } from "../../src/corruptions/corrupt.js";
import {
	type CorruptionRequest,
	corruptAll,
} from "../../src/corruptions/corrupt-all.js";
import {
	type CorruptionName,
	corruptionNames,
} from "../../src/corruptions/corruption.js";
import { picture } from "../lcg.js";
import { frostPictures } from "./cases.js";
import {
	haze,
	misplaced,
	otherHaze,
	painted,
	paintedHere,
	veil,
} from "./own-corruptions.js";

interface Labelled extends CorruptionRequest {
	readonly label: number;
}

const requests: readonly Labelled[] = corruptionNames.map((corruption, i) => ({
	id: `image ${i}`,
	image: picture(40 + i, 70 - i),
	corruption,
	severity: 3,
	label: 10 * i,
}));

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
	const collected: Item[] = [];
	for await (const item of items) collected.push(item);
	return collected;
}

for (const workers of [1, 2, 3]) {
	test(`${workers} workers make the same bytes as the main thread, in order`, async () => {
		const options = { seed: 5, frostPictures };
		const results = await collect(
			corruptAll(requests, { ...options, workers }),
		);
		assert.equal(results.length, requests.length);
		results.forEach(({ image, ...rest }, i) => {
			const { image: clean, ...request } = requests[i]!;
			assert.deepEqual(rest, request);
			const { id, corruption, severity } = request;
			const expected = corrupt(clean, corruption, { ...options, id, severity });
			assert.deepEqual(image, expected);
		});
	});
}

test("the images of the requests are left as they were", async () => {
	const { data } = picture(40, 70);
	await collect(corruptAll(requests.slice(0, 2), { workers: 1 }));
	assert.deepEqual(requests[0]!.image.data, data);
});

test("variant, seed and channel order reach the workers", async () => {
	const one = requests.slice(7, 8);
	const bytes = async (options: object): Promise<Uint8Array> => {
		const [result] = await collect(corruptAll(one, { workers: 1, ...options }));
		return result!.image.data;
	};
	const usual = await bytes({});
	assert.deepEqual(await bytes({}), usual);
	for (const options of [
		{ seed: 1 },
		{ variant: "cifar-10-c" },
		{ channelOrder: "bgr" },
	]) {
		const same = Buffer.compare(await bytes(options), usual) === 0;
		assert.ok(!same, JSON.stringify(options));
	}
});

test("a failure names the image and the corruption, after the results before it", async () => {
	const failing = [
		requests[0]!,
		{ ...requests[1]!, corruption: "haze" as CorruptionName },
		requests[2]!,
	];
	const results = corruptAll(failing, { workers: 2 });
	assert.equal((await results.next()).value?.label, 0);
	await assert.rejects(results.next(), /image 1, haze, severity 3: .*haze/);
});

test("one's own corruptions come in order, from threads where they find them, else from here", async () => {
	const kinds = [haze, "fog", veil, otherHaze, painted, paintedHere, veil];
	const mixed = Array.from({ length: 28 }, (_, i) => ({
		id: `image ${i}`,
		image: picture(20 + i, 30),
		corruption: kinds[i % kinds.length] as typeof haze,
		severity: 4 as const,
		label: i,
	}));
	for (const workers of [1, 3]) {
		const options = { seed: 2, workers, inFlight: 4 };
		const results = await collect(corruptAll(mixed, options));
		assert.deepEqual(
			results.map(({ label }) => label),
			mixed.map(({ label }) => label),
		);
		results.forEach(({ image, corruption }, i) => {
			const { id, image: clean } = mixed[i]!;
			assert.equal(corruption, mixed[i]!.corruption);
			const expected = corrupt(clean, corruption, { severity: 4, seed: 2, id });
			if (corruption === painted) expected.data.fill(2);
			assert.deepEqual(image, expected);
		});
	}
});

test("one's own corruption that cannot be applied or found fails in its turn", async () => {
	const small = {
		...requests[1]!,
		corruption: veil,
		image: { ...picture(2, 2), width: 3 },
	};
	const unmade = { ...requests[1]!, corruption: { ...haze } };
	const lost = { ...requests[1]!, corruption: misplaced };
	for (const [request, says] of [
		[small, /image 1, veil, severity 3: .*2 x 3/],
		[unmade, /image 1, haze, severity 3: .* as defineCorruption made it/],
		[lost, /exports another "haze" than the corruption misplaced/],
	] as const) {
		const results = corruptAll([requests[0]!, request, requests[2]!], {
			workers: 1,
		});
		assert.equal((await results.next()).value?.id, "image 0");
		await assert.rejects(results.next(), says);
	}
});

test("no more images are taken ahead than are in flight, where no thread is needed", async () => {
	let [taken, given, ahead] = [0, 0, 0];
	function* many() {
		for (let i = 0; i < 12; i++) {
			taken++;
			yield { ...requests[0]!, corruption: veil };
		}
	}
	for await (const _ of corruptAll(many(), { workers: 1, inFlight: 3 })) {
		ahead = Math.max(ahead, taken - given);
		given++;
	}
	assert.equal(given, 12);
	assert.ok(ahead <= 3, `${ahead}`);
});
