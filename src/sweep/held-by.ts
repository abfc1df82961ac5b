import { readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** The process that has claimed a run. */
export interface HeldBy {
	/** What the claim is called at this moment: it changes for as long as its holder is at work. */
	readonly standing: string;
	readonly host?: string;
	readonly pid?: number;
	/** When the process began, in its system's own words. */
	readonly began?: string;
	/** Slurm's job, where it is of one. */
	readonly job?: string;
}

function read(path: string): Partial<HeldBy> {
	try {
		return JSON.parse(readFileSync(path, "utf8")) as Partial<HeldBy>;
	} catch {
		// It moves on while it is read.
		return {};
	}
}

/** Who has claimed a run, by the names in its folder; undefined where nobody has. */
export function heldBy(
	folder: string,
	names: readonly string[],
): HeldBy | undefined {
	if (names.includes("lock"))
		return { ...read(join(folder, "lock")), standing: "lock" };
	if (!names.includes("claim")) return undefined;
	let standing: string | undefined;
	try {
		[standing] = readdirSync(join(folder, "claim")).sort().reverse();
	} catch {
		return undefined;
	}
	if (standing === undefined) return undefined;
	const holder = read(join(folder, "claim", standing, "holder.json"));
	return { ...holder, standing };
}

function beginOf(pid: number): string {
	try {
		const status = readFileSync(`/proc/${pid}/stat`, "utf8");
		// The name of the program, in parentheses, may hold spaces.
		return status.slice(status.lastIndexOf(")") + 2).split(" ")[19] ?? "";
	} catch {
		return "";
	}
}

/** Whether the process that has claimed a run is alive; undefined where it is of another machine. */
export function isHolderAlive({
	host,
	pid,
	began = "",
}: HeldBy): boolean | undefined {
	if (host !== hostname() || pid === undefined) return undefined;
	try {
		process.kill(pid, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
	return beginOf(pid) === began;
}
