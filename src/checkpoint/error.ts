/** A checkpoint file that cannot be read: which file, and what is wrong with it. */
export class CheckpointError extends Error {
	override readonly name = "CheckpointError";
	/** The file, as it was given. */
	readonly path: string;
	/** What is wrong, without the file's name. */
	readonly problem: string;

	constructor(path: string, problem: string, options?: ErrorOptions) {
		super(`${path}: ${problem}`, options);
		this.path = path;
		this.problem = problem;
	}
}

/** A name from a file as it appears in a message: quoted, and cut where it is long. */
export function quote(name: string): string {
	return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);
}
