/** The site as `npm run docs` has built it: links, addresses, and pages in Chromium. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { extname, join, sep } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const html = fileURLToPath(
	new URL("../../../docs/.site/html/", import.meta.url),
);
const executablePath = "/usr/bin/chromium";
const skip = existsSync(join(html, "index.html"))
	? false
	: "the site is not built: npm run docs";
const skipBrowser =
	skip ||
	(existsSync(executablePath) ? false : `there is no ${executablePath}`);

const files = skip
	? []
	: readdirSync(html, { recursive: true, encoding: "utf8" });
const pages = files.filter((name) => name.endsWith(".html"));
const textOf = (name: string): string => readFileSync(join(html, name), "utf8");

const types: Readonly<Record<string, string>> = {
	".html": "text/html",
	".js": "text/javascript",
	".css": "text/css",
	".svg": "image/svg+xml",
	".png": "image/png",
	".jpg": "image/jpeg",
};

/** Pages of each kind. */
const kinds = [
	"index.html",
	"study.html",
	"remedies.html",
	"supported.html",
	"explain/engine.html",
	"reference/combine.html",
	"notebooks/robustness-transfer.html",
];

let server: Server | undefined;
let browser: Browser | undefined;
after(async () => {
	await browser?.close();
	server?.close();
});

/** The address of the site. */
async function served(): Promise<string> {
	server ??= createServer(({ url = "/" }, response) => {
		const path = decodeURIComponent(url.split(/[?#]/)[0] as string);
		const file = join(html, path.endsWith("/") ? `${path}index.html` : path);
		if (!file.startsWith(html) || !existsSync(file))
			return void response.writeHead(404).end();
		response.setHeader("content-type", types[extname(file)] ?? "text/plain");
		response.end(readFileSync(file));
	}).listen(0, "127.0.0.1");
	if (!server.listening)
		await new Promise((resolve) => server?.once("listening", resolve));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A page of the site, in a theme and of a width; nothing outside of this machine is reached. */
async function opened(
	name: string,
	{ dark, width }: { dark: boolean; width: number },
): Promise<Page> {
	browser ??= await chromium.launch({
		executablePath,
		args: ["--no-sandbox"],
		timeout: 0,
	});
	const context = await browser.newContext({
		viewport: { width, height: 900 },
		colorScheme: dark ? "dark" : "light",
		reducedMotion: "reduce",
	});
	context.setDefaultTimeout(0);
	context.setDefaultNavigationTimeout(0);
	await context.route(/^https?:\/\/(?!127\.0\.0\.1)/, () => {
		throw new Error("a page asked for something outside of this machine");
	});
	const page = await context.newPage();
	await page.goto(`${await served()}/${name}`, { waitUntil: "load" });
	return page;
}

/** Keeps a picture of a page in $SCREENSHOTS, if set. */
async function picture(page: Page, name: string): Promise<void> {
	const to = process.env.SCREENSHOTS;
	if (to)
		await page.screenshot({
			path: join(to, `${name.replaceAll("/", "-")}.png`),
		});
}

test("links inside the site lead somewhere, to places on pages too", {
	skip,
}, () => {
	const known = new Set(files.map((name) => `/${name.split(sep).join("/")}`));
	const ids = new Map(
		pages.map((name) => [
			`/${name.split(sep).join("/")}`,
			new Set([...textOf(name).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
		]),
	);
	let count = 0;
	const broken = pages.flatMap((name) =>
		[...textOf(name).matchAll(/(?:href|src)="(\/[^"]*|#[^"]+)"/g)].flatMap(
			([, address = ""]) => {
				count++;
				const [path = "", anchor = ""] = address.split("#");
				const here = `/${name.split(sep).join("/")}`;
				const target =
					path === "" ? here : path.endsWith("/") ? `${path}index.html` : path;
				if (!known.has(target)) return [`${name}: ${address}`];
				const there = ids.get(target);
				const isThere =
					anchor === "" || !there || there.has(decodeURIComponent(anchor));
				return isThere ? [] : [`${name}: ${address}`];
			},
		),
	);
	assert.deepEqual([...new Set(broken)], []);
	assert.ok(count > 1000, `${count} links`);
});

test("pages speak of no machine, and the search knows what they say", {
	skip,
}, () => {
	const machines = pages.filter((name) =>
		/["\s>(](\/work\/|\/tmp\/|\/home\/)/.test(textOf(name)),
	);
	assert.deepEqual(machines, []);
	const index = files.find((name) => /localSearchIndex.*\.js$/.test(name));
	assert.ok(index, "there is no index of the search");
	assert.match(textOf(index), /finetune/);
});

const axe = readFileSync(
	createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
	"utf8",
);

interface Finding {
	readonly id: string;
	readonly impact: string;
	readonly nodes: readonly {
		readonly html: string;
		readonly target: readonly string[];
	}[];
}

/** What axe finds serious on a page. */
async function findings(page: Page): Promise<string[]> {
	await page.evaluate(axe);
	const violations = (await page.evaluate(
		"axe.run().then(({ violations }) => violations)",
	)) as Finding[];
	return violations
		.filter(({ impact }) => ["serious", "critical"].includes(impact))
		.flatMap(({ id, nodes }) =>
			nodes
				.slice(0, 3)
				.map(
					({ html, target }) =>
						`${id}: ${target.join(" ")}: ${html.slice(0, 120)}`,
				),
		);
}

/** What is wrong with a page, at the width of a desk and at that of a phone. */
async function problemsOf(
	page: Page,
	name: string,
	theme: string,
): Promise<string[]> {
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.goto(`${await served()}/${name}`, { waitUntil: "load" });
	await picture(page, `${name}-${theme}-1280`);
	const found = await findings(page);
	await page.setViewportSize({ width: 390, height: 900 });
	await picture(page, `${name}-${theme}-390`);
	const width = await page.evaluate("document.documentElement.scrollWidth");
	const wide = width === 390 ? [] : [`${width} pixels wide`];
	return [...found, ...wide].map((what) => `${name}: ${what}`);
}

for (const theme of ["light", "dark"]) {
	test(`pages are accessible and fit a phone, ${theme}`, {
		skip: skipBrowser,
	}, async () => {
		const dark = theme === "dark";
		const page = await opened("index.html", { dark, width: 1280 });
		const problems: string[] = [];
		for (const name of kinds)
			problems.push(...(await problemsOf(page, name, theme)));
		assert.deepEqual(problems, []);
		await page.context().close();
	});
}

test("the search finds a name without a network", {
	skip: skipBrowser,
}, async () => {
	const page = await opened("index.html", { dark: false, width: 1280 });
	await page
		.locator("button.DocSearch, .VPNavBarSearch button")
		.first()
		.click();
	await page.locator("#localsearch-input").fill("comparePairs");
	const first = page.locator(".results .result").first();
	await first.waitFor();
	assert.match((await first.textContent()) ?? "", /comparePairs/);
	await picture(page, "search");
});
