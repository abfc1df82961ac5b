import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type ts from "typescript";
import type { CellFiles } from "./cell-files.js";
import { ancestors, readSettings, type Settings } from "./options.js";
import { typescript } from "./typescript.js";

const here = fileURLToPath(import.meta.url);
const kernelFolder = join(dirname(here), "..");
const isForeign = (path: string) => path.includes("/node_modules/");
const isRelative = (specifier: string) => /^\.{0,2}\//.test(specifier);

/** The nearest folder above that holds a package.json, or the folder itself. */
export function projectRoot(folder: string): string {
	const holds = (path: string) => existsSync(join(path, "package.json"));
	return ancestors(folder).find(holds) ?? folder;
}

/** The types of Node.js: those that the project itself names, else ours; never what was hoisted. */
function nodeTypes(folder: string): string {
	const require = createRequire(join(folder, "notebook.ts"));
	for (const path of ancestors(folder)) {
		try {
			const text = readFileSync(join(path, "package.json"), "utf8");
			const { dependencies, devDependencies } = JSON.parse(text);
			const named = { ...dependencies, ...devDependencies };
			if (!("@types/node" in named)) continue;
			return join(
				dirname(require.resolve("@types/node/package.json")),
				"index.d.ts",
			);
		} catch {}
	}
	const own = createRequire(here).resolve("types-node/package.json");
	return join(dirname(own), "index.d.ts");
}

/** When a file was last changed and how long it is, as a text. */
export function stampOf(path: string): string {
	const found = statSync(path, { throwIfNoEntry: false });
	return found ? `${found.mtimeMs} ${found.size}` : "gone";
}

/** The files that TypeScript sees: the cells in memory, everything else on disk. */
export class Host {
	/** Stamps of the files outside of `node_modules`, by path. */
	readonly stamps = new Map<string, string>();
	/** Files that only an `import()` with a computed specifier has named. */
	readonly extra = new Set<string>();
	readonly #nodeTypes: string;
	readonly #snapshots = new Map<
		string,
		{ readonly version: string; readonly snapshot: ts.IScriptSnapshot }
	>();
	readonly #unresolved = new Set<string>();
	#version = 0;
	/** Whether files have come or gone, so that imports may lead elsewhere. */
	#isMoved = false;
	#settings: ReturnType<typeof readSettings>;
	#cache: ts.ModuleResolutionCache;

	constructor(
		readonly folder: string,
		readonly cells: CellFiles,
	) {
		this.#nodeTypes = nodeTypes(folder);
		this.#settings = readSettings(folder);
		this.#cache = this.#createCache();
	}

	get settings(): Settings {
		return this.#settings;
	}

	#createCache(): ts.ModuleResolutionCache {
		return typescript.createModuleResolutionCache(
			this.folder,
			(path) => path,
			this.#settings.options,
		);
	}

	/** Says that a cell or a file has changed. */
	touch(): void {
		this.#version++;
	}

	/** Looks which files have changed since they were last read. */
	refresh(): { readonly changed: string[]; readonly isConfigured: boolean } {
		const changed: string[] = [];
		const before = new Map(this.stamps);
		for (const [path, stamp] of before) {
			const now = stampOf(path);
			if (now === stamp) continue;
			this.stamps.set(path, now);
			changed.push(path);
		}
		this.#isMoved = changed.some((path) => {
			return before.get(path) === "gone" || this.stamps.get(path) === "gone";
		});
		const isConfigured = this.#settings.stale();
		if (isConfigured) {
			this.#settings = readSettings(this.folder);
			this.#cache = this.#createCache();
		}
		if (changed.length > 0 || isConfigured) this.touch();
		return { changed, isConfigured };
	}

	/** The stamp of a file, from now on noticed when it changes. */
	stamp(path: string): string {
		const known = this.stamps.get(path);
		if (known !== undefined) return known;
		const stamp = stampOf(path);
		this.stamps.set(path, stamp);
		return stamp;
	}

	#resolve(
		specifier: string,
		file: string,
		mode: ts.ResolutionMode,
	): ts.ResolvedModuleFull | undefined {
		const { options } = this.#settings;
		const find = (from: string) =>
			typescript.resolveModuleName(
				specifier,
				from,
				options,
				typescript.sys,
				isRelative(specifier) ? undefined : this.#cache,
				undefined,
				mode,
			).resolvedModule;
		if (specifier === "tslab") {
			return {
				resolvedFileName: join(kernelFolder, "tslab.d.ts"),
				extension: typescript.Extension.Dts,
				isExternalLibraryImport: true,
			};
		}
		return find(file) ?? (isRelative(specifier) ? undefined : find(here));
	}

	/** The file with the types of what a specifier leads to. */
	typesOf(specifier: string, from: string): string | undefined {
		const { ESNext } = typescript.ModuleKind;
		return this.#resolve(specifier, from, ESNext)?.resolvedFileName;
	}

	#resolveAll(
		literals: readonly ts.StringLiteralLike[],
		file: ts.SourceFile,
	): ts.ResolvedModuleWithFailedLookupLocations[] {
		const { options } = this.#settings;
		const path = file.fileName;
		this.#unresolved.delete(path);
		return literals.map((literal) => {
			// the types of Node.js declare these by name
			if (isBuiltin(literal.text)) return { resolvedModule: undefined };
			const mode = typescript.getModeForUsageLocation(file, literal, options);
			const resolvedModule = this.#resolve(literal.text, path, mode);
			if (!resolvedModule && !isForeign(path)) {
				// what is missing now may be there next time
				this.#unresolved.add(path);
				this.#cache.clear();
			}
			return { resolvedModule };
		});
	}

	#read(path: string): string | undefined {
		return this.cells.find(path)?.text ?? typescript.sys.readFile(path);
	}

	#versionOf(path: string): string {
		const cell = this.cells.find(path);
		if (cell) return String(cell.version);
		return isForeign(path) ? "" : this.stamp(path);
	}

	/** The text of a file, read once for each version of it. */
	#snapshot(path: string): ts.IScriptSnapshot | undefined {
		const version = this.#versionOf(path);
		const known = this.#snapshots.get(path);
		if (known?.version === version) return known.snapshot;
		const text = this.#read(path);
		if (text === undefined) return undefined;
		const snapshot = typescript.ScriptSnapshot.fromString(text);
		this.#snapshots.set(path, { version, snapshot });
		return snapshot;
	}

	/** What a language service asks of its host. */
	service(): ts.LanguageServiceHost {
		const { sys } = typescript;
		const roots = join(kernelFolder, "globals.d.ts");
		const host: ts.LanguageServiceHost & {
			getModuleResolutionCache(): ts.ModuleResolutionCache;
			hasInvalidatedResolutions(path: string): boolean;
		} = {
			getCompilationSettings: () => this.#settings.options,
			getProjectVersion: () => String(this.#version),
			getScriptFileNames: () => [
				roots,
				...this.extra,
				this.cells.indexPath,
				this.cells.current.path,
			],
			getScriptVersion: (path) => this.#versionOf(path),
			getScriptSnapshot: (path) => this.#snapshot(path),
			getModuleResolutionCache: () => this.#cache,
			getCurrentDirectory: () => this.folder,
			getDefaultLibFileName: (options) =>
				typescript.getDefaultLibFilePath(options),
			useCaseSensitiveFileNames: () => sys.useCaseSensitiveFileNames,
			fileExists: (path) =>
				this.cells.find(path) !== undefined || sys.fileExists(path),
			readFile: (path) => this.#read(path),
			directoryExists: sys.directoryExists,
			getDirectories: sys.getDirectories,
			readDirectory: sys.readDirectory,
			realpath: (path) => sys.realpath?.(path) ?? path,
			hasInvalidatedResolutions: (path) =>
				this.#unresolved.has(path) || (this.#isMoved && !isForeign(path)),
			resolveModuleNameLiterals: (literals, _, _redirected, _options, file) =>
				this.#resolveAll(literals, file),
			resolveTypeReferenceDirectiveReferences: (references, containing) =>
				references.map((reference) =>
					this.#typeReference(reference, containing),
				),
		};
		return host;
	}

	#typeReference(
		reference: string | ts.FileReference,
		containing: string,
	): ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations {
		const name = typeof reference === "string" ? reference : reference.fileName;
		const resolvedFileName = this.#nodeTypes;
		if (name === "node") {
			const resolvedTypeReferenceDirective = {
				resolvedFileName,
				primary: true,
			};
			return { resolvedTypeReferenceDirective } as never;
		}
		const { options } = this.#settings;
		const { sys } = typescript;
		return typescript.resolveTypeReferenceDirective(
			name,
			containing,
			options,
			sys,
		);
	}
}
