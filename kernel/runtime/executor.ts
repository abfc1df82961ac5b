import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Compiler } from "../language/compiler.js";
import { afterFailure, localImports } from "../language/declarations.js";
import type { Emitted } from "../language/emit.js";
import type { Cell } from "./cell.js";
import { Interrupted, Interrupts, shared } from "./interrupts.js";
import { compileFunction, Modules } from "./modules.js";
import { type Bindings, Scope } from "./scope.js";
import { type Failure, failureOf, failureOfDiagnostics } from "./traceback.js";

/** How a cell ended; `value` is that of its last expression. */
export type Outcome =
	| { readonly value: unknown }
	| { readonly failure: Failure };

const { setImmediate } = globalThis;
const parameters = "exports, require, $kernel, __filename, __dirname";

/** Declares a cell's names as getters and setters, the first thing the cell does. */
function announcement({
	locals,
	namespaces,
	imports,
}: Emitted["names"]): string {
	const bindings = [
		...locals.map((name) => `${name}:[()=>${name},($v)=>{${name}=$v}]`),
		...namespaces.map((name) => `${name}:[()=>${name}]`),
	];
	const names = JSON.stringify(imports);
	// a closure over $cell keeps the bindings alive as long as any closure of the cell
	return `const $cell=$kernel.announce({${bindings.join(",")}},${names},()=>$cell);`;
}

/** Compiles and runs the cells of one notebook, one after another. */
export class Executor {
	/** Declarations of everything that earlier cells left to later ones. */
	declarations = "";
	readonly interrupts: Interrupts;
	readonly modules: Modules;
	readonly #scope = new Scope();
	#terminated = () => {};
	#isStale = false;

	constructor(
		readonly folder: string,
		readonly compiler: Compiler,
		setup: {
			readonly memory: Int32Array;
			readonly idle: Cell;
			readonly overrides: ReadonlyMap<string, () => unknown>;
		},
	) {
		this.interrupts = new Interrupts(setup.memory, setup.idle);
		const kernelFor = (path: string) => this.#kernelFor(path);
		this.modules = new Modules(folder, kernelFor, setup.overrides);
	}

	/** What compiled code sees as `$kernel`. */
	#kernelFor(path: string): object {
		const { interrupts } = this;
		const url = pathToFileURL(path).href;
		return {
			flag: interrupts.flag,
			get now() {
				return interrupts.now;
			},
			stop: () => interrupts.stop(),
			wait: (value: unknown) => interrupts.wait(value),
			resume: interrupts.resume.bind(interrupts),
			iterate: interrupts.iterate.bind(interrupts),
			import: (specifier: string) => this.modules.import(specifier),
			meta: { url, filename: path, dirname: join(path, "..") },
			announce: (bindings: Bindings, imports: string[]) =>
				this.#scope.announce(bindings, imports),
			define: (name: string, { get }: { get: () => unknown }) =>
				this.#scope.define(name, get),
		};
	}

	/** Keeps the kernel's own work from being terminated by an interrupt. */
	protect<T>(work: () => T): T {
		Atomics.store(this.interrupts.flag, shared.critical, 1);
		try {
			return work();
		} finally {
			Atomics.store(this.interrupts.flag, shared.critical, 0);
		}
	}

	failureOf(thrown: unknown): Failure {
		return this.protect(() =>
			failureOf(thrown, (path) => this.modules.mapsOf(path)),
		);
	}

	/** Ends the running cell after its JavaScript has been terminated. */
	terminated(): void {
		Atomics.store(this.interrupts.flag, shared.held, 0);
		this.#terminated();
	}

	/** Runs code of the kernel that calls into code of cells, such as their display methods. */
	async guard<T>(
		work: () => T,
	): Promise<{ readonly value: Awaited<T> } | { readonly failure: Failure }> {
		try {
			return { value: (await this.#start(work)) as Awaited<T> };
		} catch (thrown) {
			return { failure: this.failureOf(thrown) };
		}
	}

	/** Runs one cell; `begin` is called on its behalf before anything of it runs. */
	async run(cell: Cell, source: string, begin: () => void): Promise<Outcome> {
		const context = this.interrupts.contextOf(cell);
		this.interrupts.executing = this.interrupts.now = context;
		try {
			begin();
			const changed = this.protect(() => this.compiler.refresh());
			this.#isStale ||= changed.length > 0;
			const reloaded = this.#isStale ? await this.#reload(cell) : undefined;
			if (reloaded && "failure" in reloaded) return reloaded;
			return await this.#runSource(cell, source);
		} catch (thrown) {
			return { failure: this.failureOf(thrown) };
		}
	}

	/** Imports again what earlier cells imported from local files, some of which have changed. */
	async #reload(cell: Cell): Promise<Outcome | undefined> {
		const imports = localImports(this.declarations);
		const outcome = imports ? await this.#runSource(cell, imports) : undefined;
		this.#isStale = outcome !== undefined && "failure" in outcome;
		return outcome;
	}

	async #runSource(cell: Cell, source: string): Promise<Outcome> {
		const before = this.declarations;
		const compiled = this.protect(() => this.compiler.compile(before, source));
		if ("diagnostics" in compiled) {
			const { diagnostics } = compiled;
			return { failure: failureOfDiagnostics(diagnostics, cell) };
		}
		const { script, declarations, resultName } = compiled;
		this.modules.update(compiled.modules);
		if (!script) return { value: undefined };
		cell.maps = script.maps;
		try {
			await this.#start(() => this.modules.prepare(script.code));
			await this.#start(() => this.#call(cell, script));
			this.#scope.settle();
			this.declarations = declarations;
		} catch (thrown) {
			const unreached = this.#scope.settle();
			this.declarations = afterFailure(before, declarations, unreached);
			throw thrown;
		}
		return { value: resultName ? this.#scope.take(resultName) : undefined };
	}

	#call(cell: Cell, script: Emitted): unknown {
		const path = join(this.folder, "notebook.ts");
		const prelude = announcement(script.names);
		return compileFunction(script.code, cell.file, {
			parameters,
			isAsync: script.isAsync,
			prelude,
		})(
			this.#scope.exports,
			this.modules.requireFrom(this.folder),
			this.#kernelFor(path),
			path,
			this.folder,
		);
	}

	/** Starts code from a fresh turn of the event loop, so that terminating it harms nothing else. */
	#start(code: () => unknown): Promise<unknown> {
		return new Promise((resolve, reject) => {
			this.#terminated = () => reject(new Interrupted());
			setImmediate(() => {
				// an earlier cell's late turn may have come between
				this.interrupts.now = this.interrupts.executing;
				try {
					Promise.resolve(code()).then(resolve, reject);
				} catch (error) {
					reject(error);
				}
			});
		});
	}
}
