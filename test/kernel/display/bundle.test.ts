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
	assert.match(html, /text-align:right[^>]*>0\.3</);
	assert.match(html, /^<div style="overflow-x:auto"><table/);
	assert.match(html, /&lt;b&gt;92/);
	assert.doesNotMatch(html, /<b>/);
	assert.match(String(data["text/plain"]), /^name {3}score\n<b>0 {5}0\.0\n/);
});

const column = async (name: string, values: readonly unknown[]) => {
	const html = String(
		(await show(table({ [name]: values }))).data["text/html"],
	);
	return [...html.matchAll(/<td[^>]*>([^<]*)</g)].map(([, cell]) => cell);
};

test("numbers have the digits that they deserve", async () => {
	const drops = await column("drop", [12.7536, 9.69379, 10]);
	assert.deepEqual(drops, ["12.8", "9.7", "10.0"]);
	const beside = await column("clean, published", [36.42, null]);
	assert.deepEqual(beside, ["36.4", ""]);
	const shares = await column("score", [0.761329, 0.5]);
	assert.deepEqual(shares, ["0.7613", "0.5000"]);
	const rates = await column("learningRate", [0.001, 0.03, 0.1]);
	assert.deepEqual(rates, ["0.001", "0.03", "0.1"]);
	const losses = await column("loss", [2.412585, 0.847341]);
	assert.deepEqual(losses, ["2.413", "0.847"]);
	const wide = await column("loss", [2.412585, 0.000123456]);
	assert.deepEqual(wide, ["2.413", "0.0001235"]);
	const apart = await column("difference", [18.84321, -0.06914, 1.421e-14]);
	assert.deepEqual(apart, ["18.84", "-0.07", "0.00"]);
	const signed = await column("low", [2.5213456, -1.4e-15]);
	assert.deepEqual(signed, ["2.521", "0.000"]);
	const near = await column("high", [0.0009259, -18.59321, 1.77821]);
	assert.deepEqual(near, ["0.00", "-18.59", "1.78"]);
	const odd = await column("x", [Number.NaN, Number.POSITIVE_INFINITY, 3]);
	assert.deepEqual(odd, ["NaN", "Infinity", "3"]);
	assert.deepEqual(await column("x", [1234567.891, 2]), ["1234567.9", "2"]);
	assert.deepEqual(await column("x", [1e-12, 3.3333333e-12]), [
		"1e-12",
		"3.333e-12",
	]);
});

test("where runs have ids, what varies stands first, ids are short and last, in full as titles", async () => {
	const ids = [1, 2].map(
		(i) => `shapes-resnet-mini-prime-lr0.0${i}-ffb56a0${i}`,
	);
	const rows = {
		run: ids,
		recipe: ["7dfd60ff", "1dfd60ff"],
		task: ["shapes", "shapes"],
		backbone: ["a", "b"],
		correct: ["AAAA", "BBBB"],
		score: [1, 2],
	};
	const records = ids.map((_, i) =>
		Object.fromEntries(
			Object.entries(rows).map(([name, values]) => [name, values[i]]),
		),
	);
	for (const value of [table(rows), records]) {
		const { data } = await show(value);
		const html = String(data["text/html"]);
		const heads = [...html.matchAll(/<th[^>]*>(\w+)/g)].map(([, name]) => name);
		assert.deepEqual(heads, ["backbone", "score", "task", "recipe", "run"]);
		assert.ok(html.includes(`title="${ids[0]}">…ffb56a01<`));
		assert.match(html, /2 rows × 6 columns, 1 not shown/);
		assert.match(String(data["text/plain"]), /^backbone .* run\n.*…ffb56a01\n/);
	}
	const study = {
		task: ["x", "x"],
		backbone: ["a", "b"],
		details: [{ a: 1 }, {}],
		drop: [1, 2],
	};
	assert.match(
		String((await show(table(study))).data["text/plain"]),
		/^backbone +drop +task +details\n/,
	);
	const own = await show(table({ task: ["x", "x"], name: ["a", "b"] }));
	assert.match(String(own.data["text/plain"]), /^task {2}name/);
});

test("below a table that is wider than a page stands what is the same in all its rows", async () => {
	const count = 40;
	const all = (value: unknown) => Array.from({ length: count }, () => value);
	const wide = {
		backbone: Array.from({ length: count }, (_, i) => `a backbone ${i}`),
		kind: all("a kind of things that has a long name"),
		nothing: all(null),
		// another value where no row is shown
		hidden: Array.from({ length: count }, (_, i) => (i === 20 ? "b" : "a")),
		interval: all("95 %, paired bootstrap of 2,000"),
		drop: Array.from({ length: count }, (_, i) => i),
	};
	const { data } = await show(table(wide));
	const html = String(data["text/html"]);
	const heads = [...html.matchAll(/<th[^>]*>(\w+)/g)].map(([, name]) => name);
	assert.deepEqual(heads, ["backbone", "hidden", "drop"]);
	assert.ok(
		html.endsWith(
			"the same in all rows: kind <b>a kind of things that has a long name</b> · nothing <b>–</b> · interval <b>95 %, paired bootstrap of 2,000</b></div>",
		),
	);
	assert.match(html, /40 rows × 6 columns/);
	assert.match(
		String(data["text/plain"]),
		/\n40 rows × 6 columns\nthe same in all rows: kind a kind .* · nothing – · interval 95 %, .*$/,
	);

	const { backbone, nothing, hidden, drop } = wide;
	const narrow = { backbone, nothing, hidden, drop };
	const plain = String((await show(table(narrow))).data["text/plain"]);
	assert.match(plain, /^backbone +nothing +hidden +drop\n/);
	const same = {
		first: ["x".repeat(60), "x".repeat(60)],
		second: ["y".repeat(60), "y".repeat(60)],
	};
	const equal = String((await show(table(same))).data["text/plain"]);
	assert.match(equal, /^first +second\n/);
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
	assert.equal(html.match(/<\/script>/g)?.length, 1);
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

test("what a display returns is checked, and its fault is named", async () => {
	const shows = (data: unknown) => show({ [displaySymbol]: () => data });
	const circular: Record<string, unknown> = {};
	circular.self = circular;
	const wrong: [unknown, RegExp][] = [
		[{ "application/json": { a: 1n } }, /application\/json .*BigInt/],
		[{ "application/geo+json": circular }, /geo\+json .*circular/],
		[{ "application/json": () => 1 }, /cannot be function/],
		[{ "text/html": 5 }, /text\/html must be text or bytes .*not number/],
		[{ "image/png": null }, /image\/png must be .*not null/],
		[undefined, /a display must be an object .*not undefined/],
		["<b>", /a display must be an object .*not "<b>"/],
		[
			{
				get "text/html"(): string {
					throw new Error("no text");
				},
			},
			/no text/,
		],
	];
	for (const [data, message] of wrong) {
		const { "text/plain": plain, ...others } = (await shows(data)).data;
		assert.match(String(plain), message);
		assert.deepEqual(others, {});
	}
	const { data } = await shows({
		"text/html": ["<i>", "</i>"],
		"image/svg+xml": new TextEncoder().encode("<svg/>"),
		"text/plain": undefined,
		"application/json": null,
	});
	assert.deepEqual(data, {
		"text/html": "<i></i>",
		"image/svg+xml": "<svg/>",
		"application/json": null,
	});
});

/** A list that counts how often its items are read. */
function counting<T>(items: T[]): { list: T[]; reads: () => number } {
	let reads = 0;
	const list = new Proxy(items, {
		get(target, key) {
			if (typeof key === "string" && /^\d+$/.test(key)) reads++;
			return Reflect.get(target, key);
		},
	});
	return { list, reads: () => reads };
}

test("no more of a big value is looked at than is shown", async () => {
	const records = Array.from({ length: 200_000 }, (_, i) => ({
		i,
		half: i / 2,
	}));
	const rows = counting(records);
	const { data } = await show(rows.list);
	assert.match(String(data["text/plain"]), /200000 rows × 2 columns/);
	assert.match(String(data["text/plain"]), /199999 +99999\.5/);
	assert.ok(rows.reads() < 10_000, `${rows.reads()} items were read`);

	const listed: unknown[] = [];
	const watch = <T extends object>(value: T) =>
		new Proxy(value, {
			ownKeys(target) {
				listed.push(target);
				return Reflect.ownKeys(target);
			},
		});
	await show(watch(Array.from({ length: 1000 }, (_, i) => i)));
	assert.deepEqual(listed, []);
	const numbers = new Float64Array(1e6);
	const { entries, keys, values } = Object;
	try {
		// a million names are what takes long
		Object.entries =
			Object.keys =
			Object.values =
				((value: object) => {
					assert.notEqual(value, numbers);
					return entries(value);
				}) as never;
		assert.match(await text(numbers), /Float64Array\(1000000\).* 999960 more/s);
	} finally {
		Object.assign(Object, { entries, keys, values });
	}
});

test("wide and deep values are cut, and keep their kind", async () => {
	class Wide {}
	const wide = Object.assign(
		new Wide(),
		Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`p${i}`, i])),
	);
	assert.match(await text(wide), /^Wide \{\n? *p0: 0.*960 more properties/s);
	assert.match(await text({ deep: [wide] }), /960 more properties/);
	const cube = (depth: number): unknown =>
		Array.from({ length: 30 }, () => (depth === 0 ? 1 : cube(depth - 1)));
	assert.ok((await text(cube(3))).length < 30_000);
	assert.match(await text(new Map([["wide", wide]])), /960 more properties/);
	const circular: Record<string, unknown> = { name: "loop" };
	circular.self = circular;
	assert.equal(
		await text(circular),
		"<ref *1> { name: 'loop', self: [Circular *1] }",
	);
	let calls = 0;
	const lazy = {
		wide,
		get loud() {
			calls++;
			return 1;
		},
	};
	assert.match(await text(lazy), /loud: \[Getter\]/);
	assert.equal(calls, 0);
	const holed: unknown[] = [wide, 2, 3];
	delete holed[1];
	assert.match(
		await text({ date: new Date(0), holed, pattern: /x/ }),
		/1970.*properties.*<1 empty item>,\s+3\s*\].*\/x\//s,
	);
});

test("lists that hold nothing are only text", async () => {
	for (const list of [[null], [undefined, 1], [null, {}], [{}, null]]) {
		assert.doesNotMatch(await text(list), /failed/);
	}
});

test("a big tensor is sampled, and says so", async () => {
	const values = new Float32Array(8_000_000).fill(2);
	const tensor = {
		dataId: {},
		shape: [8_000_000],
		dtype: "float32",
		dataSync: () => values,
	};
	assert.equal(
		await text(tensor),
		"Tensor float32 [8000000] min 2, mean 2, max 2 of one value in 2",
	);
});
