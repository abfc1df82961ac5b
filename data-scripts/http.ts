/** Requests that honor the proxy variables, give up on silence, and fail with one clear line. */
import { EnvHttpProxyAgent, fetch, type Response } from "undici";

/** A request that failed; `final` where trying again cannot help. */
export class HttpError extends Error {
	override readonly name = "HttpError";
	readonly final: boolean;
	/** How long the server asks to be left alone, in milliseconds. */
	readonly waitMs: number;

	constructor(message: string, { final = false, waitMs = 0 } = {}) {
		super(message);
		this.final = final;
		this.waitMs = waitMs;
	}
}

/** Ends a request that has been silent for too long. */
export class SilenceAlarm {
	readonly #controller = new AbortController();
	readonly #ms: number;
	#timer: NodeJS.Timeout | undefined;

	constructor(ms: number) {
		this.#ms = ms;
		this.heard();
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Starts to wait anew. */
	heard(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(
			() => this.#controller.abort(new Error(`silent for ${this.#ms} ms`)),
			this.#ms,
		);
	}

	stop(): void {
		clearTimeout(this.#timer);
	}
}

const unreachable: Record<string, string> = {
	ENOTFOUND: "its name is not known",
	EAI_AGAIN: "no name server answers",
	ECONNREFUSED: "it refuses the connection",
	ENETUNREACH: "there is no way to its network",
	EHOSTUNREACH: "there is no way to it",
	ETIMEDOUT: "it does not answer",
	UND_ERR_CONNECT_TIMEOUT: "it does not answer",
};

function errorCode(error: unknown): string | undefined {
	for (
		let cause = error;
		cause instanceof Error;
		cause = cause.cause as Error
	) {
		const { code } = cause as NodeJS.ErrnoException;
		if (code !== undefined && code in unreachable) return code;
	}
	return undefined;
}

/** What went wrong on the way, in one line that says what to do. */
export function connectionError(url: string, error: unknown): HttpError {
	const code = errorCode(error);
	const { host } = new URL(url);
	if (code !== undefined)
		return new HttpError(
			`cannot reach ${host}: ${unreachable[code]} (${code}); is there a network? Behind a proxy, set HTTPS_PROXY`,
			{ final: code === "ENOTFOUND" },
		);
	const { cause, message } = error as Error;
	const detail = cause instanceof Error ? cause.message : message;
	return new HttpError(`the connection to ${host} broke: ${detail}`);
}

let proxies: EnvHttpProxyAgent | undefined;

/** HTTP states after which it makes sense to ask again. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

function statusError(url: string, response: Response): HttpError {
	const seconds = Number(response.headers.get("retry-after") ?? 0);
	return new HttpError(
		`${url} answers ${response.status} ${response.statusText}`.trim(),
		{
			final: !passing.has(response.status),
			waitMs: Number.isFinite(seconds) ? 1000 * seconds : 0,
		},
	);
}

/** Asks for an address, following redirections; throws an `HttpError` unless the answer is a success or 416. */
export async function request(
	url: string,
	headers: Record<string, string>,
	signal: AbortSignal,
): Promise<Response> {
	proxies ??= new EnvHttpProxyAgent();
	let response: Response;
	try {
		response = await fetch(url, {
			// Compressed, neither the length nor a range would be that of the file.
			headers: { "accept-encoding": "identity", ...headers },
			dispatcher: proxies,
			signal,
		});
	} catch (error) {
		throw connectionError(url, signal.aborted ? signal.reason : error);
	}
	if (response.ok || response.status === 416) return response;
	await response.body?.cancel();
	throw statusError(url, response);
}
