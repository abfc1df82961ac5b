import { existsSync } from "node:fs";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";

/** The part of a file that has been fetched, and the server's name for the version it is of. */
export class Partial {
	readonly path: string;
	readonly #target: string;
	readonly #versionPath: string;

	constructor(target: string) {
		this.#target = target;
		this.path = `${target}.part`;
		this.#versionPath = `${target}.part.version`;
	}

	async size(): Promise<number> {
		return existsSync(this.path) ? (await stat(this.path)).size : 0;
	}

	/** What the server calls the version that the part is of; undefined where it cannot be resumed. */
	async version(): Promise<string | undefined> {
		return existsSync(this.#versionPath)
			? readFile(this.#versionPath, "utf8")
			: undefined;
	}

	/** Begins anew; without a version the part cannot be gone on from later. */
	async restart(version: string | undefined): Promise<void> {
		await writeFile(this.path, "");
		if (version === undefined) await rm(this.#versionPath, { force: true });
		else await writeFile(this.#versionPath, version);
	}

	/** Gives the file, now whole, its name. */
	async finish(): Promise<void> {
		await rename(this.path, this.#target);
		await rm(this.#versionPath, { force: true });
	}

	async remove(): Promise<void> {
		await rm(this.path, { force: true });
		await rm(this.#versionPath, { force: true });
	}
}
