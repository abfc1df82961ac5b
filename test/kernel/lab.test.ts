/** Figures in JupyterLab, where it is installed: `PATH=<environment>/bin:$PATH`. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { chromium, type Page } from "playwright-core";
import { installKernel } from "../../kernel/kernels-folder.js";
import { kernelName } from "../../kernel/kernelspec.js";
import { scratchFolder } from "./session.js";

const lab = "jupyter-lab";
const executablePath = "/usr/bin/chromium";
const skip =
	existsSync(executablePath) && spawnSync(lab, ["--version"]).status === 0
		? false
		: `there is no ${executablePath} or no ${lab}`;

const folder = scratchFolder();
const children: ChildProcess[] = [];
after(() => {
	for (const child of children) child.kill("SIGKILL");
});

const figure = `({ data: [1, 2, 3].map((k) => ({ name: "a long name of a line, number " + k, y: [k, 2 * k] })), layout: { title: { text: "Figure" } } })`;

function writeNotebook(): string {
	const path = join(folder, "figures.ipynb");
	const cells = [figure, figure.replace("Figure", "Another")].map(
		(source, i) => ({
			id: `cell-${i}`,
			cell_type: "code",
			metadata: {},
			source,
			outputs: [],
			execution_count: null,
		}),
	);
	const kernelspec = { name: kernelName, display_name: "TypeScript" };
	writeFileSync(
		path,
		JSON.stringify({
			nbformat: 4,
			nbformat_minor: 5,
			metadata: { kernelspec },
			cells,
		}),
	);
	return path;
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

/** Starts JupyterLab; returns the address of the notebook. */
async function startLab(): Promise<string> {
	installKernel({ prefix: folder });
	const port = await freePort();
	const token = randomBytes(16).toString("hex");
	const server = spawn(
		lab,
		[
			...["--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`],
			...[`--IdentityProvider.token=${token}`, "--expose-app-in-browser"],
			"--LabApp.news_url=None",
		],
		{
			cwd: folder,
			stdio: "ignore",
			env: {
				...process.env,
				JUPYTER_PATH: join(folder, "share", "jupyter"),
				JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
				JUPYTER_CONFIG_DIR: join(folder, "config"),
				JUPYTER_DATA_DIR: join(folder, "data"),
				JUPYTERLAB_SETTINGS_DIR: join(folder, "settings"),
				JUPYTERLAB_WORKSPACES_DIR: join(folder, "workspaces"),
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
	return `${base}/lab/tree/figures.ipynb?token=${token}&reset`;
}

interface Lab {
	readonly jupyterapp: {
		readonly commands: {
			execute(id: string, options?: object): Promise<unknown>;
		};
	};
}

const execute = (page: Page, id: string, options: object = {}) =>
	page.evaluate(
		([name, given]) => {
			const { commands } = (globalThis as unknown as Lab).jupyterapp;
			return commands.execute(name, given).then(() => {});
		},
		[id, options] as const,
	);

/** Waits until every figure of the notebook is drawn, as wide as its output. */
const drawn = (page: Page, background: string) =>
	page.waitForFunction((color) => {
		const holders = [...document.querySelectorAll(".live-figure")];
		return (
			holders.length === 2 &&
			holders.every((holder) => {
				const drawing = holder.querySelector(".main-svg");
				return (
					drawing?.getBoundingClientRect().width === holder.clientWidth &&
					getComputedStyle(drawing).backgroundColor === color
				);
			})
		);
	}, background);

const count = (path: string, text: string) =>
	readFileSync(path, "utf8").split(text).length - 1;

test("JupyterLab: figures run twice are live after a reload, at any width, in light and dark", {
	skip,
}, async () => {
	const path = writeNotebook();
	const address = await startLab();
	const browser = await chromium.launch({
		executablePath,
		args: ["--no-sandbox"],
		timeout: 0,
	});
	const page = await browser.newPage({
		viewport: { width: 1400, height: 1800 },
	});
	page.setDefaultTimeout(0);
	await page.route(/^https?:\/\/(?!127\.0\.0\.1)/, (route) => route.abort());
	await page.goto(address);
	await page.getByText("| Idle").first().waitFor();
	const runAll = async (executions: string) => {
		await execute(page, "notebook:run-all-cells");
		await page
			.locator(".jp-OutputPrompt", { hasText: executions })
			.last()
			.waitFor();
	};
	await runAll("[2]");
	await runAll("[4]");
	await drawn(page, "rgb(255, 255, 255)");
	await execute(page, "docmanager:save");
	while (count(path, '"execution_count": 4') === 0)
		await new Promise((resolve) => setTimeout(resolve, 100));
	assert.equal(count(path, 'class=\\"plotly-source\\"'), 1);
	await page.goto(address);
	await drawn(page, "rgb(255, 255, 255)");
	await execute(page, "apputils:change-theme", { theme: "JupyterLab Dark" });
	await drawn(page, "rgb(17, 17, 17)");
	await page.setViewportSize({ width: 900, height: 1800 });
	await drawn(page, "rgb(17, 17, 17)");
	// nothing carries Plotly any more: the server has it
	const text = readFileSync(path, "utf8");
	const carrier =
		/<script type=\\"text\/plain\\" class=\\"plotly-source\\">[^<]*<\/script>/;
	assert.match(text, carrier);
	writeFileSync(path, text.replace(carrier, ""));
	spawnSync("jupyter-trust", [path], {
		env: { ...process.env, JUPYTER_DATA_DIR: join(folder, "data") },
	});
	const fetched = page.waitForRequest(
		/kernelspecs\/robust-transfer\/plotly-.*\.js/,
	);
	await page.goto(address);
	await fetched;
	await drawn(page, "rgb(17, 17, 17)");
	await browser.close();
});
