import { escapeHtml, scriptJson } from "./escape-html.js";
import { type Figure, plainFigure, sizeOf } from "./figure.js";
import { figureToSvg } from "./figure-to-svg.js";
import { fitFigure } from "./fit-figure.js";
import { liveColors, liveSource } from "./live-figure.js";
import { plotlySource } from "./plotly-source.js";

/** The name of a figure: the text of its title. */
export function nameOf({ layout }: Figure): string {
	const title = layout.title as string | { readonly text?: string } | undefined;
	const text = typeof title === "string" ? title : title?.text;
	return (text ?? "Figure").replaceAll(/<[^>]*>/g, "");
}

/** About as wide as cells of notebooks are. */
const pictureWidth = 940;

/** A figure as it is drawn where no script runs: no wider than a page. */
export function pictureOf(figure: Figure): Figure {
	const room = Math.min(pictureWidth, sizeOf(figure).width);
	return { data: figure.data, layout: fitFigure(figure, room) };
}

/** An SVG document as an image element that becomes narrower where there is no room. */
export function pictureElement(svg: string, figure: Figure): string {
	const { width, height } = sizeOf(figure);
	const source = Buffer.from(svg).toString("base64");
	return `<img width="${width}" height="${height}" style="max-width:100%;height:auto" alt="${escapeHtml(nameOf(figure))}" src="data:image/svg+xml;base64,${source}">`;
}

/**
 * A figure as an HTML element: a picture, beside which `liveFigures` draws on screens where scripts run.
 *
 * The picture stays what is printed. It is drawn anew unless an image element is given.
 */
export function figureElement(figure: Figure, picture?: string): string {
	const plain = plainFigure(figure);
	const shown = plain.data.length > 0 ? pictureOf(plain) : plain;
	const image = picture ?? pictureElement(figureToSvg(shown), shown);
	// without traces it is a picture, and shown as one
	const live =
		plain.data.length > 0
			? `<div class="live"></div><script type="application/json">${scriptJson(plain)}</script>`
			: "";
	return `<figure class="plot${live && " drawn"}">${image}${live}</figure>`;
}

/** The style of `figureElement`. */
export const figureStyle = `figure.plot{margin:0;overflow-x:auto}
figure.plot img{max-width:100%;height:auto}
@media screen{.scripted figure.drawn img{display:none}}
@media print{figure.plot .live{display:none}figure.plot{break-inside:avoid}}`;

/** The source of Plotly, for a script element. */
export const plotlyScript = (): string =>
	plotlySource().replaceAll("</script", "<\\/script");

/** The scripts that bring every `figureElement` of a page to life, Plotly included: 1.5 MB. */
export const liveFigures = (): string => `<script>${plotlyScript()}</script>
<script>${liveSource()}
document.documentElement.classList.add("scripted");
const colors=${scriptJson(liveColors)};
for(const holder of document.querySelectorAll("figure.plot")){
const data=holder.querySelector("script");
if(data)showFigure(holder.querySelector(".live"),JSON.parse(data.textContent),colors,Plotly);
else showPicture(holder.querySelector("img"),colors)}</script>`;

/** A figure as a whole HTML page that needs nothing else: Plotly is in it, 1.5 MB. */
export const figureToHtml = (figure: Figure): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(nameOf(figure))}</title>
<style>:root{color-scheme:light dark}body{margin:24px;background:white}
@media screen and (prefers-color-scheme:dark){body{background:#14171c}}
${figureStyle}</style>
</head>
<body>
${figureElement(figure)}
${liveFigures()}
</body>
</html>
`;
