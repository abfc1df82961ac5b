const derived = new WeakSet<object>();

/** Where this package's own modules are. */
const home = new URL("./", import.meta.url).href;

const ours = "robust-transfer:";

/** The address of a module, which for one of this package is the same wherever it is installed. */
export const portableModule = (module: string): string =>
	isOurs(module) ? `${ours}${module.slice(home.length)}` : module;

/** The module of an address that `portableModule` gave, in this installation. */
export const moduleAt = (address: string): string =>
	address.startsWith(ours) ? `${home}${address.slice(ours.length)}` : address;

/** Whether a module is part of this package, whose names and options say what its functions do. */
export const isOurs = (module: string | undefined): boolean =>
	module?.startsWith(home) ?? false;

/** Marks a function that follows from other functions, and so has no text of its own. */
export function markDerived<Fn extends object>(fn: Fn): Fn {
	derived.add(fn);
	return fn;
}

/** Whether a function follows from other functions. */
export const isDerived = (fn: object | undefined): boolean =>
	fn !== undefined && derived.has(fn);

/** The text of a function, which ids are made of; throws where it does not say what the function does. */
export function textOf(
	what: string,
	fn: (...given: never[]) => unknown,
): string {
	if (derived.has(fn)) return "derived";
	const text = Function.prototype.toString.call(fn);
	if (/\{\s*\[native code\]\s*\}$/.test(text))
		throw new TypeError(
			`${what} is a bound or built-in function, whose text does not say what it does: wrap it in a function of your own, (...given) => it(...given)`,
		);
	return text;
}
