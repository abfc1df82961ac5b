import { dirname, join } from "node:path";
import type ts from "typescript";
import { type BoundFile, bindFile, parse, typescript } from "./typescript.js";

const { SymbolFlags } = typescript;

/** What a name can stand for: a value, a type, a namespace. */
const meanings = SymbolFlags.Value | SymbolFlags.Type | SymbolFlags.Namespace;

type Layer = ReadonlyMap<string, CellFile>;

/**
 * Which cell declares each name that a cell may use.
 *
 * The second layer holds what a newer declaration hides in part: a type, by a value of the same name.
 */
export type Visible = readonly [newest: Layer, behind: Layer];

/** One cell as a module of the program. */
export interface CellFile {
	readonly path: string;
	readonly text: string;
	readonly version: number;
	readonly visible: Visible;
	/** What each name that it declares stands for. */
	readonly names: Map<string, ts.SymbolFlags>;
	/** The cells whose names it uses. */
	readonly uses: Set<CellFile>;
}

/** One line stands before every cell, so that it is a module whatever it holds. */
const head = "export {};\n";

/** Characters before a cell in its file. */
export const headLength = head.length;

/** Parses a cell and finds the names that it declares at its top level. */
export function parseCell(source: string): BoundFile {
	const file = parse(head + source);
	bindFile(file, { target: typescript.ScriptTarget.ES2022 });
	return file;
}

function createScopeFile(): BoundFile {
	const file = parseCell("");
	file.locals = new Map();
	return file;
}

/**
 * The cells of a notebook as files of one program.
 *
 * A name that a cell does not declare is looked up among those that earlier cells left, each with the
 * type that its own declaration gives it: nothing is printed as a declaration and read again.
 */
export class CellFiles {
	readonly #folder: string;
	/** Refers to all cells that are kept, so that the files the program starts from stay the same. */
	readonly indexPath: string;
	readonly #kept = new Map<string, CellFile>();
	readonly #files = new Map<string, BoundFile>();
	#scopes = new WeakMap<Visible, BoundFile>();
	#visible: Visible = [new Map(), new Map()];
	#count = 0;
	#version = 0;
	#indexVersion = 0;
	/** The cell that is being written, completed or compiled. */
	current: CellFile;

	constructor(folder: string) {
		this.#folder = folder;
		this.indexPath = join(folder, "__notebook__.index.ts");
		this.current = this.#create("");
	}

	#create(text: string, folder = this.#folder): CellFile {
		this.#version++;
		return {
			path: join(folder, "__notebook__.ts"),
			text,
			version: this.#version,
			visible: this.#visible,
			names: new Map(),
			uses: new Set(),
		};
	}

	/** Makes a text the current cell, in the notebook's folder unless told otherwise; the names outlive it. */
	write(
		source: string,
		{
			names = [],
			folder = this.#folder,
		}: { readonly names?: readonly string[]; readonly folder?: string } = {},
	): CellFile {
		const tail = names.length > 0 ? `\nexport {${names.join(", ")}}` : "";
		const text = head + source + tail;
		const isSame =
			text === this.current.text && folder === dirname(this.current.path);
		if (!isSame) this.current = this.#create(text, folder);
		return this.current;
	}

	/** Whether later cells see a name. */
	isVisible(name: string): boolean {
		return this.#visible.some((layer) => layer.has(name));
	}

	/** Hides all names that cells have left. */
	reset(): void {
		this.#visible = [new Map(), new Map()];
		this.#forget();
		this.current = this.#create("");
	}

	/** Keeps the current cell, from now on in a file of its own. */
	hold(): CellFile {
		this.#count++;
		const name = `__notebook__.${this.#count}.ts`;
		const folder = dirname(this.current.path);
		const kept = { ...this.current, path: join(folder, name) };
		this.#kept.set(kept.path, kept);
		this.#indexVersion++;
		this.current = this.#create("");
		return kept;
	}

	/** Lets later cells see the names that a held cell has reached. */
	settle(cell: CellFile, unreached: readonly string[]): void {
		const reached = [...cell.names].filter(
			([name]) => !unreached.includes(name),
		);
		const [newest, behind] = this.#visible.map((layer) => new Map(layer));
		for (const [name, meaning] of reached) {
			const hidden = newest!.get(name);
			const rest = (hidden?.names.get(name) ?? 0) & meanings & ~meaning;
			if (hidden && rest !== 0) behind!.set(name, hidden);
			newest!.set(name, cell);
		}
		if (reached.length > 0) this.#visible = [newest!, behind!];
		this.#forget();
		this.current = this.#create("");
	}

	/** Drops the cells that no visible name leads to. */
	#forget(): void {
		const live = new Set<CellFile>();
		const visit = (cell: CellFile) => {
			if (live.has(cell)) return;
			live.add(cell);
			for (const used of cell.uses) visit(used);
		};
		for (const layer of this.#visible) {
			for (const cell of layer.values()) visit(cell);
		}
		for (const cell of this.#kept.values()) {
			if (/\bdeclare\s+(global|module)\b/.test(cell.text)) visit(cell);
		}
		for (const [path, cell] of this.#kept) {
			if (live.has(cell)) continue;
			this.#kept.delete(path);
			this.#files.delete(path);
			this.#indexVersion++;
		}
	}

	/** The cells that belong to the program, the current one last. */
	all(): CellFile[] {
		return [...this.#kept.values(), this.current];
	}

	/** The text of a cell's file and a number that changes with it. */
	find(
		path: string,
	): { readonly text: string; readonly version: number } | undefined {
		if (path === this.current.path) return this.current;
		if (path !== this.indexPath) return this.#kept.get(path);
		const paths = [...this.#kept.keys()];
		const lines = paths.map((kept) => `/// <reference path="${kept}"/>`);
		return {
			text: `${lines.join("\n")}\n${head}`,
			version: this.#indexVersion,
		};
	}

	/** Makes each cell of a bound program look up names among those of the cells before it. */
	link(program: ts.Program): void {
		const cells = this.all();
		for (const { path } of cells) {
			const file = program.getSourceFile(path) as BoundFile;
			if (this.#files.get(path) === file) continue;
			this.#files.set(path, file);
			if (path !== this.current.path) this.#scopes = new WeakMap();
		}
		for (const cell of cells) {
			this.#files.get(cell.path)!.parent = this.#scopeOf(cell.visible);
		}
	}

	#scopeOf(visible: Visible): BoundFile {
		const known = this.#scopes.get(visible);
		if (known) return known;
		const files = visible.map((layer) => {
			const file = createScopeFile();
			for (const [name, cell] of layer) {
				const symbol = this.#files.get(cell.path)?.locals?.get(name);
				if (symbol) file.locals!.set(name, symbol);
			}
			return file;
		});
		files[0]!.parent = files[1]!;
		this.#scopes.set(visible, files[0]!);
		return files[0]!;
	}

	/** The cell whose top-level name a symbol is, if the name is visible in a cell and not its own. */
	earlier(symbol: ts.Symbol, cell: CellFile): CellFile | undefined {
		for (const layer of cell.visible) {
			const from = layer.get(symbol.name);
			const file = from && this.#files.get(from.path);
			if (file?.locals?.get(symbol.name) === symbol) return from;
		}
		return undefined;
	}
}
