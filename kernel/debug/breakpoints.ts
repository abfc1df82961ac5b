import type { Debugger } from "node:inspector";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Inspected } from "./inspected.js";
import type { Known, Scripts } from "./scripts.js";

/** A breakpoint as a client asks for it; lines from 1. */
export interface Wanted {
	readonly line: number;
	readonly condition?: string;
}

/** A breakpoint as it is. */
export interface Placed {
	readonly verified: boolean;
	readonly line: number;
	readonly source: { readonly path: string };
	readonly message?: string;
}

/** The inspector calls files by their addresses. */
const addressOf = (url: string) =>
	isAbsolute(url) ? pathToFileURL(url).href : url;

interface OfPath {
	readonly wanted: readonly Wanted[];
	readonly ids: string[];
}

/** The breakpoints of all sources; those of cells that have not run yet are set when they do. */
export class Breakpoints {
	readonly #paths = new Map<string, OfPath>();
	readonly #conditions = new Map<string, string>();

	constructor(
		readonly inspected: Inspected,
		readonly scripts: Scripts,
	) {}

	/** What stops at a breakpoint of the inspector must hold; undefined where it always stops. */
	conditionOf(id: string): string | undefined {
		return this.#conditions.get(id);
	}

	/** Replaces the breakpoints of a source; `urls` are the scripts that run of it. */
	async set(
		path: string,
		wanted: readonly Wanted[],
		{
			urls,
			isCell,
		}: { readonly urls: readonly string[]; readonly isCell: boolean },
	): Promise<Placed[]> {
		await this.#remove(path);
		this.#paths.set(path, { wanted, ids: [] });
		const source = { path };
		const lines = new Map<number, number>();
		for (const url of urls) {
			const known = await this.scripts.known(url);
			if (known) await this.arm(known, lines);
		}
		if (urls.length === 0 && !isCell) {
			if (this.scripts.text(path) === undefined) {
				this.#paths.delete(path);
				const message = `there is no ${path}`;
				return wanted.map(({ line }) => ({
					verified: false,
					line,
					source,
					message,
				}));
			}
			await this.#setInFile(path);
		}
		return wanted.map(({ line }) => ({
			verified: true,
			line: lines.get(line) ?? line,
			source,
		}));
	}

	/** Sets the breakpoints of a script, which may be about to run. */
	async arm(
		{ url, path, places }: Known,
		lines = new Map<number, number>(),
	): Promise<void> {
		const wanted = this.#paths.get(path)?.wanted ?? [];
		for (const { line, condition } of wanted) {
			const found = places.compiled(line - 1);
			if (!found) continue;
			const { line: lineNumber, column: columnNumber } = found.compiled;
			const place = { url: addressOf(url), lineNumber, columnNumber };
			const actual = await this.#post(path, condition, place);
			lines.set(line, actual ?? found.line + 1);
		}
	}

	/** In a file that is not compiled by the kernel: that of a package. */
	async #setInFile(path: string): Promise<void> {
		const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
		const urlRegex = `^(file://)?${escaped}$`;
		for (const { line, condition } of this.#paths.get(path)?.wanted ?? []) {
			await this.#post(path, condition, { urlRegex, lineNumber: line - 1 });
		}
	}

	/** Sets one; gives the line where it stops, if its script has been loaded. */
	async #post(
		path: string,
		condition: string | undefined,
		place: object,
	): Promise<number | undefined> {
		try {
			const { breakpointId, locations } =
				await this.inspected.post<Debugger.SetBreakpointByUrlReturnType>(
					"Debugger.setBreakpointByUrl",
					place,
				);
			this.#paths.get(path)?.ids.push(breakpointId);
			if (condition) this.#conditions.set(breakpointId, condition);
			const [first] = locations;
			return first && (await this.scripts.place(first))?.line;
		} catch {
			// two lines of a source that lead to one place of the script
			return undefined;
		}
	}

	async #remove(path: string): Promise<void> {
		for (const breakpointId of this.#paths.get(path)?.ids ?? []) {
			this.#conditions.delete(breakpointId);
			await this.inspected.post("Debugger.removeBreakpoint", { breakpointId });
		}
		this.#paths.delete(path);
	}

	/** All that are set, as `debugInfo` lists them. */
	list(): object[] {
		return [...this.#paths]
			.filter(([, { wanted }]) => wanted.length > 0)
			.map(([source, { wanted: breakpoints }]) => ({ source, breakpoints }));
	}
}
