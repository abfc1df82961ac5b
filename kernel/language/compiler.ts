import type ts from "typescript";
import {
	type CellFile,
	CellFiles,
	headLength,
	parseCell,
} from "./cell-files.js";
import { type Diagnostic, readable } from "./diagnostics.js";
import { awaits, type Emitted, type EmittedCell, emitFile } from "./emit.js";
import { Host } from "./host.js";
import { type Importable, ImportableNames } from "./importable.js";
import { LocalFiles } from "./local-files.js";
import {
	eachReference,
	meaningOf,
	shareScope,
	sortNames,
	takeResult,
} from "./names.js";
import { type Completions, rank } from "./rank.js";
import {
	type BoundFile,
	isUnknown,
	parsedName,
	typescript,
} from "./typescript.js";

/** Why a cell or a local module cannot run. */
export interface Refused {
	readonly diagnostics: readonly Diagnostic[];
}

/** A cell that passed the type checker. */
export interface CompiledCell {
	/** Undefined when the cell holds no statement. */
	readonly script: EmittedCell | undefined;
	/** Local modules that the cell needs, new or changed. */
	readonly modules: readonly Emitted[];
	/** To be called when the cell has ended: later cells see the names it declares, but those unreached. */
	settle(unreached: readonly string[]): void;
}

/** A local module that has changed and cannot be compiled. */
export interface Broken extends Refused {
	readonly path: string;
}

/** How strictly code is read. */
export interface Strictness {
	/** Whether types are checked; what cannot be parsed is always an error. */
	readonly check: boolean;
}

/** Starts TypeScript for the notebooks of a folder. */
export class Compiler {
	readonly #cells: CellFiles;
	readonly #host: Host;
	readonly #files: LocalFiles;
	readonly #service: ts.LanguageService;
	#importable: ImportableNames | undefined;

	constructor(readonly folder: string) {
		this.#cells = new CellFiles(folder);
		this.#host = new Host(folder, this.#cells);
		this.#files = new LocalFiles(this.#host);
		this.#service = typescript.createLanguageService(this.#host.service());
	}

	#program(): ts.Program {
		this.#host.touch();
		const program = this.#service.getProgram()!;
		// the checker finds the names of every file when it is made
		program.getTypeChecker();
		this.#cells.link(program);
		return program;
	}

	#refuse(found: readonly ts.Diagnostic[]): Refused | undefined {
		const isCell = (path: string) =>
			path === parsedName || this.#cells.find(path) !== undefined;
		const diagnostics = readable(found, this.folder, isCell);
		return diagnostics.length > 0 ? { diagnostics } : undefined;
	}

	/** Checks and compiles a cell, with the local modules it needs. */
	compile(
		source: string,
		{ check, folder }: Strictness & { readonly folder?: string },
	): CompiledCell | Refused {
		const parsed = parseCell(source);
		const refused = this.#refuse(parsed.parseDiagnostics);
		if (refused) return refused;
		if (parsed.statements.length === 1) {
			return { script: undefined, modules: [], settle() {} };
		}
		const exported = (parsed as { symbol?: ts.Symbol }).symbol?.exports;
		const names = [...(parsed.locals?.keys() ?? [])].filter(
			(name) => !exported?.has(name as ts.__String),
		);
		const cell = this.#cells.write(source, { names, folder });
		const program = this.#program();
		const file = program.getSourceFile(cell.path) as BoundFile;
		const { needed, missing } = this.#references(program, file, cell);
		const wrong = this.#refuse([
			...(check ? [...program.getSemanticDiagnostics(file), ...missing] : []),
			...this.#files.errors(program, needed, { check }),
		]);
		if (wrong) return wrong;
		const script = this.#emitCell(program, file, cell);
		const modules = this.#files.emit(program, needed);
		return { script, modules, settle: this.#hold(cell) };
	}

	/** Whether the notebook has a variable, or a type, of that name. */
	isDeclared(name: string): boolean {
		return this.#cells.isVisible(name);
	}

	/** Forgets what cells have declared. */
	reset(): void {
		this.#cells.reset();
	}

	/** Keeps a cell that declares something while it runs. */
	#hold(cell: CellFile): (unreached: readonly string[]) => void {
		if (cell.names.size === 0) return () => {};
		const kept = this.#cells.hold();
		return (unreached) => this.#cells.settle(kept, unreached);
	}

	/** What a cell uses: names of earlier cells, and the local files behind those and its own imports. */
	#references(program: ts.Program, file: BoundFile, cell: CellFile) {
		const checker = program.getTypeChecker();
		const needed = new Set(this.#files.importsOf(program, file).values());
		const missing: ts.Diagnostic[] = [];
		for (const [name, symbol] of file.locals ?? []) {
			cell.names.set(name, meaningOf(checker, symbol));
		}
		eachReference(file, checker, (symbol, node) => {
			const from = this.#cells.earlier(symbol, cell);
			if (!from) return;
			cell.uses.add(from);
			if (!(symbol.flags & typescript.SymbolFlags.Alias)) return;
			const specifier = specifierOf(symbol);
			const home = program.getSourceFile(from.path) as BoundFile;
			const path =
				specifier && this.#files.importsOf(program, home).get(specifier);
			if (path) needed.add(path);
			if (!isUnknown(checker, checker.getAliasedSymbol(symbol))) return;
			const messageText = `'${node.text}' was imported from "${specifier}", which has no such export any more.`;
			missing.push({
				file,
				start: node.getStart(file),
				length: node.text.length,
				messageText,
				category: typescript.DiagnosticCategory.Error,
				code: 2305,
			});
		});
		return { needed, missing };
	}

	#emitCell(program: ts.Program, file: BoundFile, cell: CellFile): EmittedCell {
		const checker = program.getTypeChecker();
		const isEarlier = (symbol: ts.Symbol) =>
			this.#cells.earlier(symbol, cell) !== undefined;
		const { code, map } = emitFile(program, file, [
			shareScope(checker, isEarlier),
			takeResult(),
		]);
		return {
			code,
			source: cell.path,
			maps: [map],
			isAsync: awaits(file),
			imports: this.#files.importsOf(program, file),
			names: sortNames(checker, file.locals?.values() ?? []),
		};
	}

	/** The local module that an `import()` names while it runs, compiled with what it imports. */
	load(
		specifier: string,
		from: string,
		{ check }: Strictness,
	):
		| { readonly path: string; readonly modules: Emitted[] }
		| Refused
		| undefined {
		const path = this.#files.resolve(specifier, from);
		if (!path) return undefined;
		this.#host.extra.add(path);
		const program = this.#program();
		const refused = this.#refuse(
			this.#files.errors(program, [path], { check }),
		);
		return refused ?? { path, modules: this.#files.emit(program, [path]) };
	}

	/** Looks for changed files; says what is wrong with the settings or cannot be loaded again. */
	refresh(): string[] {
		const { changed, isConfigured } = this.#host.refresh();
		const stale = changed.filter((path) => this.#files.natives.has(path));
		return [
			...(isConfigured ? this.#host.settings.complaints : []),
			...stale.map(
				(path) =>
					`${path} has changed, but Node.js loads it only once: restart the kernel to use it`,
			),
		];
	}

	/** What is wrong with the `tsconfig.json` beside the notebook. */
	get complaints(): readonly string[] {
		return this.#host.settings.complaints;
	}

	/** Compiles the local modules that have changed since they were compiled. */
	renew({ check }: Strictness): {
		readonly modules: Emitted[];
		readonly broken: Broken[];
	} {
		const modules: Emitted[] = [];
		const broken: Broken[] = [];
		const changed = this.#files.changed();
		if (changed.length === 0) return { modules, broken };
		const program = this.#program();
		for (const path of changed) {
			const refused = program.getSourceFile(path)
				? this.#refuse(this.#files.errors(program, [path], { check }))
				: { diagnostics: [] };
			if (refused) {
				this.#files.skip(path);
				broken.push({ path, ...refused });
			} else modules.push(...this.#files.emit(program, [path]));
		}
		return { modules, broken };
	}

	/** The names that packages of the project export. */
	importable(): readonly Importable[] {
		this.#importable ??= new ImportableNames(this.folder, (specifier, from) =>
			this.#host.typesOf(specifier, from),
		);
		return this.#importable.all();
	}

	/** What fits at an offset of a source, best first. */
	complete(
		source: string,
		offset: number,
	): Completions & {
		/** Whether a name of the scope fits, rather than a member. */
		readonly isName: boolean;
	} {
		const { path } = this.#cells.write(source);
		this.#program();
		const info = this.#service.getCompletionsAtPosition(
			path,
			offset + headLength,
			{},
		);
		const isName = info?.isMemberCompletion === false;
		return { ...rank(source, offset, info?.entries ?? []), isName };
	}

	/** The type and the documentation of the name at an offset of a source. */
	inspect(source: string, offset: number): ts.QuickInfo | undefined {
		const { path } = this.#cells.write(source);
		this.#program();
		return this.#service.getQuickInfoAtPosition(path, offset + headLength);
	}
}

/** The specifier of the import that a symbol stands in. */
function specifierOf(symbol: ts.Symbol): string | undefined {
	const [declaration] = symbol.declarations ?? [];
	const statement =
		declaration &&
		typescript.findAncestor(declaration, typescript.isImportDeclaration);
	return statement && typescript.isStringLiteral(statement.moduleSpecifier)
		? statement.moduleSpecifier.text
		: undefined;
}
