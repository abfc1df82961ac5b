import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { table } from "arquero";
import {
	type Bundle,
	bundleOf,
	displaySymbol,
} from "../../../kernel/display/bundle.js";
import { encodePng } from "../../../kernel/display/png.js";

const show = async (value: unknown): Promise<Bundle> => await bundleOf(value);
const text = async (value: unknown) =>
	String((await show(value)).data["text/plain"]);

test("objects say themselves how they are displayed, also later, also wrongly", async () => {
	const own = {
		[displaySymbol]: () => ({ "image/png": new Uint8Array([1, 2]) }),
	};
	assert.deepEqual((await show(own)).data, { "image/png": "AQI=" });
	const later = { [displaySymbol]: async () => ({ "text/html": "<i>" }) };
	assert.deepEqual((await show(later)).data, { "text/html": "<i>" });
	const broken = {
		[displaySymbol]() {
			throw new Error("no");
		},
	};
	assert.match(await text(broken), /its display failed: Error: no/);
});

test("plain values, maps, typed arrays and big objects are shortened", async () => {
	assert.equal(await text(42), "42");
	assert.equal(
		await text(new Map([["a", { b: 1 }]])),
		"Map(1) { 'a' => { b: 1 } }",
	);
	assert.match(await text(new Float32Array(1000)), /960 more items/);
	assert.ok((await text("x".repeat(1e6))).length < 3000);
	assert.ok((await text(Array(1e6).fill({ a: 1 }))).length < 3000);
});

test("a table shows types, aligned numbers, head, tail and row count", async () => {
	const long = table({
		name: Array.from({ length: 100 }, (_, i) => `<b>${i}`),
		score: Array.from({ length: 100 }, (_, i) => i / 3),
	}).filter("d.score < 31");
	const { data } = await show(long);
	const html = String(data["text/html"]);
	assert.match(html, /93 rows × 2 columns/);
	assert.equal(html.match(/<tr>/g)?.length, 1 + 10 + 1 + 5);
	assert.match(html, /text-align:right[^>]*>0\.333333</);
	assert.match(html, /&lt;b&gt;92/);
	assert.doesNotMatch(html, /<b>/);
	assert.match(String(data["text/plain"]), /^name {6}score\n<b>0 {10}0\n/);
});

test("a figure is shown live, as a picture and as data", async () => {
	process.env.ROBUST_TRANSFER_PLOTS = "connected";
	const figure = {
		data: [{ x: new Float32Array([1, 2]), y: [3, 4], name: "</script>" }],
		layout: { title: { text: "T" }, width: 300, height: 200 },
	};
	const { data, metadata } = await show(figure);
	assert.deepEqual(data["application/vnd.plotly.v1+json"], {
		...figure,
		data: [{ x: [1, 2], y: [3, 4], name: "</script>" }],
	});
	const html = String(data["text/html"]);
	assert.equal(html.match(/<\/script>/g)?.length, 2);
	const svg = /svg\+xml;base64,([^"]+)/.exec(html)?.[1] ?? "";
	const drawn = Buffer.from(svg, "base64").toString();
	assert.match(drawn, /width="300"/);
	for (const label of [">T<", ">1.5<", ">3.5<"])
		assert.ok(drawn.includes(label));
	const pngWidth = (bundle: Bundle) =>
		Buffer.from(String(bundle.data["image/png"]), "base64").readUInt32BE(16);
	assert.equal(pngWidth({ data, metadata }), 300);
	assert.deepEqual(metadata, { "image/png": { width: 300, height: 200 } });
	process.env.ROBUST_TRANSFER_PLOTS = "static";
	const sharp = await show(figure);
	assert.equal(pngWidth(sharp), 600);
	assert.doesNotMatch(String(sharp.data["text/html"]), /<script/);
	const other = await show({ data: [], layout: {}, more: 1 });
	assert.deepEqual(Object.keys(other.data), ["text/plain"]);
});

test("a tensor shows dtype, shape, statistics and a thumbnail of an image", async () => {
	const tensor = (shape: number[], values: Float32Array) => ({
		dataId: {},
		shape,
		dtype: "float32",
		dataSync: () => values,
	});
	assert.equal(
		await text(tensor([3], Float32Array.of(1, 2, 6))),
		"Tensor float32 [3] = 1, 2, 6 min 1, mean 3, max 6",
	);
	assert.match(
		await text(tensor([2], Float32Array.of(1, Number.NaN))),
		/1 not finite/,
	);
	const image = tensor([16, 16, 3], new Float32Array(768).fill(0.5));
	const { data } = await show(image);
	const png = Buffer.from(String(data["image/png"]), "base64");
	assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [16, 16]);
	assert.match(String(data["text/html"]), /<img .*mean 0\.5/);
	const { data: plain } = await show(tensor([4, 4], new Float32Array(16)));
	assert.equal(plain["image/png"], undefined);
});

test("bytes of an image are shown as one; PNG pixels survive", async () => {
	const data = Uint8Array.of(255, 0, 0, 0, 255, 0);
	const png = encodePng({ data, width: 2, height: 1, channels: 3 });
	assert.equal((await show(png)).data["image/png"], png.toString("base64"));
	const at = png.indexOf("IDAT");
	const body = png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
	assert.deepEqual([...inflateSync(body)], [0, ...data]);
	// the checksum of IEND, as every PNG has it
	assert.equal(png.subarray(-4).toString("hex"), "ae426082");
});
