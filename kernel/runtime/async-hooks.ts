import async_hooks from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";
import { shared } from "./interrupts.js";

/**
 * Notes in shared memory when async hooks come into use.
 *
 * Before Node 24, terminating JavaScript while hooks are on corrupts their stack and ends the
 * process; from then on only the gentler ways of interrupting are used.
 */
export function watchAsyncHooks(memory: Int32Array): void {
	if (Number(process.versions.node.split(".")[0]) >= 24) return;
	const note = () => Atomics.store(memory, shared.hooks, 1);
	const createHook = async_hooks.createHook;
	async_hooks.createHook = (callbacks) => {
		const hook = createHook(callbacks);
		const enable = hook.enable.bind(hook);
		hook.enable = () => {
			note();
			return enable();
		};
		return hook;
	};
	const storage = async_hooks.AsyncLocalStorage.prototype;
	for (const name of ["run", "enterWith"] as const) {
		const original = storage[name] as (...args: unknown[]) => unknown;
		storage[name] = function (this: unknown, ...args: unknown[]) {
			note();
			return original.apply(this, args);
		} as never;
	}
	syncBuiltinESMExports();
}
