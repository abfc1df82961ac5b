/** Writes the pages of the site below `docs/.site` and lets VitePress make HTML of them, in `docs/.site/html`. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vitepress";
import { sidebarOf, siteConfig } from "./config.js";
import type { Page } from "./page.js";
import { sitePages } from "./site-pages.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const site = join(root, "docs", ".site");

function write(path: string, content: string | Uint8Array): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, content);
}

const frontMatter = ({ title, outline, layout }: Page): string =>
	`---\n${JSON.stringify({ title, ...(outline && { outline }), ...(layout && { layout }) })}\n---\n\n`;

/** VitePress reads its configuration and its theme from files. */
function writeSettings(config: object): void {
	const settings = join(site, ".vitepress");
	write(join(settings, "config.json"), JSON.stringify(config));
	write(
		join(settings, "config.mjs"),
		`import { readFileSync } from "node:fs";\nconst settings = JSON.parse(readFileSync(new URL("config.json", import.meta.url), "utf8"));
// wide tables scroll, by the keyboard too
const config = (md) => { md.renderer.rules.table_open = () => '<table tabindex="0">\\n'; };
export default { ...settings, markdown: { ...settings.markdown, config } };
`,
	);
	write(
		join(settings, "theme", "index.mjs"),
		`import theme from "vitepress/theme";\nimport "../../../site/style.css";\nexport default theme;\n`,
	);
}

rmSync(site, { recursive: true, force: true });
const { pages, reference } = await sitePages(root);
for (const page of pages) {
	write(join(site, "pages", page.path), frontMatter(page) + page.text);
	for (const [path, bytes] of page.files ?? [])
		write(join(site, "public", path), bytes);
}
const paths = new Set(pages.map(({ path }) => path.replace(/\.md$/, "")));
writeSettings(siteConfig(sidebarOf(paths, reference)));
await build(site);
