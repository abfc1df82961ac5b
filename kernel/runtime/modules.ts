import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { constants, Script } from "node:vm";
import type { Emitted } from "../language/emit.js";
import { createFacade, fillFacade, type Namespace } from "./facade.js";

interface LocalModule {
	emitted: Emitted;
	/** What was last evaluated, and what came out of it. */
	evaluated:
		| { readonly emitted: Emitted; readonly exports: unknown }
		| undefined;
	/** What importers hold: reads through to the last evaluation. */
	readonly facade: Namespace;
	/** Set while it is being evaluated. */
	isRunning: boolean;
}

type Require = (specifier: string) => unknown;

/** What compiles a local file that an `import()` names; undefined when the specifier leads to none. */
export type LoadLocal = (
	specifier: string,
	from: string,
) =>
	| { readonly path: string; readonly modules: readonly Emitted[] }
	| undefined;

const requireOwn = createRequire(import.meta.url);
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

/** What the functions that cells and local modules become are called with. */
export const parameters =
	"exports, require, $kernel, __filename, __dirname, module";

/** Wraps a module or a cell into a function of what it may use. */
export function compileFunction(
	code: string,
	filename: string,
	{
		isAsync,
		prelude = "",
	}: {
		readonly isAsync: boolean;
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

/** Loads what cells import: local files, packages of the project, and the kernel's own. */
export class Modules {
	readonly #local = new Map<string, LocalModule>();
	readonly #imported = new Map<string, unknown>();
	readonly #imports = new Map<
		string,
		(specifier: string) => Promise<unknown>
	>();

	constructor(
		readonly kernelFor: (path: string, imports: Emitted["imports"]) => object,
		readonly overrides: ReadonlyMap<string, () => unknown>,
		readonly loadLocal: LoadLocal,
	) {}

	/** Takes newly compiled local modules. */
	update(modules: readonly Emitted[]): void {
		for (const emitted of modules) {
			const known = this.#local.get(emitted.source);
			if (known) known.emitted = emitted;
			else {
				this.#local.set(emitted.source, {
					emitted,
					evaluated: undefined,
					facade: createFacade(),
					isRunning: false,
				});
			}
		}
	}

	/** The source maps of a local module, for tracing stack frames. */
	mapsOf(source: string): readonly string[] | undefined {
		return this.#local.get(source)?.emitted.maps;
	}

	/** The local modules that have been compiled. */
	paths(): string[] {
		return [...this.#local.keys()];
	}

	/** Evaluates anew the modules that have run before and have changed, or import one that has. */
	async renew(failed: (path: string, error: unknown) => void): Promise<void> {
		const renewed = new Set<string>();
		for (const [path, module] of this.#local) {
			if (!module.evaluated) continue;
			try {
				await this.#evaluate(path, renewed);
			} catch (error) {
				// not tried again before its next change
				module.evaluated = { ...module.evaluated, emitted: module.emitted };
				failed(path, error);
			}
		}
	}

	/** Loads ahead what a `require` in the code cannot: local modules, and packages that await. */
	async prepare({ code, source, imports }: Emitted): Promise<void> {
		for (const [, specifier = ""] of code.matchAll(
			/\brequire\("([^"\n]+)"\)/g,
		)) {
			const local = imports.get(specifier);
			if (local !== undefined) await this.#evaluate(local, new Set());
			else await this.#prepareOne(specifier, source);
		}
	}

	async #prepareOne(specifier: string, from: string): Promise<void> {
		if (this.overrides.has(specifier)) return;
		try {
			this.#requirePackage(specifier, from);
		} catch (error) {
			if (!needsImport.has(codeOf(error) ?? "")) return;
			const path = this.resolve(specifier, from);
			if (this.#imported.has(path)) return;
			const namespace = (await this.#native(from)(path)) as Namespace;
			// as `require` gives modules that do not await
			const facade = createFacade();
			fillFacade(facade, namespace);
			this.#imported.set(path, facade);
		}
	}

	#native(from: string): (specifier: string) => Promise<unknown> {
		const folder = dirname(from);
		const known = this.#imports.get(folder) ?? nativeImport(folder);
		this.#imports.set(folder, known);
		return known;
	}

	/** The file that a specifier leads to. */
	resolve(specifier: string, from: string): string {
		return createRequire(from).resolve(specifier);
	}

	#requirePackage(specifier: string, from: string): unknown {
		const require = createRequire(from);
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
	}

	/** What the imports of a file become. */
	requireFrom(from: string, imports: Emitted["imports"]): Require {
		const require: Require = (specifier) => {
			const local = imports.get(specifier);
			if (local !== undefined) return this.#local.get(local)?.facade;
			const override = this.overrides.get(specifier);
			return override ? override() : this.#requirePackage(specifier, from);
		};
		return Object.assign(require, { resolve: createRequire(from).resolve });
	}

	/** What `require` gives that a file itself calls: of a CommonJS file, all that it exports. */
	require(
		specifier: string,
		from: string,
		imports: Emitted["imports"],
	): unknown {
		const module = this.#local.get(imports.get(specifier) ?? "");
		if (!module) return this.requireFrom(from, imports)(specifier);
		const exports = module.evaluated?.exports;
		const isModule = (exports as Namespace | undefined)?.__esModule === true;
		return isModule || !module.evaluated ? module.facade : exports;
	}

	/** What `import(specifier)` gives in a file. */
	async import(
		specifier: string,
		from: string,
		imports: Emitted["imports"],
	): Promise<unknown> {
		const override = this.overrides.get(specifier);
		if (override) return override();
		let local = imports.get(specifier);
		if (local === undefined && /^\.{0,2}\//.test(specifier)) {
			const loaded = this.loadLocal(specifier, from);
			this.update(loaded?.modules ?? []);
			local = loaded?.path;
		}
		if (local !== undefined) {
			await this.#evaluate(local, new Set());
			return this.#local.get(local)!.facade;
		}
		try {
			return await this.#native(from)(specifier);
		} catch (error) {
			if (codeOf(error) !== "ERR_MODULE_NOT_FOUND") throw error;
			return requireOwn(specifier);
		}
	}

	/**
	 * Evaluates a local module and all it imports, unless that has been done since they were compiled.
	 *
	 * Says whether it was; `renewed` collects what was evaluated, so that importers follow.
	 */
	async #evaluate(path: string, renewed: Set<string>): Promise<void> {
		const module = this.#local.get(path);
		if (!module || module.isRunning || renewed.has(path)) return;
		const { emitted } = module;
		module.isRunning = true;
		try {
			let isStale = module.evaluated?.emitted !== emitted;
			for (const next of emitted.imports.values()) {
				await this.#evaluate(next, renewed);
				isStale ||= renewed.has(next);
			}
			if (!isStale) return;
			const exports = await this.#run(module);
			module.evaluated = { emitted, exports };
			renewed.add(path);
		} finally {
			module.isRunning = false;
		}
	}

	async #run({ emitted, facade, evaluated }: LocalModule): Promise<unknown> {
		const { code, source, isAsync, imports } = emitted;
		if (source.endsWith(".json")) {
			const exports = JSON.parse(code) as unknown;
			fillFacade(facade, exports);
			return exports;
		}
		await this.prepare(emitted);
		const module = { exports: {} as unknown };
		// modules that import each other see what is there so far
		if (!evaluated) fillFacade(facade, module.exports);
		await compileFunction(code, source, { isAsync })(
			module.exports,
			this.requireFrom(source, imports),
			this.kernelFor(source, imports),
			source,
			dirname(source),
			module,
		);
		fillFacade(facade, module.exports);
		return module.exports;
	}
}
