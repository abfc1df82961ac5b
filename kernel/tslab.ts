/** What notebooks written for tslab import as "tslab". */
import { randomUUID } from "node:crypto";
import { typescript } from "./language/typescript.js";

/** The versions of what cells run on; that of tslab is the one whose interface this is. */
export const versions: {
	readonly tslab: string;
	readonly typescript: string;
	readonly node: string;
} = {
	tslab: "1.0.22",
	typescript: typescript.version,
	node: process.version,
};

/** Shows one representation of a value below the cell. */
export interface TslabDisplay {
	javascript(text: string): void;
	html(text: string): void;
	markdown(text: string): void;
	latex(text: string): void;
	svg(text: string): void;
	png(bytes: Uint8Array): void;
	jpeg(bytes: Uint8Array): void;
	gif(bytes: Uint8Array): void;
	pdf(bytes: Uint8Array): void;
	text(text: string): void;
	/** Shows content of any MIME type; bytes become base64. */
	raw(contentType: string, content: string | Uint8Array): void;
}

type Raw = TslabDisplay["raw"];

const types = {
	javascript: "text/javascript",
	html: "text/html",
	markdown: "text/markdown",
	latex: "text/latex",
	svg: "image/svg+xml",
	png: "image/png",
	jpeg: "image/jpeg",
	gif: "image/gif",
	pdf: "application/pdf",
	text: "text/plain",
} as const;

function createDisplay(raw: Raw): TslabDisplay {
	const methods = Object.entries(types).map(([name, type]) => [
		name,
		(content: string | Uint8Array) => raw(type, content),
	]);
	return { raw, ...Object.fromEntries(methods) };
}

const bundle = (type: string, content: string | Uint8Array) => ({
	[type]:
		content instanceof Uint8Array
			? Buffer.from(content).toString("base64")
			: content,
});

/** Shows content below the cell. */
export const display: TslabDisplay = createDisplay((type, content) => {
	globalThis.display(bundle(type, content), { raw: true });
});

/** A display of which each call replaces what the one before has shown. */
export function newDisplay(): TslabDisplay {
	const id = randomUUID();
	let update = false;
	return createDisplay((type, content) => {
		globalThis.display(bundle(type, content), { raw: true, id, update });
		update = true;
	});
}
