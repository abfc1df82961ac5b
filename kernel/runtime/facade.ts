/** The exports of a module by name. */
export type Namespace = Record<string, unknown>;

/** An empty namespace, which importers may hold before and after its module is evaluated. */
export const createFacade = (): Namespace =>
	Object.defineProperty({}, "__esModule", { value: true });

const isObject = (value: unknown): value is Namespace =>
	(typeof value === "object" || typeof value === "function") && value !== null;

/**
 * Lets a namespace read through to what a module exports.
 *
 * What CommonJS exports, or a JSON file holds, is the default export too, as in Node.js.
 */
export function fillFacade(facade: Namespace, exports: unknown): void {
	for (const name of Object.keys(facade)) delete facade[name];
	const source = isObject(exports) ? exports : {};
	const define = (name: string, get: () => unknown) =>
		Object.defineProperty(facade, name, {
			get,
			enumerable: true,
			configurable: true,
		});
	for (const name of Object.getOwnPropertyNames(source)) {
		if (name !== "__esModule") define(name, () => source[name]);
	}
	const isModule =
		source.__esModule === true ||
		Object.prototype.toString.call(exports) === "[object Module]";
	if (!isModule) define("default", () => exports);
}
