import { createRequire } from "node:module";

type Values = Record<
	string,
	{ readonly data: { readonly byteLength: number } }
>;

interface NativeSession {
	loadModel(...args: unknown[]): void;
	run(feeds: Values, fetches: Values, options: object): unknown;
	dispose(): void;
}

/** What sessions were fed and gave back, in bytes: on a graphics card, all of it crosses the bus. */
export interface Copies {
	to: number;
	from: number;
	sessions: number;
}

/** Counts, from now on, what sessions that are built later are fed and give back. */
export function countCopies(): Copies {
	const { binding } = createRequire(import.meta.url)(
		"onnxruntime-node/dist/binding.js",
	) as { binding: { InferenceSession: new () => NativeSession } };
	const Native = binding.InferenceSession;
	const copies: Copies = { to: 0, from: 0, sessions: 0 };
	const bytes = (values: Values): number =>
		Object.values(values).reduce((sum, { data }) => sum + data.byteLength, 0);
	class Counted implements NativeSession {
		readonly #native = new Native();

		loadModel(...args: unknown[]): void {
			this.#native.loadModel(...args);
		}

		run(feeds: Values, fetches: Values, options: object): unknown {
			copies.to += bytes(feeds);
			copies.from += bytes(fetches);
			copies.sessions++;
			return this.#native.run(feeds, fetches, options);
		}

		dispose(): void {
			this.#native.dispose();
		}
	}
	binding.InferenceSession = Counted;
	return copies;
}
