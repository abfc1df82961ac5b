import type { Content } from "./protocol/message.js";

interface Entry {
	readonly line: number;
	readonly input: string;
	output: string | undefined;
}

const longest = 10_000;
const session = 1;

/** Turns a pattern of `*` and `?` into a regular expression over the whole input. */
function glob(pattern: string): RegExp {
	const source = pattern
		.replace(/[.+^${}()|[\]\\]/g, "\\$&")
		.replaceAll("*", "[^]*")
		.replaceAll("?", "[^]");
	return new RegExp(`^${source}$`);
}

/** What was executed in this session. */
export class History {
	#entries: Entry[] = [];

	add(line: number, input: string): void {
		this.#entries.push({ line, input, output: undefined });
		if (this.#entries.length > longest) this.#entries.shift();
	}

	/** Adds the plain text of a result to the entry it belongs to. */
	addOutput(line: number, output: string): void {
		const entry = this.#entries.findLast((entry) => entry.line === line);
		if (entry) entry.output = output;
	}

	#select(request: Content): Entry[] {
		const { hist_access_type: access, n, start, stop, pattern } = request;
		const count = Number(n ?? Infinity) || Infinity;
		if (access === "range") {
			const from = Number(start ?? 1);
			const to = Number(stop ?? Infinity);
			const isOwn = request.session === 0 || request.session === session;
			return isOwn
				? this.#entries.filter(({ line }) => line >= from && line < to)
				: [];
		}
		if (access !== "search") return this.#entries.slice(-count);
		const matcher = glob(String(pattern ?? "*"));
		let found = this.#entries.filter(({ input }) => matcher.test(input));
		if (request.unique === true) {
			found = [...new Map(found.map((entry) => [entry.input, entry])).values()];
		}
		return found.slice(-count);
	}

	/** Answers a history_request: by range, tail, or search with a glob pattern. */
	reply(request: Content): Content {
		const history = this.#select(request).map(({ line, input, output }) => [
			session,
			line,
			request.output === true ? [input, output ?? null] : input,
		]);
		return { status: "ok", history };
	}
}
