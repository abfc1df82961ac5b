import type { Runtime } from "node:inspector";
import { probeKey } from "./cell-path.js";
import { type Inspected, messageOf } from "./inspected.js";

/** What is not declared where an expression is evaluated; the notebook may have it. */
const missingName = /^ReferenceError: ([\w$]+) is not defined/;

/** Evaluates TypeScript in a frame, or among the notebook's variables. */
export async function evaluateIn(
	inspected: Inspected,
	expression: string,
	callFrameId?: string,
): Promise<Runtime.RemoteObject> {
	const script = await inspected.call<string>("read", expression);
	const probe = `globalThis[Symbol.for("${probeKey}")]`;
	const names: string[] = [];
	while (true) {
		const isGlobal = callFrameId === undefined;
		const head =
			names.length > 0 || isGlobal
				? `with(${probe}.names(${names.map((name) => `"${name}"`).join(",")})) `
				: "";
		const { result, exceptionDetails } = await inspected.evaluate(
			head ? `${head}{ ${script}\n}` : script,
			callFrameId,
		);
		if (!exceptionDetails) return result;
		const message = messageOf(exceptionDetails);
		const [, name] = missingName.exec(message) ?? [];
		if (name === undefined || isGlobal || names.includes(name)) {
			throw new Error(message);
		}
		names.push(name);
	}
}
