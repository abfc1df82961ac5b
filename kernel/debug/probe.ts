import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { bundleOf } from "../display/bundle.js";
import { plainText } from "../display/plain.js";
import { parse, typescript } from "../language/typescript.js";
import { allCells, type Cell, cellOf } from "../runtime/cell.js";
import type { Executor } from "../runtime/executor.js";
import { cellPath, probeKey, type ScriptInfo } from "./cell-path.js";
import { Names, References, type Shown } from "./children.js";

/** A cell as the debugger needs it; undefined before it is compiled. */
function ofCell(cell: Cell): ScriptInfo | undefined {
	const { file: url, label, source: text, maps } = cell;
	const [map] = maps;
	if (map === undefined) return undefined;
	return { url, path: cell.path ?? cellPath(text), label, text, map, head: 1 };
}

/**
 * The kernel's end of the debugger, on the thread that is debugged.
 *
 * The other end calls it through the inspector, also while the thread stands still: nothing here may wait.
 */
export class Probe {
	readonly #references = new References();

	constructor(readonly executor: Executor) {}

	/** Makes it known to the other end. */
	install(): void {
		Object.defineProperty(globalThis, Symbol.for(probeKey), {
			value: this,
			configurable: true,
		});
	}

	/** A compiled cell or local module by what its frames are called. */
	script(url: string): ScriptInfo | null {
		const cell = cellOf(url);
		if (cell) return ofCell(cell) ?? null;
		const [map] = this.executor.modules.mapsOf(url) ?? [];
		return map === undefined ? null : moduleInfo(url, map);
	}

	/** What the frames of everything that stands for a path, or in it, are called. */
	urls(path: string): string[] {
		const cells = allCells().filter(
			(cell) => (cell.path ?? cellPath(cell.source)) === path && cell.maps[0],
		);
		const isModule = this.executor.modules.mapsOf(path) !== undefined;
		return [...cells.map(({ file }) => file), ...(isModule ? [path] : [])];
	}

	/** Local modules that have been loaded. */
	modules(): string[] {
		return this.executor.modules.paths();
	}

	/** A number for the variables of some scopes, those of inner ones first. */
	scope(hidden: string, ...places: Names["places"]): number {
		const names = new Names(places, hidden.split(" "));
		return this.#references.add(names, "");
	}

	/** A number for the notebook's variables. */
	notebook(): number {
		return this.#references.add(new Names([this.executor.scope.exports]), "");
	}

	variables(reference: number, start?: number, count?: number): Shown[] {
		return this.#references.children(reference, start, count);
	}

	/** What an expression came to. */
	shown(value: unknown): Shown & { readonly text: string } {
		const text = plainText(value, { depth: 1 });
		return { ...this.#references.show("", value), text };
	}

	/** The representations of a value that need no waiting. */
	rich(value: unknown): { readonly data: object; readonly metadata: object } {
		const bundle = bundleOf(value);
		return bundle instanceof Promise
			? { data: { "text/plain": plainText(value) }, metadata: {} }
			: bundle;
	}

	/** An expression of TypeScript as JavaScript. */
	read(expression: string): string {
		const [statement, ...more] = parse(expression).statements;
		const isObject =
			statement && more.length === 0 && typescript.isBlock(statement);
		return typescript
			.transpile(isObject ? `(${expression})` : expression, {
				target: typescript.ScriptTarget.ESNext,
				module: typescript.ModuleKind.ESNext,
				verbatimModuleSyntax: true,
			})
			.trim();
	}

	/** For `with`: the notebook's variables, all of them or some. */
	names(...some: string[]): object {
		const { exports } = this.executor.scope;
		return new Proxy(exports, {
			has: (target, key) =>
				key in target && (some.length === 0 || some.includes(String(key))),
		});
	}

	/** Makes loops that call nothing pause, or as fast as ever. */
	slow(isSlow: number): void {
		this.executor.interrupts.slow(isSlow !== 0);
	}

	/** Lets go of all that numbers were given for. */
	release(): void {
		this.#references.clear();
	}
}

/** A local module as the debugger needs it. */
export function moduleInfo(path: string, map: string): ScriptInfo {
	let text = "";
	try {
		text = readFileSync(path, "utf8");
	} catch {}
	const label = relative(process.cwd(), path);
	return { url: path, path, label, text, map, head: 0 };
}

/** What a cell and the local modules that it needs are to the debugger. */
export const scriptsOf = (
	cell: Cell,
	modules: readonly {
		readonly source: string;
		readonly maps: readonly string[];
	}[],
): ScriptInfo[] => [
	...modules.flatMap(({ source, maps: [map] }) =>
		map === undefined ? [] : [moduleInfo(source, map)],
	),
	...[ofCell(cell)].filter((info) => info !== undefined),
];
