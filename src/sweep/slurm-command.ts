import { execFile } from "node:child_process";

/** What of the environment says where the cluster is and on whose account it runs, and not of which job one is part. */
const kept = new Set([
	...["SLURM_CONF", "SLURM_JWT"],
	...["SBATCH_ACCOUNT", "SBATCH_PARTITION", "SBATCH_QOS"],
]);

/**
 * An environment without what Slurm's programs take for options.
 *
 * A notebook may be a job itself: what `SLURM_*` and `SBATCH_*` say of that job would be taken for wishes about ours.
 */
export const slurmEnvironment = (
	environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv =>
	Object.fromEntries(
		Object.entries(environment).filter(
			([name]) =>
				kept.has(name) || !/^(?:SLURM|SBATCH|SQUEUE|SCANCEL)_/.test(name),
		),
	);

/** Longer than its programs wait for a controller that is down: 9 s to 18 s. */
const longestMilliseconds = 60_000;

const silent =
	/unable to contact slurm controller|connection refused|connect failure|timed out|no route to host|zero bytes were transmitted/i;

/** Of what a program of Slurm says of an error, the words alone: `sbatch: error: x` is `x`. */
const wordsOf = (text: string): string =>
	text
		.trim()
		.split("\n")
		.map((line) => line.replace(/^\w+: (?:error|fatal): /, "").trim())
		.filter((line) => line !== "")
		.join("; ");

/** What is said of a command that failed. */
function failure(
	command: string,
	error: NodeJS.ErrnoException & { readonly killed?: boolean },
	stderr: string,
): Error {
	if (error.code === "ENOENT")
		return new Error(
			`there is no ${command} here: slurm() needs Slurm's own programs, as a login node of the cluster has them; local() runs cells on this machine`,
			{ cause: error },
		);
	const words = wordsOf(stderr);
	if (error.killed)
		return new Error(
			`Slurm does not answer: ${command} waited for ${longestMilliseconds / 1000} s`,
			{ cause: error },
		);
	const said = words === "" ? error.message : words;
	return new Error(
		silent.test(words)
			? `Slurm does not answer: ${said}`
			: `Slurm's ${command} failed: ${said}`,
		{ cause: error },
	);
}

/**
 * Runs a program of Slurm and gives what it prints.
 *
 * Throws, with what it says, where it fails, is not there, or has no answer from the controller within a minute.
 */
export function slurmCommand(
	command: "sbatch" | "squeue" | "scancel" | "scontrol",
	words: readonly string[],
	input = "",
): Promise<string> {
	return new Promise((resolve, reject) => {
		const child = execFile(
			command,
			words,
			{
				env: slurmEnvironment(),
				timeout: longestMilliseconds,
				killSignal: "SIGKILL",
				maxBuffer: 2 ** 28,
			},
			(error, stdout, stderr) => {
				if (error) reject(failure(command, error as never, stderr));
				else resolve(stdout);
			},
		);
		// A program that ends before it has read its input is told by its exit.
		child.stdin?.on("error", () => {});
		child.stdin?.end(input);
	});
}
