import type { DOMWindow } from "jsdom";
import { PNG } from "pngjs";

const narrow = new Set("ijl.,:;'|!()[]{}tfrI ·/-");
const wide = new Set("mwMW@%");

/** Width of a text in units of its size, in a font as wide as DejaVu Sans, so that others fit too. */
function textWidth(text: string): number {
	let width = 0;
	for (const character of text) {
		if (narrow.has(character)) width += 0.35;
		else if (wide.has(character)) width += 0.9;
		else width += /[A-Z]/.test(character) ? 0.69 : 0.62;
	}
	return width;
}

function fontSize(element: Element | null): number {
	for (let e = element; e; e = e.parentElement) {
		const size =
			/font-size:\s*([\d.]+)/.exec(e.getAttribute("style") ?? "")?.[1] ??
			e.getAttribute("font-size");
		if (size) return Number.parseFloat(size);
	}
	return 12;
}

interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}

function textLines(element: Element): string[] {
	const spans = [...element.querySelectorAll("tspan.line")];
	return spans.length > 0
		? spans.map((span) => span.textContent ?? "")
		: [element.textContent ?? ""];
}

function textBox(element: Element): Box {
	const size = fontSize(element);
	const lines = textLines(element);
	const width = size * Math.max(...lines.map(textWidth));
	const x = Number(element.getAttribute("x")) || 0;
	const y = Number(element.getAttribute("y")) || 0;
	const anchor =
		element.getAttribute("text-anchor") ??
		/text-anchor:\s*(\w+)/.exec(element.getAttribute("style") ?? "")?.[1];
	const before = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
	const height = size * (1.3 * lines.length - 0.1);
	return { x: x - before, y: y - size, width, height };
}

function pathBox(element: Element): Box {
	const numbers = (element.getAttribute("d") ?? "").match(/-?[\d.]+/g) ?? [];
	const xs = numbers.filter((_, i) => i % 2 === 0).map(Number);
	const ys = numbers.filter((_, i) => i % 2 === 1).map(Number);
	if (ys.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
	const [x, y] = [Math.min(...xs), Math.min(...ys)];
	return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

function union(boxes: readonly Box[]): Box {
	const shown = boxes.filter(({ width, height }) => width > 0 || height > 0);
	if (shown.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
	const x = Math.min(...shown.map((box) => box.x));
	const y = Math.min(...shown.map((box) => box.y));
	const right = Math.max(...shown.map((box) => box.x + box.width));
	const bottom = Math.max(...shown.map((box) => box.y + box.height));
	return { x, y, width: right - x, height: bottom - y };
}

/** `[a, b, c, d, e, f]` as in SVG: x' = a x + c y + e, y' = b x + d y + f. */
type Matrix = readonly [number, number, number, number, number, number];

const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
function product(outer: Matrix, inner: Matrix): Matrix {
	const [a, b, c, d, e, f] = outer;
	const [p, q, r, s, t, u] = inner;
	return [
		a * p + c * q,
		b * p + d * q,
		a * r + c * s,
		b * r + d * s,
		a * t + c * u + e,
		b * t + d * u + f,
	];
}

function rotation(degrees: number, x: number, y: number): Matrix {
	const [cos, sin] = [
		Math.cos((degrees * Math.PI) / 180),
		Math.sin((degrees * Math.PI) / 180),
	];
	const turn: Matrix = [cos, sin, -sin, cos, x, y];
	return product(turn, [1, 0, 0, 1, -x, -y]);
}

function matrixOf(name: string, [a = 0, b, c]: readonly number[]): Matrix {
	if (name === "translate") return [1, 0, 0, 1, a, b ?? 0];
	if (name === "scale") return [a, 0, 0, b ?? a, 0, 0];
	return rotation(a, b ?? 0, c ?? 0);
}

/** How an element's own `transform` moves, scales and turns it. */
function transformOf(element: Element): Matrix {
	const text = element.getAttribute("transform") ?? "";
	return [...text.matchAll(/(translate|scale|rotate)\(([^)]*)\)/g)]
		.map(([, name = "", numbers = ""]) =>
			matrixOf(name, (numbers.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number)),
		)
		.reduce(product, identity);
}

/** The upright box around a box that was moved. */
function moved(box: Box, [a, b, c, d, e, f]: Matrix): Box {
	const { x, y, width, height } = box;
	const corners = [x, x + width].flatMap((left) =>
		[y, y + height].map((top) => [
			a * left + c * top + e,
			b * left + d * top + f,
		]),
	);
	const xs = corners.map(([left]) => left as number);
	const ys = corners.map(([, top]) => top as number);
	const [left, top] = [Math.min(...xs), Math.min(...ys)];
	return {
		x: left,
		y: top,
		width: Math.max(...xs) - left,
		height: Math.max(...ys) - top,
	};
}

/** The box of an element in the coordinates it is drawn in, its own transform left out. */
function boundingBox(element: Element): Box {
	const tag = element.tagName.toLowerCase();
	if (tag === "text" || tag === "tspan") return textBox(element);
	if (tag === "path") return pathBox(element);
	const number = (name: string) => Number(element.getAttribute(name)) || 0;
	if (tag === "rect" || tag === "image") {
		return {
			x: number("x"),
			y: number("y"),
			width: number("width"),
			height: number("height"),
		};
	}
	return union(
		[...element.children].map((child) =>
			moved(boundingBox(child), transformOf(child)),
		),
	);
}

/** The box of an element on the page. */
function pageBox(element: Element): Box {
	let box = boundingBox(element);
	for (let e: Element | null = element; e; e = e.parentElement) {
		box = moved(box, transformOf(e));
	}
	return box;
}

/** The parts of a 2D canvas that Plotly's heatmap draws with. */
class PixelCanvas {
	pixels: Uint8ClampedArray = new Uint8ClampedArray(0);
	fillStyle = "";

	constructor(readonly canvas: { width: number; height: number }) {}

	createImageData(width: number, height: number) {
		return { width, height, data: new Uint8ClampedArray(width * height * 4) };
	}

	putImageData(image: { data: Uint8ClampedArray }): void {
		this.pixels = image.data;
	}

	fillRect(x: number, y: number, width: number, height: number): void {
		const { canvas, fillStyle } = this;
		const size = canvas.width * canvas.height * 4;
		if (this.pixels.length !== size) this.pixels = new Uint8ClampedArray(size);
		const [r = 0, g = 0, b = 0, a = 1] = (fillStyle.match(/[\d.]+/g) ?? []).map(
			Number,
		);
		const right = Math.min(canvas.width, Math.round(x + width));
		const bottom = Math.min(canvas.height, Math.round(y + height));
		for (let row = Math.max(0, Math.round(y)); row < bottom; row++) {
			for (let column = Math.max(0, Math.round(x)); column < right; column++) {
				this.pixels.set([r, g, b, a * 255], (row * canvas.width + column) * 4);
			}
		}
	}

	/** Small images are enlarged, because SVG renderers would blur their few pixels. */
	toDataUrl(): string {
		const { width, height } = this.canvas;
		const times = Math.max(1, Math.floor(512 / Math.max(width, height, 1)));
		const enlarged = new PNG({ width: width * times, height: height * times });
		for (let y = 0; y < enlarged.height; y++) {
			for (let x = 0; x < enlarged.width; x++) {
				const from =
					(Math.floor(y / times) * width + Math.floor(x / times)) * 4;
				const pixel = this.pixels.subarray(from, from + 4);
				enlarged.data.set(pixel, (y * enlarged.width + x) * 4);
			}
		}
		const bytes = PNG.sync.write(enlarged);
		return `data:image/png;base64,${bytes.toString("base64")}`;
	}
}

/** Gives jsdom the measuring and painting that Plotly needs and jsdom lacks. */
export function installDomStubs(window: DOMWindow): void {
	const contexts = new WeakMap<object, PixelCanvas>();
	const contextOf = (canvas: HTMLCanvasElement) => {
		const context = contexts.get(canvas) ?? new PixelCanvas(canvas);
		contexts.set(canvas, context);
		return context;
	};
	const add = (target: object, name: string, value: unknown) =>
		Object.defineProperty(target, name, {
			value,
			configurable: true,
			writable: true,
		});
	const element = window.SVGElement.prototype;
	add(element, "getBBox", function (this: Element) {
		return boundingBox(this);
	});
	add(element, "getComputedTextLength", function (this: Element) {
		return textBox(this).width;
	});
	add(element, "getTotalLength", () => 0);
	add(element, "getPointAtLength", () => ({ x: 0, y: 0 }));
	add(
		window.Element.prototype,
		"getBoundingClientRect",
		function (this: Element) {
			const { x, y, width, height } = pageBox(this);
			const edges = { left: x, top: y, right: x + width, bottom: y + height };
			return { x, y, width, height, ...edges };
		},
	);
	const canvas = window.HTMLCanvasElement.prototype;
	add(canvas, "getContext", function (this: HTMLCanvasElement) {
		return contextOf(this);
	});
	add(canvas, "toDataURL", function (this: HTMLCanvasElement) {
		return contextOf(this).toDataUrl();
	});
	add(window, "matchMedia", () => ({ matches: false, addListener() {} }));
	add(window.URL, "createObjectURL", () => "");
}
