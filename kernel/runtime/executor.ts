import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Compiler, Strictness } from "../language/compiler.js";
import type { Emitted, EmittedCell } from "../language/emit.js";
import { announcement } from "./announcement.js";
import type { Cell } from "./cell.js";
import { Interrupted, Interrupts, shared } from "./interrupts.js";
import { compileFunction, Modules } from "./modules.js";
import { type Bindings, Scope } from "./scope.js";
import { type Failure, failureOf, failureOfDiagnostics } from "./traceback.js";
import { isUncompiled, Uncompiled } from "./uncompiled.js";

/** How a cell ended; `value` is that of its last expression. */
export type Outcome =
	| { readonly value: unknown }
	| { readonly failure: Failure };

const { setImmediate } = globalThis;

/** Ends a cell that leaves no memory for the kernel. */
class HeapExhausted extends Error {
	override readonly name = "HeapExhausted";
}

/** Compiles and runs the cells of one notebook, one after another. */
export class Executor {
	readonly interrupts: Interrupts;
	readonly modules: Modules;
	/** Whether the types of cells are checked. */
	isChecking = true;
	/** Tells the debugger of compiled code, so that it stops there. */
	arm: (cell: Cell, modules: readonly Emitted[]) => Promise<void> | undefined =
		() => undefined;
	/** How the cell that runs is read. */
	#strictness: Strictness = { check: true };
	/** The variables of the notebook. */
	readonly scope = new Scope();
	#terminated = (_: Error) => {};
	#complaints: string[];

	constructor(
		readonly compiler: Compiler,
		setup: {
			readonly memory: Int32Array;
			readonly idle: Cell;
			readonly overrides: ReadonlyMap<string, () => unknown>;
		},
	) {
		this.interrupts = new Interrupts(setup.memory, setup.idle);
		this.#complaints = [...compiler.complaints];
		this.modules = new Modules(
			(path, imports) => this.#kernelFor(path, imports),
			setup.overrides,
			(specifier, from) => this.#loadLocal(specifier, from),
		);
	}

	#loadLocal(specifier: string, from: string) {
		const loaded = this.protect(() =>
			this.compiler.load(specifier, from, this.#strictness),
		);
		if (loaded && "diagnostics" in loaded) throw new Uncompiled(loaded);
		return loaded;
	}

	/** What compiled code sees as `$kernel`. */
	#kernelFor(path: string, imports: Emitted["imports"]): object {
		const { interrupts, modules } = this;
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
			import: (specifier: unknown) =>
				modules.import(String(specifier), path, imports),
			require: (specifier: string) => modules.require(specifier, path, imports),
			meta: {
				url,
				filename: path,
				dirname: dirname(path),
				resolve: (specifier: string) =>
					pathToFileURL(modules.resolve(specifier, path)).href,
			},
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
			isUncompiled(thrown)
				? failureOfDiagnostics(
						thrown.refused.diagnostics,
						this.interrupts.now.cell,
					)
				: failureOf(thrown, (path) => this.modules.mapsOf(path)),
		);
	}

	/** Ends the running cell after its JavaScript has been terminated; for lack of memory where a reason says so. */
	terminated(reason?: string): void {
		Atomics.store(this.interrupts.flag, shared.held, 0);
		this.#terminated(reason ? new HeapExhausted(reason) : new Interrupted());
	}

	/** Forgets all variables of the notebook. */
	reset(): void {
		this.scope.reset();
		this.protect(() => this.compiler.reset());
	}

	/** Runs code of the kernel that calls into code of cells, such as their display methods. */
	async guard<T>(
		work: () => T,
	): Promise<{ readonly value: Awaited<T> } | { readonly failure: Failure }> {
		try {
			return {
				value: (await this.#start(work, { cancel: true })) as Awaited<T>,
			};
		} catch (thrown) {
			return { failure: this.failureOf(thrown) };
		}
	}

	/** Begins the execution of a cell: what runs from now on runs on its behalf. */
	begin(cell: Cell): void {
		const context = this.interrupts.contextOf(cell);
		this.interrupts.executing = this.interrupts.now = context;
	}

	/** Does something of the kernel's on behalf of a cell, whose failure what it throws then is. */
	async attempt<T extends object>(
		work: () => Promise<T>,
	): Promise<T | { readonly failure: Failure }> {
		try {
			return await work();
		} catch (thrown) {
			return { failure: this.failureOf(thrown) };
		}
	}

	#isDebugged(): boolean {
		return Atomics.load(this.interrupts.flag, shared.debugging) !== 0;
	}

	/** Runs code in the cell that has begun, as if it stood in a file of `folder`, that of the notebook unless told otherwise. */
	async run(
		cell: Cell,
		source: string,
		{
			check = true,
			folder = this.compiler.folder,
		}: { readonly check?: boolean; readonly folder?: string } = {},
	): Promise<Outcome> {
		try {
			this.#strictness = { check: check && this.isChecking };
			await this.#renew(cell);
			return await this.#runSource(cell, source, folder);
		} catch (thrown) {
			return { failure: this.failureOf(thrown) };
		}
	}

	/** Loads again the local modules that have changed; those that cannot be stay as they are, and are named. */
	async #renew(cell: Cell): Promise<void> {
		const { modules, broken } = this.protect(() => {
			this.#complaints.push(...this.compiler.refresh());
			return this.compiler.renew(this.#strictness);
		});
		const complain = (path: string, { traceback }: Failure) =>
			this.#complaints.push(
				`${path} has changed and cannot be loaded; what it was stays in use:`,
				...traceback,
			);
		for (const { path, diagnostics } of broken) {
			const failure =
				diagnostics.length > 0
					? failureOfDiagnostics(diagnostics, cell)
					: failureOf(`there is no ${path}`, () => undefined);
			complain(path, failure);
		}
		if (modules.length > 0) {
			this.modules.update(modules);
			if (this.#isDebugged()) await this.arm(cell, modules);
			const failed = (path: string, error: unknown) =>
				complain(path, this.failureOf(error));
			await this.#start(() => this.modules.renew(failed), { cancel: true });
		}
		const text = this.#complaints.splice(0).join("\n");
		if (text !== "") process.stderr.write(`${text}\n`);
	}

	async #runSource(
		cell: Cell,
		source: string,
		folder: string,
	): Promise<Outcome> {
		const compiled = this.protect(() =>
			this.compiler.compile(source, { ...this.#strictness, folder }),
		);
		if ("diagnostics" in compiled) {
			const { diagnostics } = compiled;
			return { failure: failureOfDiagnostics(diagnostics, cell) };
		}
		const { script, modules, settle } = compiled;
		this.modules.update(modules);
		if (!script) return { value: undefined };
		cell.maps = script.maps;
		if (this.#isDebugged()) await this.arm(cell, modules);
		const names = Object.values(script.names).flat();
		let unreached = names;
		let value: unknown;
		const call = () => {
			unreached = [];
			return this.#call(cell, script, (result) => {
				value = result;
			});
		};
		try {
			await this.#start(() => this.modules.prepare(script), { cancel: true });
			await this.#start(call, { cancel: false });
			return { value };
		} finally {
			const uninitialized = this.scope.settle();
			settle(unreached.length > 0 ? unreached : uninitialized);
		}
	}

	#call(
		cell: Cell,
		script: EmittedCell,
		result: (value: unknown) => void,
	): unknown {
		const { source, imports } = script;
		const path = join(dirname(source), "notebook.ts");
		const prelude = announcement(script.names);
		const kernel = Object.assign(this.#kernelFor(path, imports), {
			result,
			announce: (bindings: Bindings, imports: string[]) =>
				this.scope.announce(bindings, imports),
			define: (name: string, { get }: { get: () => unknown }) =>
				this.scope.define(name, get),
		});
		const { isAsync } = script;
		return compileFunction(script.code, cell.file, { isAsync, prelude })(
			this.scope.exports,
			this.modules.requireFrom(path, imports),
			kernel,
			path,
			dirname(path),
			{},
		);
	}

	/**
	 * Starts code from a fresh turn of the event loop, so that terminating it harms nothing else.
	 *
	 * What cells await is given up by an interrupt anyway; with `cancel`, so is what comes of this code.
	 */
	#start(
		code: () => unknown,
		{ cancel }: { readonly cancel: boolean },
	): Promise<unknown> {
		return new Promise((resolve, reject) => {
			this.#terminated = reject;
			setImmediate(() => {
				// an earlier cell's late turn may have come between
				this.interrupts.now = this.interrupts.executing;
				try {
					const result = code();
					const end = cancel ? this.interrupts.outcome(result) : result;
					Promise.resolve(end).then(resolve, reject);
				} catch (error) {
					reject(error);
				}
			});
		});
	}
}
