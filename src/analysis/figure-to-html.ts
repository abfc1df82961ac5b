import { escapeHtml, scriptJson } from "./escape-html.js";
import { type Figure, plainFigure, sizeOf } from "./figure.js";
import { figureToSvg } from "./figure-to-svg.js";
import { plotlySource } from "./plotly-source.js";

/** The name of a figure: the text of its title. */
export function nameOf({ layout }: Figure): string {
	const title = layout.title as string | { readonly text?: string } | undefined;
	const text = typeof title === "string" ? title : title?.text;
	return (text ?? "Figure").replaceAll(/<[^>]*>/g, "");
}

/**
 * A figure as an HTML element: a picture, which `liveFigures` replaces on screens where scripts run.
 *
 * The picture stays what is printed.
 */
export function figureElement(figure: Figure): string {
	const { width, height } = sizeOf(figure);
	const svg = Buffer.from(figureToSvg(figure)).toString("base64");
	const name = escapeHtml(nameOf(figure));
	const json = scriptJson(plainFigure(figure));
	return `<figure class="plot"><img width="${width}" height="${height}" alt="${name}" src="data:image/svg+xml;base64,${svg}"><div class="live"></div><script type="application/json">${json}</script></figure>`;
}

/** The style of `figureElement`. */
export const figureStyle = `figure.plot{margin:0;overflow-x:auto}
figure.plot img{max-width:100%;height:auto}
@media screen{.scripted figure.plot img{display:none}}
@media print{figure.plot .live{display:none}figure.plot{break-inside:avoid}}`;

/** The scripts that bring every `figureElement` of a page to life, Plotly included: 1.5 MB. */
export const liveFigures =
	(): string => `<script>${plotlySource().replaceAll("</script", "<\\/script")}</script>
<script>document.documentElement.classList.add("scripted");
for(const holder of document.querySelectorAll("figure.plot")){
const figure=JSON.parse(holder.querySelector("script").textContent);
Plotly.newPlot(holder.querySelector(".live"),figure.data,figure.layout,Object.assign({displaylogo:false,displayModeBar:"hover"},figure.config))}</script>`;

/** A figure as a whole HTML page that needs nothing else: Plotly is in it, 1.5 MB. */
export const figureToHtml = (figure: Figure): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(nameOf(figure))}</title>
<style>body{margin:24px;background:white}
${figureStyle}</style>
</head>
<body>
${figureElement(figure)}
${liveFigures()}
</body>
</html>
`;
