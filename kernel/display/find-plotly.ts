import type { BrowserPlotly } from "../../src/analysis/live-figure.js";

// The functions here run in browsers: their source goes into outputs, and uses nothing else.

/** The class of the script element that holds Plotly: gzip, in base64. */
export const sourceClass = "plotly-source";

/**
 * Plotly, once for a page: from where the page has it, from an output that carries it, from the Jupyter
 * server, which has it beside the kernel, or from an address on the web.
 *
 * Goes on looking for an output that carries it, as those far down a notebook come late.
 */
export function findPlotly(
	address: string,
	carrier: string,
): Promise<BrowserPlotly> {
	const page = window as unknown as {
		Plotly?: BrowserPlotly;
		plotlyOfFigures?: Promise<BrowserPlotly>;
	};
	const add = (script: Partial<HTMLScriptElement>) =>
		new Promise((resolve, reject) => {
			const element = document.createElement("script");
			element.onload = resolve;
			element.onerror = reject;
			Object.assign(element, script);
			document.head.append(element);
			if (!script.src) resolve(undefined);
		});
	const unpack = async () => {
		const text = document.querySelector(`script.${carrier}`)?.textContent;
		if (!text) return;
		const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
		const plain = new Blob([bytes])
			.stream()
			.pipeThrough(new DecompressionStream("gzip"));
		await add({ textContent: await new Response(plain).text() });
	};
	const askServer = async () => {
		const config = document.getElementById("jupyter-config-data")?.textContent;
		const base = config
			? JSON.parse(config).baseUrl
			: document.body.dataset.baseUrl;
		if (!base) return;
		const answer = await fetch(`${base}api/kernelspecs`);
		const { kernelspecs } = (await answer.json()) as {
			kernelspecs: Record<string, { spec: { metadata?: { plotly?: string } } }>;
		};
		for (const [name, { spec }] of Object.entries(kernelspecs))
			if (!page.Plotly && spec.metadata?.plotly)
				await add({
					src: `${base}kernelspecs/${name}/${spec.metadata.plotly}`,
				});
	};
	const find = async () => {
		for (let tries = 0; !page.Plotly; tries++) {
			await unpack().catch(() => {});
			if (!page.Plotly && tries === 0) await askServer().catch(() => {});
			if (!page.Plotly && tries === 10)
				await add({ src: address }).catch(() => {});
			if (!page.Plotly)
				await new Promise((go) => setTimeout(go, tries < 20 ? 100 : 2000));
		}
		return page.Plotly;
	};
	page.plotlyOfFigures ??= find();
	return page.plotlyOfFigures;
}

/** Calls `use` with the first element of a class that no script has taken yet, once there is one. */
export function takeElement(
	className: string,
	use: (element: HTMLElement) => void,
	tries = 0,
): void {
	const element = document.querySelector<HTMLElement>(
		`.${className}:not([data-taken])`,
	);
	if (element) {
		element.dataset.taken = "";
		use(element);
	} else if (tries < 600)
		setTimeout(() => takeElement(className, use, tries + 1), 100);
}
