/** What VitePress is told: contents, search, look. */
import type { DefaultTheme, UserConfig } from "vitepress";
import { groups } from "./contents.js";
import type { Page } from "./page.js";

const link = (path: string): string => `/${path.replace(/(^|\/)index$/, "$1")}`;

/** The lists of pages beside the text; those of the reference are added to its group. */
export function sidebarOf(
	paths: ReadonlySet<string>,
	reference: readonly Page[],
): DefaultTheme.SidebarItem[] {
	const parts = reference.map(({ path, title }) => ({
		text: title,
		link: link(path.replace(/\.md$/, "")),
	}));
	return groups.map(({ title, entries }) => ({
		text: title,
		items: entries
			.filter(({ path }) => paths.has(path))
			.map(({ path, title }) =>
				path === "reference/index"
					? { text: title, link: link(path), items: parts }
					: { text: title, link: link(path) },
			),
	}));
}

/** The configuration of the site; `sidebar` is what `sidebarOf` gives. */
export function siteConfig(
	sidebar: DefaultTheme.SidebarItem[],
): UserConfig<DefaultTheme.Config> {
	return {
		title: "robust-transfer",
		description: "Does robustness on ImageNet transfer to downstream tasks?",
		lang: "en-US",
		srcDir: "pages",
		outDir: "html",
		cleanUrls: false,
		lastUpdated: false,
		markdown: {
			theme: {
				light: "github-light-high-contrast",
				dark: "github-dark-high-contrast",
			},
		},
		vite: {
			build: { chunkSizeWarningLimit: 4000 },
			publicDir: "../public",
		},
		themeConfig: {
			nav: [
				{ text: "Start", link: "/start" },
				{ text: "Study", link: "/study" },
				{ text: "Notebooks", link: "/notebooks/robustness-transfer" },
				{ text: "Reference", link: "/reference/" },
			],
			sidebar,
			outline: [2, 3],
			search: { provider: "local" },
			docFooter: { prev: "Before", next: "Next" },
		},
	};
}
