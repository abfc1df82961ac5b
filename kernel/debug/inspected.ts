import { type Debugger, type Runtime, Session } from "node:inspector";
import { probeKey } from "./cell-path.js";

type Argument = Runtime.CallArgument;

/** A value of the inspector as one of its arguments. */
export const argumentOf = ({
	objectId,
	unserializableValue,
	value,
}: Runtime.RemoteObject): Argument =>
	objectId
		? { objectId }
		: unserializableValue
			? { unserializableValue }
			: { value };

/** The main thread as the inspector shows it to this one. */
export class Inspected {
	readonly #session = new Session();
	#probe: Promise<string> | undefined;

	constructor() {
		this.#session.connectToMainThread();
	}

	post<T>(method: string, parameters: object = {}): Promise<T> {
		return new Promise((resolve, reject) => {
			this.#session.post(method, parameters, (error, result) => {
				if (error) reject(new Error(error.message));
				else resolve(result as T);
			});
		});
	}

	on<T>(event: string, handle: (parameters: T) => void): void {
		this.#session.on(event, ({ params }: { params: T }) => handle(params));
	}

	/** The kernel's end, which is not there yet while the main thread starts. */
	async #findProbe(): Promise<string> {
		const expression = `globalThis[Symbol.for("${probeKey}")]`;
		while (true) {
			const { result } = await this.post<Runtime.EvaluateReturnType>(
				"Runtime.evaluate",
				{ expression, silent: true },
			);
			if (result.objectId !== undefined) return result.objectId;
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	}

	/** Calls a method of the kernel's probe, whose result must be JSON. */
	async call<T>(
		method: string,
		...values: readonly (Argument | string | number | undefined)[]
	): Promise<T> {
		this.#probe ??= this.#findProbe();
		const objectId = await this.#probe;
		const { result, exceptionDetails } =
			await this.post<Runtime.CallFunctionOnReturnType>(
				"Runtime.callFunctionOn",
				{
					objectId,
					functionDeclaration: `function (...values) { return this.${method}(...values) }`,
					arguments: values.map((value) =>
						typeof value === "object" ? value : { value },
					),
					returnByValue: true,
					silent: true,
				},
			);
		if (exceptionDetails) throw new Error(messageOf(exceptionDetails));
		return result.value as T;
	}

	/** Evaluates JavaScript in a frame, or globally. */
	evaluate(
		expression: string,
		callFrameId?: string,
	): Promise<Debugger.EvaluateOnCallFrameReturnType> {
		return callFrameId === undefined
			? this.post("Runtime.evaluate", { expression, silent: true })
			: this.post("Debugger.evaluateOnCallFrame", {
					callFrameId,
					expression,
					silent: true,
				});
	}

	/** Makes the thread stand still at its next step; loops that call nothing are made to call something first. */
	async pause(): Promise<undefined> {
		await this.call("slow", 1);
		return this.post<undefined>("Debugger.pause");
	}

	/** Lets the thread go on, for good. */
	disconnect(): void {
		this.#session.disconnect();
	}
}

/** What was thrown, in a line. */
export const messageOf = ({ exception, text }: Runtime.ExceptionDetails) =>
	(exception?.description ?? text).split("\n")[0] ?? text;
