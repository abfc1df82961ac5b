import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
	existsSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import {
	type ClusterOptions,
	clusterFiles,
	writeClusterFiles,
} from "./cluster-files.js";

const runFile = promisify(execFile);

/** A Slurm cluster of pretended nodes: real daemons, loopback only, ended with the process that started it. */
export interface Cluster {
	readonly folder: string;
	/** Its `slurm.conf`: what `SLURM_CONF` is to be. */
	readonly conf: string;
	readonly nodes: readonly string[];
	/** Runs a command of Slurm, and gives what it prints. */
	run(command: string, ...words: readonly string[]): Promise<string>;
	/** Kills all that runs on a node at once. */
	cutPower(node: string): Promise<void>;
	turnOn(node: string): Promise<void>;
	/** Stops or continues the daemon of a node; its jobs go on. */
	signalDaemon(node: string, signal: "SIGSTOP" | "SIGCONT"): void;
	killController(): Promise<void>;
	startController(): Promise<void>;
	/** Waits until every node takes jobs. */
	ready(): Promise<void>;
	stop(): Promise<void>;
}

const programs = ["munged", "slurmctld", "slurmd", "unshare", "setpriv"];

/** Why no cluster can be started here; nothing where it can. */
export function clusterWants(): string | undefined {
	if (process.platform !== "linux") return "Slurm's daemons run on Linux";
	const folders = ["/usr/local/sbin", "/usr/sbin", "/usr/local/bin"];
	folders.push("/usr/bin", "/sbin", "/bin");
	const missing = programs.filter(
		(name) => !folders.some((folder) => existsSync(join(folder, name))),
	);
	if (missing.length > 0)
		return `${missing.join(", ")} not found: apt-get install --no-install-recommends slurm-wlm munge`;
	return process.getuid?.() === 0 ? undefined : "pretended nodes need root";
}

/** The processes of this machine, each with its parent and its command line. */
export const processes = () =>
	readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				const status = readFileSync(`/proc/${pid}/stat`, "utf8");
				const end = status.lastIndexOf(")");
				const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
				return [
					{
						pid: Number(pid),
						parent: Number(status.slice(end + 2).split(" ")[1]),
						name: status.slice(status.indexOf("(") + 1, end),
						words: command.split("\0").slice(0, -1),
					},
				];
			} catch {
				// It has ended while it was looked at.
				return [];
			}
		});

function daemonOf(ancestor: number, wanted: string): number {
	const all = processes();
	const below = (pid: number): number[] =>
		all
			.filter(({ parent }) => parent === pid)
			.flatMap((child) => [child.pid, ...below(child.pid)]);
	const found = below(ancestor).find((pid) =>
		all.some((one) => one.pid === pid && one.name === wanted),
	);
	if (found === undefined) throw new Error(`no ${wanted} below ${ancestor}`);
	return found;
}

// The first process of a node reaps what others leave behind.
const nodeScript =
	'hostname "$0" && mount --bind "$1" /etc/hosts && slurmd -D -N "$0" -f "$2"; exit';

/** The ends of all logs in a folder. */
const logsOf = (folder: string): string =>
	readdirSync(folder)
		.filter((name) => name.endsWith(".log"))
		.map((name) => {
			const lines = readFileSync(join(folder, name), "utf8").trim().split("\n");
			return [`${name}:`, ...lines.slice(-8)].join("\n  ");
		})
		.join("\n");

/** The daemons of a cluster, by name. */
function daemons(folder: string) {
	const running = new Map<string, ChildProcess>();
	const killAll = () => {
		for (const child of running.values()) child.kill("SIGKILL");
	};
	process.on("exit", killAll);
	return {
		start(name: string, command: readonly string[]): void {
			const log = openSync(join(folder, `${name}.log`), "a");
			// Whatever becomes of this process, the daemon goes with it.
			const words = ["--pdeathsig", "KILL", ...command];
			const child = spawn("setpriv", words, { stdio: ["ignore", log, log] });
			child.on("error", () => running.delete(name));
			running.set(name, child);
		},
		pid(name: string): number {
			const pid = running.get(name)?.pid;
			if (pid === undefined) throw new Error(`${name} does not run`);
			return pid;
		},
		async kill(name: string): Promise<void> {
			const child = running.get(name);
			if (!child) return;
			running.delete(name);
			if (child.exitCode !== null || child.signalCode !== null) return;
			const gone = new Promise((resolve) => child.once("exit", resolve));
			child.kill("SIGKILL");
			await gone;
		},
		forget: () => process.off("exit", killAll),
	};
}

/** Starts a cluster, and waits until it takes jobs; the folder and the ports are its own. */
export async function startCluster(
	options: ClusterOptions = {},
): Promise<Cluster> {
	const folder = mkdtempSync(join(tmpdir(), "robust-transfer-slurm-"));
	const files = clusterFiles(folder);
	const nodes = await writeClusterFiles(folder, options);
	const all = daemons(folder);
	const run = async (command: string, ...words: readonly string[]) => {
		const env = { ...process.env, SLURM_CONF: files.conf };
		const { stdout } = await runFile(command, words, { env, timeout: 60_000 });
		return stdout;
	};
	const namespaces = ["unshare", "--uts", "--mount", "--pid", "--fork"];
	const cluster: Cluster = {
		folder,
		conf: files.conf,
		nodes,
		run,
		cutPower: (node) => all.kill(node),
		async turnOn(node) {
			const words = [nodeScript, node, files.hosts, files.conf];
			const own = ["--kill-child", "--mount-proc", "bash", "-c"];
			all.start(node, [...namespaces, ...own, ...words]);
		},
		signalDaemon: (node, signal) => {
			process.kill(daemonOf(all.pid(node), "slurmd"), signal);
		},
		killController: () => all.kill("slurmctld"),
		async startController() {
			const script = 'hostname localhost && exec slurmctld -D -f "$0"';
			const words = ["unshare", "--uts", "sh", "-c", script, files.conf];
			all.start("slurmctld", words);
		},
		async ready() {
			for (let left = 100; left > 0; left--) {
				const states = await run("sinfo", "-N", "-h", "-p", "main", "-o", "%T")
					.then((text) => text.trim().split("\n"))
					.catch(() => [""]);
				const isUp = (state: string) => /^(idle|mixed|allocated)$/.test(state);
				if (states.every(isUp)) return;
				await delay(200);
			}
			throw new Error(`the cluster does not come up:\n${logsOf(folder)}`);
		},
		async stop() {
			for (const name of [...nodes, "slurmctld", "munged"])
				await all.kill(name);
			all.forget();
			rmSync(folder, { recursive: true, force: true });
		},
	};
	const munged = ["munged", "--foreground", "--key-file", files.key];
	const own = ["pid-file", "seed-file"].map(
		(name) => `--${name}=${join(folder, `munged.${name}`)}`,
	);
	all.start("munged", [...munged, "--socket", files.socket, ...own]);
	await cluster.startController();
	for (const node of nodes) await cluster.turnOn(node);
	await cluster.ready().catch(async (error: Error) => {
		await cluster.stop();
		throw error;
	});
	return cluster;
}
