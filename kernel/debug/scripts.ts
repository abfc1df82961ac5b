import { readFileSync } from "node:fs";
import type { Debugger } from "node:inspector";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { ScriptInfo } from "./cell-path.js";
import type { Inspected } from "./inspected.js";
import { type Place, Places } from "./places.js";

const kernelFolder = fileURLToPath(new URL("..", import.meta.url));
const pathOf = (url: string) =>
	url.startsWith("file://") ? fileURLToPath(url) : url;

/** Whether code is that of Node.js or of the kernel, which nobody debugs. */
export const isInternal = (url: string) =>
	url === "" ||
	/^(node|kernel):/.test(url) ||
	pathOf(url).startsWith(kernelFolder);

/** A script that is compiled from a source that the reader knows. */
export interface Known extends ScriptInfo {
	readonly places: Places;
}

/** A place in a source, as the Debug Adapter Protocol has it: line and column from 1. */
export interface SourcePlace {
	readonly path: string;
	readonly label: string;
	readonly line: number;
	readonly column: number;
}

/** The scripts that run, and where they come from. */
export class Scripts {
	readonly #urls = new Map<string, string>();
	readonly #known = new Map<string, Known | undefined>();
	readonly #hidden = new Map<string, string>();

	constructor(readonly inspected: Inspected) {
		inspected.on<Debugger.ScriptParsedEventDataType>(
			"Debugger.scriptParsed",
			({ scriptId, url }) => this.#urls.set(scriptId, url),
		);
	}

	/** Takes what is about to run. */
	add(info: ScriptInfo): Known {
		const lines = info.text.split("\n").length;
		const places = new Places(info.map, info.head, lines);
		const known = { ...info, places };
		this.#known.set(info.url, known);
		return known;
	}

	urlOf(scriptId: string): string {
		return this.#urls.get(scriptId) ?? "";
	}

	/** What a script is compiled from; undefined for one that is no cell's and no local module's. */
	async known(address: string): Promise<Known | undefined> {
		const url = pathOf(address);
		if (this.#known.has(url)) return this.#known.get(url);
		if (isInternal(url)) return undefined;
		const info = await this.inspected.call<ScriptInfo | null>("script", url);
		if (info) return this.add(info);
		this.#known.set(url, undefined);
		return undefined;
	}

	/** Where in a source something is; undefined in code that stands in none. */
	async place({
		scriptId,
		lineNumber: line,
		columnNumber: column = 0,
	}: Debugger.Location): Promise<SourcePlace | undefined> {
		const url = this.urlOf(scriptId);
		const known = await this.known(url);
		const found: Place | undefined = known
			? known.places.source({ line, column })
			: { line, column };
		if (!found) return undefined;
		const path = known?.path ?? pathOf(url);
		const label = known?.label ?? basename(path);
		return { path, label, line: found.line + 1, column: found.column + 1 };
	}

	/** Names in a script that its source does not have. */
	async hidden(scriptId: string): Promise<string> {
		const found = this.#hidden.get(scriptId);
		if (found !== undefined) return found;
		const { scriptSource } =
			await this.inspected.post<Debugger.GetScriptSourceReturnType>(
				"Debugger.getScriptSource",
				{ scriptId },
			);
		const imports = scriptSource.matchAll(
			/\b(?:const|let|var) ([\w$]+_\d+) = (?:__import\w+\()?\$?\w*\.?require\(/g,
		);
		const helpers = scriptSource.matchAll(/\bvar (__\w+) = \(this && this\./g);
		const names = [
			..."exports require $kernel $cell __filename __dirname module".split(" "),
			...[...imports, ...helpers].map(([, name]) => name),
		].join(" ");
		this.#hidden.set(scriptId, names);
		return names;
	}

	/** The text of a cell or a file; undefined where there is none. */
	text(path: string): string | undefined {
		for (const known of this.#known.values()) {
			if (known?.path === path) return known.text;
		}
		try {
			return readFileSync(path, "utf8");
		} catch {
			return undefined;
		}
	}

	/** Local modules, and files of packages that have been loaded. */
	async modules(): Promise<object> {
		const own = await this.inspected.call<string[]>("modules");
		const loaded = [...this.#urls.values()].filter(
			(url) => !isInternal(url) && /^(file:|\/)/.test(url),
		);
		const paths = [...new Set([...own, ...loaded.map(pathOf)])];
		const modules = paths.map((path, id) => ({
			id,
			name: basename(path),
			path,
		}));
		return { modules, totalModules: modules.length };
	}
}
