import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { constants, Script } from "node:vm";
import type { Emitted } from "../language/emit.js";

interface LocalModule {
	emitted: Emitted;
	/** The exports of the last evaluation; undefined when it must run (again). */
	evaluated: Record<string, unknown> | undefined;
	/** What importers hold: reads through to the last evaluation. */
	readonly facade: Record<string, unknown>;
	readonly imports: Set<string>;
}

type Require = (specifier: string) => unknown;

const requireOwn = createRequire(import.meta.url);
const extensions = [".ts", ".tsx", ".js", ".jsx", "/index.ts", "/index.js"];
const needsImport = new Set(["ERR_REQUIRE_ASYNC_MODULE", "ERR_REQUIRE_ESM"]);

const codeOf = (error: unknown) => (error as { code?: string } | null)?.code;

/** Compiles `(specifier) => import(specifier)` as if it stood in a folder. */
function nativeImport(folder: string): (specifier: string) => Promise<unknown> {
	const script = new Script("(specifier) => import(specifier)", {
		filename: join(folder, "notebook.js"),
		importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
	});
	return script.runInThisContext() as (specifier: string) => Promise<unknown>;
}

/** Wraps a module or a cell into a function of what it may use. */
export function compileFunction(
	code: string,
	filename: string,
	{
		parameters,
		isAsync = false,
		prelude = "",
	}: {
		readonly parameters: string;
		readonly isAsync?: boolean;
		/** Runs first; takes no line of its own, so that line numbers stay. */
		readonly prelude?: string;
	},
): (...values: unknown[]) => unknown {
	const head = `(${isAsync ? "async " : ""}function (${parameters}) {${prelude}`;
	const script = new Script(`${head}\n${code}\n})`, {
		filename,
		lineOffset: -1,
	});
	return script.runInThisContext() as (...values: unknown[]) => unknown;
}

/** Loads what cells import: local TypeScript, packages of the project, and the kernel's own. */
export class Modules {
	readonly #local = new Map<string, LocalModule>();
	readonly #imported = new Map<string, unknown>();
	readonly #requireProject: NodeJS.Require;
	readonly #import: (specifier: string) => Promise<unknown>;
	readonly #overrides: ReadonlyMap<string, () => unknown>;

	constructor(
		readonly folder: string,
		readonly kernelFor: (path: string) => object,
		overrides: ReadonlyMap<string, () => unknown>,
	) {
		this.#requireProject = createRequire(join(folder, "notebook.js"));
		this.#import = nativeImport(folder);
		this.#overrides = overrides;
	}

	/** Takes newly compiled local modules; importers of changed ones run again when next required. */
	update(modules: readonly Emitted[]): void {
		for (const emitted of modules) {
			const known = this.#local.get(emitted.source);
			if (known) known.emitted = emitted;
			else {
				this.#local.set(emitted.source, {
					emitted,
					evaluated: undefined,
					facade: Object.defineProperty({}, "__esModule", {
						value: true,
						configurable: true,
					}),
					imports: new Set(),
				});
			}
			this.#invalidate(emitted.source);
		}
	}

	#invalidate(source: string): void {
		const module = this.#local.get(source);
		if (!module?.evaluated) return;
		module.evaluated = undefined;
		for (const [path, other] of this.#local) {
			if (other.imports.has(source)) this.#invalidate(path);
		}
	}

	/** The compiled local module that a relative specifier names, if any. */
	#find(specifier: string, folder: string): string | undefined {
		if (!/^\.{0,2}\//.test(specifier)) return undefined;
		const path = resolve(folder, specifier);
		const bare = path.replace(/\.[cm]?jsx?$/, "");
		return [path, ...extensions.map((extension) => bare + extension)].find(
			(candidate) => this.#local.has(candidate),
		);
	}

	/** The source maps of a local module, for tracing stack frames. */
	mapsOf(source: string): readonly string[] | undefined {
		return this.#local.get(source)?.emitted.maps;
	}

	/** Loads ahead, by `import()`, the packages that `require` cannot load: those that await. */
	async prepare(code: string): Promise<void> {
		const seen = new Set<string>();
		const visit = async (text: string, folder: string): Promise<void> => {
			for (const [, specifier] of text.matchAll(/\brequire\("([^"\n]+)"\)/g)) {
				const local = this.#find(specifier!, folder);
				if (local && !seen.has(local)) {
					seen.add(local);
					await visit(this.#local.get(local)!.emitted.code, dirname(local));
				}
				if (!local) await this.#prepareOne(specifier!, folder);
			}
		};
		await visit(code, this.folder);
	}

	async #prepareOne(specifier: string, folder: string): Promise<void> {
		try {
			this.requireFrom(folder)(specifier);
		} catch (error) {
			if (!needsImport.has(codeOf(error) ?? "")) return;
			const path = this.#resolve(specifier, folder);
			this.#imported.set(path, await this.#import(path));
		}
	}

	#resolve(specifier: string, folder: string): string {
		return createRequire(join(folder, "module.js")).resolve(specifier);
	}

	requireFrom(folder: string): Require {
		const require =
			folder === this.folder
				? this.#requireProject
				: createRequire(join(folder, "module.js"));
		return (specifier) => {
			const override = this.#overrides.get(specifier);
			if (override) return override();
			const local = this.#find(specifier, folder);
			if (local) return this.#evaluate(local);
			try {
				const ready =
					this.#imported.size > 0 &&
					this.#imported.get(require.resolve(specifier));
				return ready || require(specifier);
			} catch (error) {
				const isMissing =
					codeOf(error) === "MODULE_NOT_FOUND" &&
					String(error).includes(`'${specifier}'`);
				if (!isMissing || /^[./]/.test(specifier)) throw error;
				return requireOwn(specifier);
			}
		};
	}

	/** What `import(specifier)` gives in a cell. */
	async import(specifier: string): Promise<unknown> {
		const local = this.#find(specifier, this.folder);
		if (local) return this.#evaluate(local);
		const override = this.#overrides.get(specifier);
		if (override) return override();
		try {
			return await this.#import(specifier);
		} catch (error) {
			if (codeOf(error) !== "ERR_MODULE_NOT_FOUND") throw error;
			return requireOwn(specifier);
		}
	}

	#evaluate(source: string): unknown {
		const module = this.#local.get(source)!;
		if (module.evaluated) return module.facade;
		const exports: Record<string, unknown> = {};
		module.evaluated = exports;
		const folder = dirname(source);
		const require = this.requireFrom(folder);
		const tracked: Require = (specifier) => {
			const local = this.#find(specifier, folder);
			if (local) module.imports.add(local);
			return require(specifier);
		};
		try {
			compileFunction(module.emitted.code, source, {
				parameters: "exports, require, $kernel, __filename, __dirname",
			})(exports, tracked, this.kernelFor(source), source, folder);
		} catch (error) {
			module.evaluated = undefined;
			throw error;
		}
		for (const name of Object.getOwnPropertyNames(module.facade)) {
			delete module.facade[name];
		}
		for (const name of Object.getOwnPropertyNames(exports)) {
			Object.defineProperty(module.facade, name, {
				get: () => exports[name],
				enumerable: name !== "__esModule",
				configurable: true,
			});
		}
		return module.facade;
	}
}
