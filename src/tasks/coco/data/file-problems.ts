const mostProblems = 5;

/** Problems of a file, all of which are reported at once. */
export class Problems {
	readonly #path: string;
	readonly #texts: string[] = [];
	#count = 0;

	constructor(path: string) {
		this.#path = path;
	}

	/** Notes a problem, in a line. */
	add(text: string): void {
		this.#count++;
		if (this.#texts.length < mostProblems) this.#texts.push(text);
	}

	/** Whether there are any so far. */
	get any(): boolean {
		return this.#count > 0;
	}

	/** Throws an `Error` that names the file and the first problems, if there are any. */
	check(): void {
		if (this.#count === 0) return;
		const more = this.#count - this.#texts.length;
		const rest = more > 0 ? `\n  and ${more} more` : "";
		throw new Error(
			`${this.#path} cannot be used:\n  ${this.#texts.join("\n  ")}${rest}`,
		);
	}
}
