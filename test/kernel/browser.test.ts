import assert from "node:assert/strict";
import {
	type ChildProcess,
	execFile,
	spawn,
	spawnSync,
} from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium, type Page } from "playwright-core";
import { installKernel } from "../../kernel/kernels-folder.js";
import { kernelName } from "../../kernel/kernelspec.js";
import { scratchFolder } from "./session.js";

const python = "/usr/bin/python3";
const executablePath = "/usr/bin/chromium";
const hasBrowser = existsSync(executablePath);
const hasNotebook =
	spawnSync(python, ["-c", "import notebook.notebookapp"]).status === 0;
const skipPage = hasBrowser ? false : `there is no ${executablePath}`;
const skipNotebook =
	skipPage || (hasNotebook ? false : `${python} has no classic notebook`);

const folder = scratchFolder();
const children: ChildProcess[] = [];
after(() => {
	for (const child of children) child.kill("SIGKILL");
});

const cells = [
	"import * as aq from 'arquero';\naq.table({ backbone: ['resnet50', 'swin-t'], score: [76.13, 81.2] })",
	"({ data: [{ x: [1, 2, 3], y: [2, 1, 3], name: 'clean' }], layout: { title: { text: 'Figure 5' } } })",
	"for (const i of progress(Array(30).fill(0), { label: 'epoch' })) await new Promise((r) => setTimeout(r, 100))",
	"function deep(x: any) {\n  return x.y.z;\n}\ndeep({})",
];

function writeInput(sources: readonly string[]): string {
	const path = join(folder, "page.ipynb");
	const kernelspec = {
		name: kernelName,
		display_name: "TypeScript",
		language: "typescript",
	};
	const notebook = {
		nbformat: 4,
		nbformat_minor: 5,
		metadata: { kernelspec },
		cells: sources.map((source, i) => ({
			id: `cell-${i}`,
			cell_type: "code",
			metadata: {},
			source,
			outputs: [],
			execution_count: null,
		})),
	};
	writeFileSync(path, JSON.stringify(notebook));
	return path;
}

/** A page with no way out to the network; screenshots go to $SCREENSHOTS, if set. */
async function openPage(): Promise<{ page: Page; close(): Promise<void> }> {
	const browser = await chromium.launch({
		executablePath,
		args: ["--no-sandbox"],
		timeout: 0,
	});
	const context = await browser.newContext({
		viewport: { width: 1100, height: 1400 },
	});
	// on a busy machine everything comes late; what never comes is a test that hangs
	context.setDefaultTimeout(0);
	await context.route(/^https?:\/\/(?!127\.0\.0\.1)/, (route) => route.abort());
	return { page: await context.newPage(), close: () => browser.close() };
}

async function picture(page: Page, name: string): Promise<void> {
	const to = process.env.SCREENSHOTS;
	if (to)
		await page.screenshot({ path: join(to, `${name}.png`), fullPage: true });
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve()),
	);
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** Starts classic Notebook; returns the address of the test's notebook. */
async function startNotebook(): Promise<string> {
	installKernel({ prefix: folder });
	const port = await freePort();
	const token = randomBytes(16).toString("hex");
	const server = spawn(
		python,
		[
			"-m",
			"notebook",
			"--no-browser",
			"--allow-root",
			"--ip=127.0.0.1",
			`--port=${port}`,
			`--NotebookApp.token=${token}`,
		],
		{
			cwd: folder,
			stdio: "ignore",
			env: {
				...process.env,
				JUPYTER_PATH: join(folder, "share", "jupyter"),
				JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
				JUPYTER_CONFIG_DIR: join(folder, "config"),
			},
		},
	);
	children.push(server);
	const base = `http://127.0.0.1:${port}`;
	const answers = () =>
		fetch(`${base}/api?token=${token}`).then(
			({ ok }) => ok,
			() => false,
		);
	while (!(await answers())) {
		assert.equal(server.exitCode, null, "the server has ended");
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	return `${base}/notebooks/page.ipynb?token=${token}`;
}

interface Classic {
	readonly Jupyter: {
		readonly notebook: {
			execute_all_cells(): void;
			insert_cell_at_bottom(type: string): { set_text(text: string): void };
			execute_cells(positions: number[]): void;
			ncells(): number;
			readonly kernel: {
				interrupt(): void;
				restart(): void;
				is_connected(): boolean;
			};
		};
	};
}

const output = (page: Page, cell: number) =>
	page.locator(".code_cell").nth(cell).locator(".output_area");

/** Remembers every text of the bar of the third cell; the function returned gives them in order. */
async function watchBar(page: Page): Promise<() => Promise<string[]>> {
	await page.evaluate(() => {
		const texts: string[] = [];
		Object.assign(globalThis, { barTexts: texts });
		const cell = document.querySelectorAll(".code_cell")[2] as Element;
		new MutationObserver(() => {
			const text = cell.querySelector(".output_area pre")?.textContent ?? "";
			if (text !== "" && text !== texts.at(-1)) texts.push(text);
		}).observe(cell, { childList: true, subtree: true, characterData: true });
	});
	return () =>
		page.evaluate(
			() => (globalThis as unknown as { barTexts: string[] }).barTexts,
		);
}

async function runNew(page: Page, source: string): Promise<number> {
	return page.evaluate((text) => {
		const { notebook } = (globalThis as unknown as Classic).Jupyter;
		notebook.insert_cell_at_bottom("code").set_text(text);
		const at = notebook.ncells() - 1;
		notebook.execute_cells([at]);
		return at;
	}, source);
}

test("classic Notebook: table, plot, progress, error, interrupt, restart", {
	skip: skipNotebook,
}, async () => {
	writeInput(cells);
	const address = await startNotebook();
	const { page, close } = await openPage();
	await page.goto(address);
	await page.waitForFunction(() =>
		(
			globalThis as unknown as Partial<Classic>
		).Jupyter?.notebook?.kernel?.is_connected(),
	);
	const shown = await watchBar(page);
	await page.evaluate(() =>
		(globalThis as unknown as Classic).Jupyter.notebook.execute_all_cells(),
	);

	await output(page, 0).getByText("2 rows × 2 columns").waitFor();
	const plot = output(page, 1).locator(".js-plotly-plot");
	await plot.waitFor();

	const bar = output(page, 2).locator("pre");
	await bar.getByText("30/30").waitFor();
	assert.equal((await bar.textContent())?.trim().split("\n").length, 1);
	const texts = await shown();
	assert.match(texts[0] ?? "", /^epoch +\d+%/);
	assert.ok(texts.length > 1, "it moves");

	const error = output(page, 3);
	await error.getByText("TypeError").first().waitFor();
	assert.match((await error.textContent()) ?? "", /In\[4\]:2:14/);

	await plot.scrollIntoViewIfNeeded();
	const point = (await plot.locator(".point").nth(1).boundingBox())!;
	await page.mouse.move(point.x - 20, point.y - 20);
	await page.mouse.move(point.x + 3, point.y + 3, { steps: 5 });
	await plot.locator(".hovertext").first().waitFor();
	await picture(page, "classic");

	const busy = await runNew(page, "console.log('busy'); while (true) {}");
	await output(page, busy).getByText("busy").waitFor();
	await page.evaluate(() =>
		(globalThis as unknown as Classic).Jupyter.notebook.kernel.interrupt(),
	);
	await output(page, busy).getByText("Interrupted").first().waitFor();

	await runNew(page, "const before = 1");
	await page.evaluate(() =>
		(globalThis as unknown as Classic).Jupyter.notebook.kernel.restart(),
	);
	const fresh = await runNew(page, "before");
	await output(page, fresh).getByText("Cannot find name").first().waitFor();
	await close();
});

test("the exported page shows live figures, from disk and without a network", {
	skip: skipPage,
}, async () => {
	const path = writeInput([...cells.slice(0, 2), "'done'"]);
	const html = join(folder, "page.html");
	const runner = fileURLToPath(
		new URL("../../kernel/notebook/run.js", import.meta.url),
	);
	const out = join(folder, "executed.ipynb");
	await promisify(execFile)(process.execPath, [
		...[runner, "run", path],
		...["--out", out, "--html", html],
	]);
	const { page, close } = await openPage();
	const errors: string[] = [];
	page.on("pageerror", (error) => errors.push(error.message));
	await page.goto(pathToFileURL(html).href);
	await page.locator(".js-plotly-plot .main-svg").first().waitFor();
	await page.getByText("2 rows × 2 columns").waitFor();
	await picture(page, "page");
	assert.deepEqual(errors, []);
	await close();
});
