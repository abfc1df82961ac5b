interface Kept<Program> {
	readonly program: Program;
	readonly bytes: number;
	uses: number;
}

/**
 * Programs that are used by all who would build an equal one.
 *
 * A small one outlives its last use, for whoever comes next with an equal one, until another program is built: idle
 * ones take no memory beside it.
 */
export class SharedPrograms<Program> {
	readonly #kept = new Map<string, Kept<Program>>();

	/** `drop` frees a program; those of more bytes than `mostIdle` leave with their last use. */
	constructor(
		private readonly mostIdle: number,
		private readonly drop: (program: Program) => void,
	) {}

	/** The program of a key, made where there is none; to be given back. */
	take(key: string, bytes: number, make: () => Program): Program {
		const known = this.#kept.get(key);
		if (known) {
			known.uses++;
			return known.program;
		}
		this.forget();
		const program = make();
		this.#kept.set(key, { program, bytes, uses: 1 });
		return program;
	}

	/** Says that one of those who took a program needs it no more. */
	give(key: string): void {
		const kept = this.#kept.get(key) as Kept<Program>;
		kept.uses--;
		if (kept.uses > 0) return;
		const idle = [...this.#kept.values()].filter(({ uses }) => uses === 0);
		const total = idle.reduce((sum, { bytes }) => sum + bytes, 0);
		if (total > this.mostIdle) this.#leave(key, kept);
	}

	/** Frees the programs that nobody uses. */
	forget(): void {
		for (const [key, kept] of [...this.#kept])
			if (kept.uses === 0) this.#leave(key, kept);
	}

	#leave(key: string, { program }: Kept<Program>): void {
		this.#kept.delete(key);
		this.drop(program);
	}
}
