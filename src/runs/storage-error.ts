const reasons: Readonly<Record<string, string>> = {
	ENOSPC: "the disk is full: free some space",
	EDQUOT: "the disk quota is used up: free some space",
	EROFS: "the disk is read-only: name another folder",
	EACCES: "it is not yours to write: name another folder, or change its rights",
	EPERM: "it is not yours to write: name another folder, or change its rights",
	ENOTDIR: "part of the path is a file, not a folder: name another folder",
};

/** What went wrong when a run could not be written, and what to do; nothing finished is lost by it. */
export class StorageError extends Error {
	override readonly name = "StorageError";

	constructor(path: string, cause: unknown) {
		const { code = "", message } = cause as NodeJS.ErrnoException;
		const reason = reasons[code] ?? message;
		super(
			`${path} could not be written, ${reason}, and run again: what is finished is kept`,
			{ cause },
		);
	}
}

/** Runs something that writes to a path, with file system errors that say what to do. */
export function writing<Result>(path: string, write: () => Result): Result {
	try {
		return write();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === undefined) throw error;
		throw new StorageError(path, error);
	}
}
