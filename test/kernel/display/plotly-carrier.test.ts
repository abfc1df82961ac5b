import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { figureBundle } from "../../../kernel/display/figure.js";
import { PlotlyCarrier } from "../../../kernel/display/plotly-carrier.js";
import type { Content, Message } from "../../../kernel/protocol/message.js";

const before = process.env.ROBUST_TRANSFER_PLOTS;
process.env.ROBUST_TRANSFER_PLOTS = "inline";
after(() => {
	process.env.ROBUST_TRANSFER_PLOTS = before;
});

const figure = {
	data: [{ x: [1, 2], y: [3, 4] }],
	layout: { title: { text: "T" } },
};
const shown = figureBundle(figure);

/** A notebook whose cells show things; each call gives the HTML that was published. */
function openNotebook() {
	const published: Content[] = [];
	const carrier = new PlotlyCarrier({
		publish: (_, content) => published.push(content),
	});
	const htmlOf = ({ data }: Content) =>
		String((data as Content | undefined)?.["text/html"]);
	return (metadata: Content, ...outputs: (readonly [string, Content])[]) => {
		const header = {} as Message["header"];
		const content = { code: "plot()" };
		carrier.begin({ header, metadata, content } as unknown as Message);
		published.length = 0;
		for (const [type, output] of outputs) carrier.publish(type, output, header);
		return published.map(htmlOf);
	};
}

const carries = (html: string | undefined) =>
	html?.includes('class="plotly-source"');
const result = ["execute_result", { ...shown, transient: {} }] as const;
const text = ["execute_result", { data: { "text/plain": "1" } }] as const;
const display = (type: string, id: string) =>
	[type, { ...shown, transient: { display_id: id } }] as const;

test("a cell that runs again carries Plotly again, other cells do not", () => {
	const run = openNotebook();
	assert.deepEqual(run({ cellId: "a" }, result, result).map(carries), [
		true,
		false,
	]);
	assert.deepEqual(run({ cellId: "b" }, result).map(carries), [false]);
	assert.deepEqual(run({ cellId: "a" }, result).map(carries), [true]);
	assert.deepEqual(run({ cellId: "b" }, result).map(carries), [false]);
});

test("when the output that carries it goes, the next figure carries it", () => {
	const run = openNotebook();
	run({ cellId: "a" }, result);
	assert.deepEqual(run({ cellId: "a" }, text).map(carries), [false]);
	assert.deepEqual(run({ cellId: "b" }, result).map(carries), [true]);
	assert.deepEqual(
		run({ cellId: "c", deletedCells: ["b"] }, result).map(carries),
		[true],
	);
	const [first, , second] = run(
		{ cellId: "c" },
		...[result, ["clear_output", { wait: true }] as const, result],
	);
	assert.deepEqual([first, second].map(carries), [true, true]);
});

test("an updated display carries what it carried before", () => {
	const run = openNotebook();
	run(
		{ cellId: "a" },
		display("display_data", "x"),
		display("display_data", "y"),
	);
	assert.deepEqual(
		run(
			{ cellId: "b" },
			display("update_display_data", "y"),
			display("update_display_data", "x"),
		).map(carries),
		[false, true],
	);
});

test("a client that does not name its cells is served by their text", () => {
	const run = openNotebook();
	assert.deepEqual(run({}, result).map(carries), [true]);
	assert.deepEqual(run({}, result).map(carries), [true]);
});

test("nothing is carried where nothing is live, or Plotly is elsewhere", () => {
	const run = openNotebook();
	const strip = figureBundle({ data: [], layout: { images: [] } });
	assert.deepEqual(
		run({ cellId: "a" }, ["execute_result", { ...strip }]).map(carries),
		[false],
	);
	process.env.ROBUST_TRANSFER_PLOTS = "connected";
	assert.deepEqual(run({ cellId: "a" }, result).map(carries), [false]);
	process.env.ROBUST_TRANSFER_PLOTS = "sometimes";
	assert.throws(() => figureBundle(figure), /inline, connected, static/);
	process.env.ROBUST_TRANSFER_PLOTS = "inline";
});

test("the same figure is the same output, to the byte", () => {
	assert.deepEqual(figureBundle(figure), shown);
});

test("a saved output comes alive without a network, also twice on a page and as wide as there is room", {
	skip: existsSync("/usr/bin/chromium")
		? false
		: "there is no /usr/bin/chromium",
}, async () => {
	const run = openNotebook();
	run({ cellId: "a" }, result);
	const [again = ""] = run({ cellId: "a" }, result);
	const [other = ""] = run({ cellId: "b" }, result);
	const browser = await chromium.launch({
		executablePath: "/usr/bin/chromium",
		args: ["--no-sandbox"],
		timeout: 0,
	});
	const page = await browser.newPage({ viewport: { width: 700, height: 900 } });
	page.setDefaultTimeout(0);
	await page.route(/^https?:/, (route) => route.abort());
	// the output that carries it comes last
	await page.setContent(
		`<body style="margin:0;background:#111">${other}${again}</body>`,
	);
	const drawings = page.locator(".js-plotly-plot > div .main-svg:first-child");
	await page.waitForFunction(
		() => document.querySelectorAll(".js-plotly-plot .main-svg").length >= 4,
	);
	const widthsAt = async (width: number) => {
		await page.setViewportSize({ width, height: 900 });
		await page.waitForFunction(
			(wanted) =>
				[...document.querySelectorAll(".js-plotly-plot")].every(
					(plot) =>
						plot.querySelector(".main-svg")?.getBoundingClientRect().width ===
						wanted,
				),
			width,
		);
	};
	await widthsAt(700);
	await widthsAt(1000);
	assert.match(
		(await drawings.first().getAttribute("style")) ?? "",
		/background: rgb\(17, 17, 17\)/,
	);
	await page.evaluate(() => {
		document.body.style.background = "white";
	});
	await page.waitForFunction(() =>
		document
			.querySelector(".js-plotly-plot .main-svg")
			?.getAttribute("style")
			?.includes("background: rgb(255, 255, 255)"),
	);
	assert.equal(await page.locator("img").count(), 0);
	await browser.close();
});
